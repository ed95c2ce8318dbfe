"""Packing a release: the code list says which codes exist, the XML what they mean."""

import gzip
from pathlib import Path

import pytest

from assignments.codesets.importing import ReleaseError, pack, read_code_list, read_tabular_xml, write_packed

XML = """<?xml version="1.0"?>
<ICD10CM.tabular>
  <chapter>
    <name>1</name><desc>Invented conditions (A00-A01)</desc>
    <section id="A00-A01">
      <desc>Conditions   of
        paper</desc>
      <diag>
        <name>A00</name><desc>Creases</desc>
        <inclusionTerm><note>Folds|dog ears</note></inclusionTerm>
        <sevenChrDef>
          <extension char="A">first seen</extension><note>seen at all</note><extension char="D">seen again</extension>
        </sevenChrDef>
        <diag><name>A00.1</name><desc>Crease of the corner</desc></diag>
        <diag><name>A00.2</name><desc>Crease beyond repair</desc></diag>
      </diag>
      <diag><name>A01</name><desc>Foxing</desc></diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""
LIST = "1\nA00-A01\nA00\nA001 Crease of the corner\nA001XXA\nA001XXD\nA00.2\nA002XXA\nA01\n"
PACKED = (
    "sevenths\t0\tA=first seen\tD=seen again\n"
    "chapter\t1\tInvented conditions (A00-A01)\t\t\n"
    "block\tA00-A01\tConditions of paper\t\t\n"
    "code\tA00\tCreases\t\tFolds/dog ears\n"
    "code\tA001\tCrease of the corner\t0:AD\t\n"
    "code\tA002\tCrease beyond repair\t0:A\t\n"
    "code\tA01\tFoxing\t\t\n"
)


def packed(folder: Path, xml: str, codes: str) -> str:
    (folder / "tabular.xml").write_text(xml, "utf-8")
    (folder / "codes.txt").write_text(codes, "utf-8")
    return pack(read_tabular_xml(folder / "tabular.xml"), read_code_list(folder / "codes.txt"))


def test_only_listed_sevenths_are_packed(tmp_path: Path) -> None:
    assert packed(tmp_path, XML, LIST) == PACKED


def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    write_packed(PACKED, tmp_path / "one.gz")
    write_packed(PACKED, tmp_path / "two.gz")

    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.gz").read_bytes()).decode() == PACKED


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (LIST + "A001XXS\n", "A001XXS is in the code list, and the XML does not say what it means"),
        (LIST + "B99\n", "B99 is in the code list"),
        (LIST.replace("\nA01\n", "\n"), "in the XML and not in the code list: 1, e.g. A01"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(tmp_path: Path, codes: str, said: str) -> None:
    with pytest.raises(ReleaseError, match=said):
        packed(tmp_path, XML, codes)


def test_a_code_below_one_that_takes_a_seventh_is_refused(tmp_path: Path) -> None:
    xml = XML.replace(
        "</diag>\n      <diag><name>A01", "<diag><name>A00.11</name><desc>Deep</desc></diag></diag><diag><name>A01"
    )
    with pytest.raises(ReleaseError, match="A0011 stands below a code that takes a 7th character"):
        packed(tmp_path, xml, LIST + "A0011\n")

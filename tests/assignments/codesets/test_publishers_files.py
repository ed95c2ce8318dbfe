"""Publishers' files: what is taken from them, and the line that is named when one is not what it should be."""

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assignments.codesets.cpt_files import read_cpt
from assignments.codesets.hcpcs_files import MEMBER, read_hcpcs
from assignments.codesets.icd10cm_files import read_icd10cm, read_index, read_order_file
from assignments.codesets.sources import Malformed, Row, Source, read_source
from assignments.codesets.tabular import load_tabular
from portal.errors import Invalid
from tests.assignments.codesets.publishing import (
    HCPCS,
    INDEX,
    ORDER,
    TABULAR,
    cpt,
    hcpcs,
    hcpcs_record,
    icd10cm,
    order_file,
)

TABLE = Source("tabular.xml", TABULAR.encode())


def changed(line: int, old: str, new: str) -> Source:
    """The order file with one line changed."""
    lines = order_file().content.decode().splitlines()
    lines[line - 1] = lines[line - 1].replace(old, new)
    return Source("order.txt", "\n".join(lines).encode())


def test_icd10cm_has_the_codes_of_the_order_file_and_the_meaning_of_the_tabular_list() -> None:
    content = icd10cm()

    assert [row.code for row in content.rows] == [
        "E11.21", "E11.22", "E11.9", "I10", "I42.0", "I42.1", "S06.0XXA", "S06.0XXD",
    ]  # fmt: skip
    assert content.rows[1] == Row(
        "E11.22", "Type 2 diabetes mellitus with diabetic chronic kidney disease",
        "Type 2 diabetes w diabetic chronic kidney disease",
    )  # fmt: skip
    assert content.rows[-1].title == "Concussion, subsequent encounter"
    assert "code\tS060\tConcussion\t0:AD\t" in content.packed
    assert "code\tE11\texcludes1\ttype 1 diabetes mellitus (E10.-)\t" in content.packed_notes
    assert content.digest == icd10cm().digest != icd10cm(index=True).digest
    assert read_index(Source("index.xml", INDEX.encode())) == {
        "E119": ["Sugar sickness (adult)"],
        "E1121": ["Sugar sickness (adult) with leaky kidneys, weak kidneys", "Sweetness", "Sourness"],
    }  # fmt: skip
    named = icd10cm(index=True).packed
    assert " with kidney complications\t\tPoisoning Accidental (unintentional) Syrup (sweet)\n" in named
    assert "\tI420\tDilated cardiomyopathy\t\tAdverse effect Syrup (sweet) old\n" in named


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (changed(3, "00003", "3"), "order.txt, line 3: this is no line of an order file"),
        (changed(4, "E1122  ", "11E22  "), "line 4: this is no line of an order file"),
        (changed(5, " 1 ", " 2 "), "line 5: column 15 must be 0"),
        (changed(6, "I10 ", "E119"), "line 6: E119 is there twice"),
        (changed(3, " 1 ", " 0 "), r"line 3: E11.21 is billable by the tabular list"),
        (changed(2, " 0 ", " 1 "), r"line 2: E11.2 is a header by the tabular list"),
        (changed(12, "S060XXA", "S060XXS"), "line 12: S060XXS is in the code list, and the XML does not say what"),
        (order_file(ORDER[:-3]), "S060"),
        (Source("order.txt", b"\n\n"), "order.txt, line 1: the file is empty"),
    ],
)
def test_an_order_file_that_is_not_right_is_refused_with_its_line(order: Source, said: str) -> None:
    with pytest.raises(Malformed, match=said) as refusal:
        read_icd10cm(order, TABLE)
    assert refusal.value.message.endswith("Nothing was loaded.")


@pytest.mark.parametrize(
    ("tabular", "said"),
    [
        (replace(TABLE, content=TABLE.content[:-200]), "tabular.xml, line [0-9]+: this is not whole XML"),
        (Source("index.xml", INDEX.encode()), r"index.xml, line 1: this is XML of another kind \(ICD10CM.index\)"),
    ],
)
def test_a_tabular_list_that_is_none_is_refused(tabular: Source, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_icd10cm(order_file(), tabular)


def test_hcpcs_has_codes_and_modifiers_and_no_dental_ones(tmp_path: Path) -> None:
    notice = ("***Disclaimers\t\t", "", "*Inclusion of a product does not imply any coverage, " * 4, "   of it.  ")
    content = hcpcs((*notice, *HCPCS, hcpcs_record("G0101", "Screening", last="20250215")))
    with zipfile.ZipFile(tmp_path / "2026.zip", "w") as archive:
        for name in ("HCPC2026_OCT_ANWEB.xlsx", "notes/proc_notes.txt", "OCT/HCPC2026_OCT_ANWEB_09232026.txt"):
            archive.writestr(name, "\r\n".join(HCPCS) if "ANWEB_" in name else "")

    assert len(read_hcpcs(read_source(tmp_path / "2026.zip", MEMBER)).rows) == 5
    for wrong, said in (("2026.xlsx", "no text"), ("a.zip", "no ZIP"), ("2026.zip", "no files")):
        (tmp_path / wrong).touch()
        with pytest.raises(Invalid, match=said):
            read_source(tmp_path / wrong, r"other.*")

    assert [row.code for row in content.rows] == ["G0008", "G0463", "J1100", "LT", "XE", "G0101"]
    assert content.rows[0] == Row("G0008", "Administration of influenza virus vaccine", "Admin influenza virus vac")
    assert [row.code for row in content.rows if row.modifier] == ["LT", "XE"]
    assert content.rows[-1].last_day == date(2025, 2, 15)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([HCPCS[1] + "x"], "line 1: a record has 320 characters, and this one 321"),
        ([HCPCS[1], "G0463 no record"], "line 2: this is no record of the contractors' file"),
        ([hcpcs_record("99213", "of another code set")], "line 1: this is no record"),
        (["A notice", "and no record"], "line 1: the file has no record"),
        ([HCPCS[2]], "line 1: more of G0008, which did not begin on the line before"),
        ([HCPCS[1], HCPCS[3], HCPCS[1]], "line 3: G0008 is there twice"),
        ([hcpcs_record("G0008", "x", last="20251301")], "line 1: the last day in 285-292 is no date"),
    ],
)
def test_a_contractors_file_that_is_not_right_is_refused_with_its_line(records: list[str], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_hcpcs(Source("HCPC.txt", "\n".join(records).encode()))


def test_cpt_has_what_its_licensee_has_and_keeps_the_notice() -> None:
    content = cpt()

    assert content.rows == (
        Row("99901", "Invented visit, of some length", "INVENTED 0"),
        Row("99902", "Invented visit, longer", "INVENTED 1"),
        Row("25", "Invented mark of a separate visit", modifier=True),
    )
    assert content.notice == "A notice of the publisher\nof two lines"
    assert len(content.sources) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A notice\n99901\tInvented\nA line between\n", "LONG.TXT, line 3: a code, a tab or space, and a title"),
        ("A notice\n\nand no data\n", "line 1: the file has no line with a code"),
        ("99901\tInvented\n99901\tInvented again\n", "line 2: 99901 is there twice"),
    ],
)
def test_a_licensed_file_that_is_not_right_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_cpt(Source("LONG.TXT", text.encode()))


def test_every_code_there_is_can_stand_in_an_order_file() -> None:
    codes = load_tabular().codes

    assert list(read_order_file(order_file((code, 0, "a title") for code in codes))) == codes

"""Pack the notes of an official tabular XML into the second file that ships beside this module.

    notes = read_notes(Path("icd10c-tabular-April-1-2026.xml"))
    write_packed(pack_notes(notes, load_tabular()), Path("assignments/codesets/data/icd10cm-2026-04-notes.tsv.gz"))

and `data/release.json` gets its checksum. What a note points to is worked out here, once.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from assignments.codesets.note_references import codes_of, references_in
from assignments.codesets.tabular import Tabular

TAGS = {
    "includes": "includes",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
}


@dataclass(frozen=True)
class TabularNote:
    """One note as the XML has it; `at` is a code without dot, or the range of a block or chapter."""

    level: str  # "chapter", "block" or "code"
    at: str
    kind: str
    text: str


def read_notes(path: Path) -> list[TabularNote]:
    """The notes of an official tabular XML in its order."""
    return notes_in(ET.parse(path).getroot())  # noqa: S314  an official file that the operator brings


def notes_in(root: ET.Element) -> list[TabularNote]:
    """The notes of a tabular XML that is parsed already."""
    return [note for element in root.iter() for note in _notes_at(element)]


def pack_notes(notes: Iterable[TabularNote], table: Tabular) -> str:
    """The notes as tab-separated text: level, place, kind, text, and the ranges of codes that each points to."""
    notes = list(notes)
    codes = codes_of(table)
    # many notes say the same, and those about last characters look through all codes
    refs = {text: references_in(text, codes) for text in {note.text for note in notes if note.kind != "includes"}}
    rows = []
    for note in notes:
        ranges = (low if low == high else f"{low}-{high}" for low, high in refs.get(note.text, ()))
        pointing = " ".join(ranges) if note.kind != "includes" else ""
        rows.append(f"{note.level}\t{note.at}\t{note.kind}\t{note.text}\t{pointing}")
    return "\n".join(rows) + "\n"


def _notes_at(element: ET.Element) -> Iterator[TabularNote]:
    level = {"chapter": "chapter", "section": "block", "diag": "code"}.get(element.tag)
    if level is None:
        return
    for child in element:
        if child.tag in TAGS:
            at = _place(element, level)
            for note in child.findall("note"):
                text = " ".join((note.text or "").split())
                if text:
                    yield TabularNote(level, at, TAGS[child.tag], text)


def _place(element: ET.Element, level: str) -> str:
    if level == "block":
        return element.attrib["id"]
    if level == "code":
        return (element.findtext("name") or "").strip().replace(".", "")
    found = re.search(r"\(([A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2})\)", element.findtext("desc") or "")
    return found[1] if found else ""

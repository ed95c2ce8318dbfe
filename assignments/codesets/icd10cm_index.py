"""What NCHS's indexes call each code: diseases, external causes, and the tables of neoplasms and of drugs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_CODE = re.compile("[A-Z][0-9][0-9A-Z]{1,5}")
_DEEPEST = 3  # cross-references that are followed, one after the other


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of an index: its words after those above it, its codes with the column's words, where it refers to."""

    words: str
    codes: tuple[tuple[str, str], ...]
    see: str
    below: tuple["_Entry", ...]


def index_terms(root: ET.Element) -> Iterator[tuple[str, str]]:
    """Code without dot and term, for every entry; one that only refers to another has that one's codes."""
    heads = {head.get("col", ""): _words(head) for head in root.findall("indexHeading/head")}
    mains = [_entry(main, heads) for letter in root.findall("letter") for main in letter.findall("mainTerm")]
    by_word: dict[str, list[_Entry]] = {}
    for main in mains:
        for name in _names(main.words):
            by_word.setdefault(name, []).append(main)
    for main in mains:
        yield from _terms(main, "", by_word)


def _terms(entry: _Entry, above: str, mains: dict[str, list[_Entry]]) -> Iterator[tuple[str, str]]:
    path = f"{above} {entry.words}".strip()
    codes = entry.codes or (_referred(entry, mains) if entry.see else ())
    for code, column in codes:
        yield code, f"{column} {path}".strip()
    for below in entry.below:
        yield from _terms(below, path, mains)


def _referred(entry: _Entry, mains: dict[str, list[_Entry]]) -> tuple[tuple[str, str], ...]:
    """The codes of the entry that this one refers to, as `Pain, abdominal`; none where it is not found."""
    for _ in range(_DEEPEST):
        first, *rest = [part.strip() for part in re.sub(r"\(.*?\)", "", entry.see).lower().split(",")]
        found = mains.get(first, [])
        for part in rest:
            found = [below for one in found for below in one.below if part in _names(below.words)]
        if len(found) != 1:
            return ()
        entry = found[0]
        if entry.codes or not entry.see:
            return entry.codes
    return ()


def _entry(element: ET.Element, heads: dict[str, str]) -> _Entry:
    cells = [(heads.get(cell.get("col", ""), ""), cell.text or "") for cell in element.findall("cell")]
    codes = [("", code.text or "") for code in element.findall("code")] + cells
    bare = ((code.strip().replace(".", "").rstrip("-").upper(), column) for column, code in codes)
    return _Entry(
        _words(element.find("title")),
        tuple((code, column) for code, column in bare if _CODE.fullmatch(code)),
        _words(element.find("see")),
        tuple(_entry(below, heads) for below in element.findall("term")),
    )


def _names(words: str) -> set[str]:
    """What an entry may be called by a reference: `Abnormal, abnormality (of)` by each of its two words."""
    plain = re.sub(r"\(.*?\)", "", words).lower()
    return {name.strip() for name in (plain, *plain.split(","))}


def _words(element: ET.Element | None) -> str:
    words = "" if element is None else " ".join(" ".join(element.itertext()).split())
    return words.replace("|", "/")  # the bar separates terms in the packed row

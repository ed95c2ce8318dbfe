"""An ICD-10-CM release as read from its packed text; the one that ships is loaded when first asked for."""

import gzip
import hashlib
import json
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Release:
    """A published state of a code system and the dates of service that it serves, both ends included.

    `effective_from` and `effective_to` are the update's own dates; `valid_from` and `valid_to` say which dates of
    service the table answers for, which is longer when an update in mid-year changed no codes.
    """

    system: str
    label: str
    effective_from: date
    effective_to: date
    valid_from: date
    valid_to: date
    next_label: str
    billable: int
    sha256: str
    source: str
    rights: str
    note: str

    def serves(self, on: date) -> bool:
        """Whether codes for this date of service are looked up in this release."""
        return self.valid_from <= on <= self.valid_to


@dataclass(frozen=True, eq=False)
class Tabular:
    """The tabular list in its official order; codes without dots, columns of equal length."""

    release: Release
    codes: list[str]
    titles: list[str]
    terms: list[str]  # inclusion terms and includes notes, separated by bars
    sevenths: list[str]  # the 7th characters that may follow a leaf, "" where none may
    tables: list[int]  # which of `meanings` explains them
    sections: list[int]  # which of `section_titles` the row stands under
    section_titles: list[str]  # block title, then its terms and those of its chapter, separated by bars
    meanings: list[dict[str, str]]
    rows: dict[str, int]
    ordered: list[str]  # the codes sorted, for prefixes
    blocks: list[str] = field(default_factory=list)  # the range of each section: I10-I1A
    chapters: list[int] = field(default_factory=list)  # which of `chapter_titles` each section stands under
    chapter_titles: list[str] = field(default_factory=list)

    def is_leaf(self, row: int) -> bool:
        """Whether the tabular list goes no deeper; a leaf may still need its 7th character."""
        after = row + 1
        return after == len(self.codes) or not self.codes[after].startswith(self.codes[row])

    def below(self, prefix: str) -> list[str]:
        """Tabular codes that start with this prefix, itself included, sorted."""
        return self.ordered[bisect_left(self.ordered, prefix) : bisect_left(self.ordered, prefix + "~")]


@lru_cache(maxsize=1)
def load_tabular() -> Tabular:
    """The shipped table; raises RuntimeError when the data file is not the one that release.json names."""
    data = files(__package__) / "data"
    facts = json.loads((data / "release.json").read_text("utf-8"))
    packed = (data / facts["file"]).read_bytes()
    if hashlib.sha256(packed).hexdigest() != facts["sha256"]:
        raise RuntimeError(f"{facts['file']} does not match the checksum in release.json: install the package again.")
    return parse_tabular(gzip.decompress(packed).decode(), _release(facts))


def parse_tabular(text: str, release: Release) -> Tabular:
    """The table in a packed text."""
    table = Tabular(release, [], [], [], [], [], [], [], [], {}, [])
    chapter_terms = ""
    for line in text.splitlines():
        kind, *cells = line.split("\t")
        if kind == "sevenths":
            table.meanings.append(dict(_pair(cell) for cell in cells[1:]))
            continue
        code, title, mark, terms = cells
        if kind == "chapter":
            chapter_terms = terms
            table.chapter_titles.append(title)
        elif kind == "block":
            table.blocks.append(code)
            table.chapters.append(len(table.chapter_titles) - 1)
            table.section_titles.append("|".join(part for part in (title, terms, chapter_terms) if part))
        else:
            _add_code(table, code, title, mark, terms)
    table.ordered.extend(sorted(table.codes))
    return table


def _release(facts: dict[str, str]) -> Release:
    return Release(
        system=facts["system"],
        label=facts["label"],
        effective_from=date.fromisoformat(facts["effective_from"]),
        effective_to=date.fromisoformat(facts["effective_to"]),
        valid_from=date.fromisoformat(facts["valid_from"]),
        valid_to=date.fromisoformat(facts["valid_to"]),
        next_label=facts["next_label"],
        billable=int(facts["billable"]),
        sha256=facts["sha256"],
        source=facts["source"],
        rights=facts["rights"],
        note=facts["note"],
    )


def _add_code(table: Tabular, code: str, title: str, mark: str, terms: str) -> None:
    number, _, characters = mark.partition(":")
    table.rows[code] = len(table.codes)
    table.codes.append(code)
    table.titles.append(title)
    table.terms.append(terms)
    table.sevenths.append(characters)
    table.tables.append(int(number or 0))
    table.sections.append(len(table.section_titles) - 1)


def _pair(cell: str) -> tuple[str, str]:
    character, _, meaning = cell.partition("=")
    return character, meaning

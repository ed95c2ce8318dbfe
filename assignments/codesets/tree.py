"""The tabular list as a tree: from a code up to its chapter and down to what can be billed, with the notes there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assignments.codesets.icd10cm import children_of, code_of, dotted, squeeze
from assignments.codesets.loaded import tabular_on
from assignments.codesets.notes import KINDS, Kind, Note, notes_of
from assignments.codesets.tabular import Tabular

HEADS: dict[Kind, str] = {
    "includes": "Includes", "excludes1": "Excludes 1: not coded here", "excludes2": "Excludes 2: may be coded beside",
    "code_first": "Code first", "use_additional": "Use an additional code", "code_also": "Code also",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One place of the tree. `at` is what leads there: a code, a block such as I10-I1A, `chapter 9`; empty: all."""

    at: str
    name: str
    title: str
    billable: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A place with what is above it, outermost first, what is below, and its notes, own before inherited ones."""

    here: Step
    above: tuple[Step, ...]
    below: tuple[Step, ...]
    terms: tuple[str, ...]
    notes: tuple[tuple[str, tuple[Note, ...]], ...]


ALL = Step("", "ICD-10-CM", "All chapters")


def find_branch(at: str, on: date) -> Branch | None:
    """The place `at` for a date of service; the chapters where it names none, None when no release answers."""
    table = tabular_on(on)
    if table is None:
        return None
    kind, _, number = at.partition(" ")
    if kind == "chapter" and number.isdecimal() and 1 <= int(number) <= len(table.chapter_titles):
        chapter = int(number) - 1
        return Branch(_chapter(table, chapter), (ALL,), tuple(_blocks(table, chapter)), (), ())
    if at in table.blocks:
        return _block_branch(table, table.blocks.index(at), on)
    if code_of(table, squeeze(at)):
        return _code_branch(table, squeeze(at), on)
    return Branch(ALL, (), tuple(_chapter(table, chapter) for chapter in range(len(table.chapter_titles))), (), ())


def _chapter(table: Tabular, chapter: int) -> Step:
    return Step(f"chapter {chapter + 1}", f"Chapter {chapter + 1}", table.chapter_titles[chapter])


def _blocks(table: Tabular, chapter: int) -> Iterator[Step]:
    used = set(table.sections)  # a block of blocks has no codes of its own
    for section, block in enumerate(table.blocks):
        if table.chapters[section] == chapter and section in used:
            yield _block(table, section, block)


def _block(table: Tabular, section: int, block: str) -> Step:
    return Step(block, block, table.section_titles[section].split("|")[0])


def _block_branch(table: Tabular, section: int, on: date) -> Branch:
    rows = [row for row, of in enumerate(table.sections) if of == section]
    below = [_code(table, code) for row in rows if len(code := table.codes[row]) == 3]
    above = (ALL, _chapter(table, table.chapters[section]))
    notes = [note for note in notes_of(table.codes[rows[0]], on) if note.level != "code"] if rows else []
    return Branch(_block(table, section, table.blocks[section]), above, tuple(below), (), _grouped(notes))


def _code_branch(table: Tabular, bare: str, on: date) -> Branch:
    row = next(table.rows[bare[:size].rstrip("X")] for size in range(len(bare), 2, -1)
               if bare[:size].rstrip("X") in table.rows)  # fmt: skip
    section = table.sections[row]
    above = [ALL, _chapter(table, table.chapters[section]), _block(table, section, table.blocks[section])]
    above.extend(_code(table, bare[:size]) for size in range(3, len(bare)) if bare[:size] in table.rows)
    below = tuple(Step(child.code, child.code, child.title, child.billable) for child in children_of(dotted(bare), on))
    terms = tuple(term for term in table.terms[row].split("|") if term)
    return Branch(_code(table, bare), tuple(above), below, terms, _grouped(notes_of(bare, on)))


def _code(table: Tabular, bare: str) -> Step:
    found = code_of(table, bare)
    if found is None:
        raise LookupError(bare)
    return Step(found.code, found.code, found.title, found.billable)


def _grouped(notes: tuple[Note, ...] | list[Note]) -> tuple[tuple[str, tuple[Note, ...]], ...]:
    groups = ((HEADS[kind], tuple(note for note in notes if note.kind == kind)) for kind in KINDS)
    return tuple((head, found) for head, found in groups if found)

"""What a document that is no picture is made of: paragraphs, tables and pictures, in reading order. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_HEADING = 60  # characters
_COLUMNS = re.compile(r"\S(?: {3,}|\t)\S")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one weight. A line break in it is a line break on the page."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, heading (level 1 to 3, 0 for none) or list item (its marker stands before it)."""

    spans: tuple[Span, ...]
    heading: int = 0
    marker: str = ""
    depth: int = 0  # of a list within a list
    small: bool = False  # what stands at the edges: running heads, footnotes
    equal: bool = False  # every letter as wide as the next, as tables made of spaces need it


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    spans: tuple[Span, ...]
    across: int = 1  # columns


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its first `headed` rows are repeated on every page that it goes on to."""

    rows: tuple[tuple[Cell, ...], ...]
    headed: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture between the paragraphs, in a format that Pillow can tell."""

    content: bytes


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Paragraph | Table | Picture | PageBreak


def plain(text: str, *, heading: int = 0, small: bool = False) -> Paragraph:
    """A paragraph of one run."""
    return Paragraph((Span(text),), heading=heading, small=small)


def struck(spans: Iterable[Span | None]) -> list[Span | None]:
    """Spans that their author has struck out, marked as such: what is no longer meant must not read as if it were."""
    held = list(spans)
    if not any(span.text.strip() for span in held if span):
        return held
    return [Span("[struck out: "), *held, Span("]")]


def read_note(text: str) -> tuple[Block, ...]:
    """A text note in blocks, headings where the note has them. Not a word is left out, added or put elsewhere."""
    equal = has_columns(text)
    blocks: list[Block] = []
    for number, sheet in enumerate(text.split("\f")):
        if number:
            blocks.append(PageBreak())
        blocks += _read_sheet(sheet, equal)
    return tuple(blocks)


def has_columns(text: str) -> bool:
    """True if the note is laid out with spaces, as tables and laboratory values are: it needs equal letters."""
    found = 0
    for line in text.splitlines():
        found += bool(_COLUMNS.search(line[:1000]))
        if found >= 3:
            return True
    return False


def _read_sheet(sheet: str, equal: bool) -> list[Block]:
    blocks: list[Block] = []
    held: list[str] = []

    def close() -> None:
        text = "\n".join(held).strip("\n")
        if text.strip():
            blocks.append(Paragraph((Span(text),), equal=equal))
        held.clear()

    for line in sheet.split("\n"):
        if is_heading(line):
            close()
            blocks.append(Paragraph((Span(line.strip()),), heading=3, equal=equal))
        elif line.strip() or equal:
            held.append(line.rstrip().expandtabs() if equal else line.rstrip())
        else:
            close()
    close()
    return blocks


def is_heading(line: str) -> bool:
    """True for a short line in capitals, as headings of notes are written."""
    words = line.strip().rstrip(":")
    if not 3 < len(words) <= LONGEST_HEADING:
        return False
    letters = [character for character in words if character.isalpha()]
    return len(letters) > 0.6 * len(words) and "".join(letters).isupper()

"""A text note as blocks that a page can set in type: headings where the note has them, the rest as it is. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

LONGEST_HEADING = 60  # characters
_COLUMNS = re.compile(r"\S(?: {3,}|\t)\S")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a run of text; its line breaks are those of the note."""

    kind: Literal["heading", "text"]
    text: str


def set_note(text: str) -> tuple[Block, ...]:
    """The note in blocks. Not a word is left out, added or put elsewhere."""
    blocks: list[Block] = []
    held: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if _is_heading(line):
            _close(blocks, held)
            blocks.append(Block("heading", line.strip()))
        else:
            held.append(line.rstrip())
    _close(blocks, held)
    return tuple(blocks)


def has_columns(text: str) -> bool:
    """True if the note is laid out with spaces, as tables and laboratory values are: it needs equal letters."""
    return sum(bool(_COLUMNS.search(line)) for line in text.splitlines()) >= 3


def _is_heading(line: str) -> bool:
    words = line.strip().rstrip(":")
    letters = [character for character in words if character.isalpha()]
    return 3 < len(words) <= LONGEST_HEADING and len(letters) > 0.6 * len(words) and "".join(letters).isupper()


def _close(blocks: list[Block], held: list[str]) -> None:
    text = "\n".join(held).strip("\n")
    if text.strip():
        blocks.append(Block("text", text))
    held.clear()

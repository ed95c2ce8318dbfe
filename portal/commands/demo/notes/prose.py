"""The light markup of the notes' bodies: headings, paragraphs, list items and tables."""

import re
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "table"]

_ITEM = re.compile(r"(?:-|\d{1,2}\.) ")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a note in reading order; only tables have rows, only the others have text."""

    kind: BlockKind
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(body: str) -> tuple[Block, ...]:
    """Read a body: `# ` opens a heading, ` | ` makes table rows, `- ` and `1. ` list items, a blank line parts."""
    groups: list[list[str]] = []
    previous = ""
    for line in (raw.strip() for raw in body.strip().splitlines()):
        if line and _continues(line, previous):
            groups[-1].append(line)
        elif line:
            groups.append([line])
        previous = line
    return tuple(_block(group) for group in groups)


def _continues(line: str, previous: str) -> bool:
    if not previous or line.startswith("# ") or previous.startswith("# "):
        return False
    if " | " in line or " | " in previous:
        return " | " in line and " | " in previous
    return _ITEM.match(line) is None


def _block(lines: list[str]) -> Block:
    if lines[0].startswith("# "):
        return Block("heading", lines[0][2:])
    if " | " in lines[0]:
        return Block("table", rows=tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines))
    return Block("item" if _ITEM.match(lines[0]) else "paragraph", " ".join(lines))

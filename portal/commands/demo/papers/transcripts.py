"""Plain text as a transcription service returns it: 78 columns, headings in capitals, dictation times at the foot."""

import textwrap
from datetime import timedelta

from portal.commands.demo.notes.prose import Block, blocks
from portal.commands.demo.notes.shape import Note
from portal.commands.demo.papers.particulars import client_of, head_fields, number_from, signed_at

_WIDTH = 78


def type_transcript(note: Note) -> bytes:
    """The note as UTF-8 text with Unix line ends."""
    lines = [*_head(note), *_body(note), *_foot(note)]
    return ("\n".join(lines) + "\n").encode()


def _head(note: Note) -> list[str]:
    letterhead = client_of(note).letterhead
    lines = [
        letterhead.institution.upper().center(_WIDTH).rstrip(),
        letterhead.address.center(_WIDTH).rstrip(),
        "=" * _WIDTH,
    ]
    fields = [f"{label.upper() + ':':<17}{value}" for label, value in head_fields(note)]
    return [*lines, *fields, "-" * _WIDTH, note.title.upper()]


def _body(note: Note) -> list[str]:
    lines: list[str] = []
    previous = ""
    for block in blocks(note.body):
        together = previous == "heading" or (previous == "item" and block.kind == "item")
        lines.extend(_block(block) if together else ["", *_block(block)])
        previous = block.kind
    return lines


def _block(block: Block) -> list[str]:
    if block.kind == "heading":
        return [f"{block.text.upper()}:"]
    if block.kind == "table":
        widths = [max(map(len, column)) + 3 for column in zip(*block.rows, strict=True)]
        return [
            "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in block.rows
        ]
    hanging = "   " if block.kind == "item" else ""
    return textwrap.wrap(block.text, _WIDTH, subsequent_indent=hanging, break_on_hyphens=False)


def _foot(note: Note) -> list[str]:
    signed = signed_at(note)
    dictated = signed - timedelta(minutes=number_from(note, "transcribed", 25, 90))
    initials = "".join(part[0] for part in note.provider.split(",")[0].split())
    job = f"{number_from(note, 'job', 100_000, 999_999)}"
    return [
        "",
        f"Electronically signed by {note.provider} on {signed:%m/%d/%Y} at {signed:%H:%M %Z}",
        "",
        f"{initials}/qt   D: {dictated:%m/%d/%Y %H:%M}   T: {signed - timedelta(minutes=9):%m/%d/%Y %H:%M}   JOB {job}",
        "*** END OF DOCUMENT ***".center(_WIDTH).rstrip(),
    ]

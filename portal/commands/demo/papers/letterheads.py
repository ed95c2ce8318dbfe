"""Clinic notes on the clients' letterheads, each client with its own type, color and manner."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Spacer, Table, TableStyle

from portal.commands.demo.notes.prose import Block, blocks
from portal.commands.demo.notes.shape import Note
from portal.commands.demo.papers.marks import draw_mark
from portal.commands.demo.papers.paging import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SetPages,
    bulleted,
    in_fewest_pages,
    set_pages,
    text,
)
from portal.commands.demo.papers.particulars import client_of, head_fields, signed_at

_MARGIN = 62.0
_WIDTH = PAGE_WIDTH - 2 * _MARGIN
_INK = HexColor("#1d2226")
_GRAY = HexColor("#666c72")
_HAIRLINE = HexColor("#c9ccd0")


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one client's paper looks."""

    color: str
    roman: str
    bold: str
    head: Literal["left", "center", "band"]
    headings: Literal["capitals", "plain", "ruled"]
    size: float = 10.5


_SANS = ("Helvetica", "Helvetica-Bold")
_SERIF = ("Times-Roman", "Times-Bold")
_MANNERS = {
    "RAD": _Manner("#1f5560", *_SANS, head="left", headings="capitals", size=10),
    "EDP": _Manner("#23395b", *_SANS, head="band", headings="plain", size=10.5),
    "EDF": _Manner("#23395b", *_SANS, head="band", headings="plain", size=10.5),
    "OEM": _Manner("#4c6a2c", *_SERIF, head="center", headings="plain", size=11.5),
    "ORT": _Manner("#3b4a5a", *_SANS, head="left", headings="ruled"),
    "GIE": _Manner("#98481f", *_SERIF, head="left", headings="ruled", size=11.5),
    "CAR": _Manner("#8a1f2f", *_SANS, head="center", headings="capitals", size=10),
}


def set_letterhead(note: Note) -> bytes:
    """The note as a PDF on its client's letterhead, in slightly smaller type where that saves a page."""
    manner = _MANNERS[note.client]
    return in_fewest_pages(lambda share: _set(note, replace(manner, size=manner.size * share)))


def _set(note: Note, manner: _Manner) -> SetPages:

    def decorate(canvas: Any, page: int, pages: int) -> None:
        if page == 1:
            _HEADS[manner.head](canvas, note, manner)
        else:
            _running_head(canvas, note, manner)
        _foot(canvas, note, manner, page, pages)

    return set_pages(lambda: _story(note, manner), decorate, title=note.title, margin=_MARGIN, first_top=128, top=92)


def _story(note: Note, manner: _Manner) -> list[Any]:
    styles = _styles(manner)
    story = [_field_grid(note, manner), Spacer(1, 16), text(note.title, styles["title"]), Spacer(1, 4)]
    for block in blocks(note.body):
        story.extend(_flow(block, manner, styles))
    signed = f"Electronically signed by {note.provider}, {signed_at(note):%m/%d/%Y %H:%M %Z}"
    return [*story, Spacer(1, 18), text(signed, styles["signed"])]


def _flow(block: Block, manner: _Manner, styles: dict[str, Any]) -> list[Any]:
    if block.kind == "table":
        return [Spacer(1, 3), _table(block, manner, styles), Spacer(1, 7)]
    if block.kind == "heading":
        words = block.text.upper() if manner.headings == "capitals" else block.text
        return [CondPageBreak(52), text(words, styles["heading"])]
    return [text(bulleted(block.text), styles[block.kind])]


def _styles(manner: _Manner) -> dict[str, Any]:
    color = HexColor(manner.color)
    size = manner.size
    paragraph = ParagraphStyle(
        "paragraph", fontName=manner.roman, fontSize=size, leading=size * 1.42, textColor=_INK, spaceAfter=size * 0.55
    )
    ruled = (
        {"borderWidth": 0.5, "borderColor": color, "borderPadding": (0, 0, 2, 0)} if manner.headings == "ruled" else {}
    )
    heading_size = size * 0.88 if manner.headings == "capitals" else size * 1.06
    return {
        "paragraph": paragraph,
        "item": ParagraphStyle("item", paragraph, leftIndent=16, firstLineIndent=-12, spaceAfter=size * 0.28),
        "cell": ParagraphStyle("cell", paragraph, fontSize=size * 0.93, leading=size * 1.2, spaceAfter=0),
        "cell_head": ParagraphStyle(
            "cell_head", paragraph, fontName=manner.bold, fontSize=size * 0.86, leading=size * 1.1, spaceAfter=0
        ),
        "heading": ParagraphStyle(
            "heading",
            fontName=manner.bold,
            fontSize=heading_size,
            leading=heading_size * 1.3,
            textColor=_INK if ruled else color,
            spaceBefore=size * 0.75,
            spaceAfter=size * 0.25,
        ),
        "title": ParagraphStyle(
            "title", fontName=manner.bold, fontSize=size * 1.4, leading=size * 1.75, textColor=_INK
        ),
        "signed": ParagraphStyle("signed", paragraph, fontSize=size * 0.92, textColor=_GRAY),
    }


def _table(block: Block, manner: _Manner, styles: dict[str, Any]) -> Any:
    first, *others = block.rows
    cells = [[text(cell, styles["cell_head"]) for cell in first]]
    cells += [[text(cell, styles["cell"]) for cell in row] for row in others]
    shares = [max(len(cell) for cell in column) + 4 for column in zip(*block.rows, strict=True)]
    whole = min(_WIDTH, 6.2 * sum(shares))
    table = Table(cells, [whole * share / sum(shares) for share in shares], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.9, HexColor(manner.color)),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, _HAIRLINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ]
        )
    )
    return table


def _field_grid(note: Note, manner: _Manner) -> Any:
    label = ParagraphStyle("label", fontName=manner.roman, fontSize=7.5, leading=9, textColor=_GRAY)
    value = ParagraphStyle("value", fontName=manner.bold, fontSize=9.5, leading=12, textColor=_INK)
    cells = [[text(name, label), text(content, value)] for name, content in head_fields(note)]
    table = Table([cells[:4], cells[4:]], [_WIDTH * share for share in (0.28, 0.25, 0.25, 0.22)])
    table.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 0.6, _HAIRLINE),
                ("INNERGRID", (0, 0), (-1, -1), 0.3, _HAIRLINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table


def _left_head(canvas: Any, note: Note, manner: _Manner) -> None:
    letterhead = client_of(note).letterhead
    color = HexColor(manner.color)
    top = PAGE_HEIGHT - 46
    draw_mark(canvas, note.client, _MARGIN - 2, top - 40, color)
    canvas.setFillColor(color)
    canvas.setFont(manner.bold, 17)
    canvas.drawString(_MARGIN + 50, top - 19, letterhead.institution)
    canvas.setFillColor(_GRAY)
    canvas.setFont(manner.roman, 9)
    canvas.drawString(_MARGIN + 50, top - 33, letterhead.motto)
    street, place = letterhead.address.split(", ", 1)
    for step, line in enumerate((street, place, letterhead.telephone)):
        canvas.drawRightString(PAGE_WIDTH - _MARGIN, top - 10 - 12 * step, line)
    canvas.setStrokeColor(color)
    canvas.setLineWidth(1.4)
    canvas.line(_MARGIN, top - 52, PAGE_WIDTH - _MARGIN, top - 52)


def _center_head(canvas: Any, note: Note, manner: _Manner) -> None:
    letterhead = client_of(note).letterhead
    color = HexColor(manner.color)
    middle = PAGE_WIDTH / 2
    draw_mark(canvas, note.client, middle - 20, PAGE_HEIGHT - 70, color)
    canvas.setFillColor(color)
    canvas.setFont(manner.bold, 17)
    canvas.drawCentredString(middle, PAGE_HEIGHT - 88, letterhead.institution)
    canvas.setFillColor(_GRAY)
    canvas.setFont(manner.roman, 8.5)
    line = f"{letterhead.motto}    {letterhead.address}    {letterhead.telephone}"
    canvas.drawCentredString(middle, PAGE_HEIGHT - 102, line)
    canvas.setStrokeColor(color)
    canvas.setLineWidth(0.6)
    for bottom in (PAGE_HEIGHT - 110, PAGE_HEIGHT - 112.5):
        canvas.line(_MARGIN, bottom, PAGE_WIDTH - _MARGIN, bottom)


def _band_head(canvas: Any, note: Note, manner: _Manner) -> None:
    letterhead = client_of(note).letterhead
    white = HexColor("#ffffff")
    canvas.setFillColor(HexColor(manner.color))
    canvas.rect(0, PAGE_HEIGHT - 82, PAGE_WIDTH, 82, stroke=0, fill=1)
    draw_mark(canvas, note.client, _MARGIN, PAGE_HEIGHT - 63, white)
    canvas.setFillColor(white)
    canvas.setFont(manner.bold, 16)
    canvas.drawString(_MARGIN + 54, PAGE_HEIGHT - 40, letterhead.institution)
    canvas.setFont(manner.roman, 9)
    canvas.drawString(_MARGIN + 54, PAGE_HEIGHT - 56, letterhead.motto)
    canvas.setFillColor(_GRAY)
    canvas.setFont(manner.roman, 8.5)
    canvas.drawString(_MARGIN, PAGE_HEIGHT - 98, f"{letterhead.address}    {letterhead.telephone}")
    canvas.drawRightString(PAGE_WIDTH - _MARGIN, PAGE_HEIGHT - 98, "EMERGENCY DEPARTMENT RECORD")


_HEADS = {"left": _left_head, "center": _center_head, "band": _band_head}


def _running_head(canvas: Any, note: Note, manner: _Manner) -> None:
    top = PAGE_HEIGHT - 50
    canvas.setFillColor(HexColor(manner.color))
    canvas.setFont(manner.bold, 9.5)
    canvas.drawString(_MARGIN, top, client_of(note).letterhead.institution)
    canvas.setFillColor(_INK)
    canvas.setFont(manner.roman, 9)
    who = f"{note.patient.name}    MRN {note.patient.mrn}    born {note.patient.born_on:%m/%d/%Y}"
    canvas.drawRightString(PAGE_WIDTH - _MARGIN, top, who)
    canvas.drawRightString(PAGE_WIDTH - _MARGIN, top - 12, f"Encounter {note.encounter}, {note.seen_on:%m/%d/%Y}")
    canvas.drawString(_MARGIN, top - 12, f"{note.title}, continued")
    canvas.setStrokeColor(_HAIRLINE)
    canvas.line(_MARGIN, top - 20, PAGE_WIDTH - _MARGIN, top - 20)


def _foot(canvas: Any, note: Note, manner: _Manner, page: int, pages: int) -> None:
    canvas.setStrokeColor(_HAIRLINE)
    canvas.setLineWidth(0.5)
    canvas.line(_MARGIN, 44, PAGE_WIDTH - _MARGIN, 44)
    canvas.setFillColor(_GRAY)
    canvas.setFont(manner.roman, 8)
    canvas.drawString(_MARGIN, 32, f"Confidential patient record    {note.encounter}")
    canvas.drawRightString(PAGE_WIDTH - _MARGIN, 32, f"Page {page} of {pages}")

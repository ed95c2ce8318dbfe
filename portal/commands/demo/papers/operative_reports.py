"""Operative and procedure reports as a surgery center's printer makes them: black, boxed, with a bar code."""

from datetime import timedelta
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import black, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Indenter, Spacer, Table, TableStyle

from portal.commands.demo.notes.prose import Block, blocks
from portal.commands.demo.notes.shape import Note
from portal.commands.demo.papers.paging import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SetPages,
    bulleted,
    in_fewest_pages,
    set_pages,
    text,
)
from portal.commands.demo.papers.particulars import client_of, head_fields, number_from, signed_at

_MARGIN = 54.0
_WIDTH = PAGE_WIDTH - 2 * _MARGIN
_NAMES = {"ORT": "OPERATIVE REPORT", "GIE": "ENDOSCOPY REPORT", "CAR": "CATHETERIZATION REPORT"}
_OPERATORS = {"ORT": "Surgeon", "GIE": "Endoscopist", "CAR": "Operator"}

_LABEL = ParagraphStyle("label", fontName="Helvetica", fontSize=7, leading=8.5)
_VALUE = ParagraphStyle("value", fontName="Helvetica-Bold", fontSize=9.5, leading=12)


def set_operative_report(note: Note) -> bytes:
    """The note as a PDF in the layout of its client's procedure rooms."""
    return in_fewest_pages(lambda share: _set(note, _styles(11.5 * share)))


def _set(note: Note, styles: dict[str, Any]) -> SetPages:
    def decorate(canvas: Any, page: int, pages: int) -> None:
        _head(canvas, note, page)
        _foot(canvas, note, page, pages)

    return set_pages(lambda: _story(note, styles), decorate, title=note.title, margin=_MARGIN, first_top=96, top=96)


def _styles(size: float) -> dict[str, Any]:
    body = ParagraphStyle("body", fontName="Times-Roman", fontSize=size, leading=size * 1.32, spaceAfter=size * 0.5)
    return {
        "paragraph": body,
        "item": ParagraphStyle("item", body, leftIndent=17, firstLineIndent=-14, spaceAfter=2),
        "heading": ParagraphStyle("heading", body, fontName="Times-Bold", spaceBefore=size * 0.5, spaceAfter=1),
        "cell": ParagraphStyle("cell", body, leading=size * 1.14, spaceAfter=0),
    }


def _story(note: Note, styles: dict[str, Any]) -> list[Any]:
    story = [_field_grid(note), Spacer(1, 8), _banner(note), Spacer(1, 6)]
    for block in blocks(note.body):
        story.extend(_flow(block, styles))
    return [*story, Spacer(1, 16), *_signature(note, styles)]


def _flow(block: Block, styles: dict[str, Any]) -> list[Any]:
    if block.kind == "heading":
        return [CondPageBreak(48), text(f"{block.text.upper()}:", styles["heading"])]
    content = _table(block, styles) if block.kind == "table" else text(bulleted(block.text), styles[block.kind])
    return [Indenter(left=14), content, Indenter(left=-14)]


def _table(block: Block, styles: dict[str, Any]) -> Any:
    cells = [[text(cell, styles["cell"]) for cell in row] for row in block.rows]
    shares = [max(len(cell) for cell in column) + 4 for column in zip(*block.rows, strict=True)]
    whole = min(_WIDTH - 20, 6.4 * sum(shares))
    table = Table(cells, [whole * share / sum(shares) for share in shares], hAlign="LEFT", spaceAfter=6)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, black),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 1, black),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _field_grid(note: Note) -> Any:
    operator = _OPERATORS[note.client]
    fields = [(operator if name == "Provider" else name, value) for name, value in head_fields(note)]
    cells = [[text(name.upper(), _LABEL), text(value, _VALUE)] for name, value in fields]
    table = Table([cells[:4], cells[4:]], [_WIDTH * share for share in (0.28, 0.25, 0.24, 0.23)])
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.7, black),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table


def _banner(note: Note) -> Any:
    name = ParagraphStyle("name", fontName="Helvetica-Bold", fontSize=11, leading=14, textColor=white)
    title = ParagraphStyle("title", fontName="Helvetica", fontSize=10, leading=14, textColor=white)
    table = Table([[text(_NAMES[note.client], name), text(note.title, title)]], [_WIDTH * 0.42, _WIDTH * 0.58])
    table.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    return table


def _signature(note: Note, styles: dict[str, Any]) -> list[Any]:
    signed = signed_at(note)
    dictated = signed - timedelta(minutes=number_from(note, "dictated", 40, 200))
    return [
        CondPageBreak(60),
        text(f"Authenticated by {note.provider}   {signed:%m/%d/%Y %H:%M %Z}", styles["paragraph"]),
        text(f"Dictated {dictated:%m/%d/%Y %H:%M}   Job {number_from(note, 'job', 100_000, 999_999)}", _LABEL),
    ]


def _head(canvas: Any, note: Note, page: int) -> None:
    letterhead = client_of(note).letterhead
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(_MARGIN, PAGE_HEIGHT - 52, note.location.upper())
    canvas.setFont("Helvetica", 8.5)
    canvas.drawString(_MARGIN, PAGE_HEIGHT - 65, f"{letterhead.institution}, {letterhead.address}")
    canvas.drawString(_MARGIN, PAGE_HEIGHT - 76, letterhead.telephone)
    barcode = Code128(note.encounter, barHeight=22, barWidth=0.85, quiet=False)
    barcode.drawOn(canvas, PAGE_WIDTH - _MARGIN - barcode.width, PAGE_HEIGHT - 62)
    canvas.setFont("Courier", 8)
    canvas.drawRightString(PAGE_WIDTH - _MARGIN, PAGE_HEIGHT - 72, note.encounter)
    if page > 1:
        canvas.setFont("Helvetica-Bold", 8.5)
        who = f"{note.patient.name}   MRN {note.patient.mrn}   DOB {note.patient.born_on:%m/%d/%Y}"
        canvas.drawString(_MARGIN, PAGE_HEIGHT - 88, f"{who}   {note.seen_on:%m/%d/%Y}")


def _foot(canvas: Any, note: Note, page: int, pages: int) -> None:
    canvas.setLineWidth(0.7)
    canvas.line(_MARGIN, 46, PAGE_WIDTH - _MARGIN, 46)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(_MARGIN, 34, f"MEDICAL RECORD COPY   {_NAMES[note.client]}")
    canvas.drawRightString(PAGE_WIDTH - _MARGIN, 34, f"PAGE {page} OF {pages}")

"""The coding summary as a PDF to print: made in memory, never written anywhere."""

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import anyio
import anyio.to_thread
import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from assignments.results.exporting import Taken
from assignments.results.finding import Result

_INK, _GREY, _RULE, _FAINT = HexColor("#1a1a1a"), HexColor("#595959"), HexColor("#c8c8c8"), HexColor("#f1f1f1")
_WIDTH = LETTER[0] - 1.5 * inch
#: Summaries are laid out one after the other: the library keeps its fonts in one place for all.
_ONE = anyio.CapacityLimiter(1)


async def make_summary(taken: Taken) -> bytes:
    """The PDF, laid out in a thread so that nobody waits for it."""
    return await anyio.to_thread.run_sync(_lay_out, taken, limiter=_ONE)


def _lay_out(taken: Taken) -> bytes:
    _register_fonts()
    at = taken.at.astimezone(ZoneInfo(taken.client.time_zone))
    footer = _printable(
        f"Confidential: patient information of {taken.client.name}. Taken by {taken.by}, {at:%Y-%m-%d %H:%M %Z}."
    )
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=LETTER, leftMargin=0.75 * inch, rightMargin=0.75 * inch, topMargin=0.7 * inch,
        bottomMargin=0.85 * inch, title=f"Coding summary: {taken.title}", author="Chartway", invariant=1,
    )  # fmt: skip
    document.build(_story(taken), canvasmaker=lambda *args, **kwargs: _Pages(*args, footer=footer, **kwargs))
    return made.getvalue()


def _story(taken: Taken) -> list[Any]:
    story: list[Any] = [
        _text(f"Coding summary: {taken.title}", _TITLE),
        _text(f"{taken.client.name}, {_count(len(taken.results), 'chart')}", _SMALL),
        Spacer(0, 8),
    ]
    if len(taken.results) > 1:
        rows = [
            [one.number, str(one.service_on), one.patient_name, str(len(one.diagnoses)), str(len(one.procedures)),
             str(one.units), str(one.delivery)]
            for one in taken.results
        ]  # fmt: skip
        rows.append(
            ["Total", "", "", *(str(sum(int(row[at]) for row in rows)) for at in (3, 4, 5)), ""]
        )  # fmt: skip
        heads = ["Chart", "Date of service", "Patient", "Diagnoses", "Procedures", "Units", "Version"]
        story += [_table(heads, rows, (0.95, 1.05, 2.25, 0.75, 0.8, 0.55, 0.65)), Spacer(0, 10)]
    for result in taken.results:
        story += _chart(result, ZoneInfo(taken.client.time_zone))
    return story


def _chart(result: Result, zone: ZoneInfo) -> list[Any]:
    facts = [
        ("Encounter", result.encounter_number), ("Patient", result.patient_name), ("MRN", result.mrn),
        ("Born", result.born_on), ("Sex", result.sex), ("Date of service", str(result.service_on)),
        ("Provider", result.provider),
        ("Payer", result.payer), ("Location", result.location), ("Service line", result.service_line),
        ("Delivered", f"{result.delivered_at.astimezone(zone):%Y-%m-%d %H:%M %Z}"), ("Code sets", result.release),
    ]  # fmt: skip
    told = " · ".join(f"<b>{escape(name)}</b> {escape(_printable(value))}" for name, value in facts if value)
    story: list[Any] = [
        CondPageBreak(2.2 * inch),
        _text(f"{result.number}, version {result.delivery}", _HEAD),
        Paragraph(told, _SMALL),
    ]
    if result.changes:
        story.append(_text("Changed since version 1: " + " ".join(result.changes), _NOTE))
    if result.is_reopened:
        story.append(_text("This chart is being coded again: another version will follow.", _NOTE))
    diagnoses = [
        [line.letter, line.code, " · ".join(filter(None, (line.title, line.details)))] for line in result.diagnoses
    ]
    procedures = [
        [
            line.code,
            line.system,
            " · ".join(filter(None, (line.title, line.details))),
            line.modifiers,
            str(line.units),
            line.pointers,
        ]
        for line in result.procedures
    ]
    heads = ["Procedure", "System", "Title", "Modifiers", "Units", "Diagnoses"]
    return [
        *story, Spacer(0, 3),
        _table(["", "ICD-10-CM", "Title"], diagnoses or [["", "none", ""]], (0.35, 1.0, 5.65)), Spacer(0, 4),
        _table(heads, procedures or [["none", "", "", "", "", ""]], (0.9, 0.8, 2.9, 1.0, 0.55, 0.85)), Spacer(0, 14),
    ]  # fmt: skip


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> LongTable:
    cells = [[_text(cell, _CELL) for cell in row] for row in rows]
    return LongTable(
        [[_text(head, _COLUMN) for head in heads], *cells], colWidths=[_WIDTH * width / 7 for width in widths],
        repeatRows=1, hAlign="LEFT",
        style=TableStyle([
            ("BACKGROUND", (0, 0), (-1, 0), _FAINT), ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3), ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]),
    )  # fmt: skip


class _Pages(Canvas):  # type: ignore[misc]  # the library is not typed
    """Pages that are drawn when their number is known, each with its watermark and footer."""

    def __init__(self, *args: Any, footer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._footer = footer
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self._mark(number)
            super().showPage()
        super().save()

    def _mark(self, number: int) -> None:
        self.saveState()
        self.setFillColor(HexColor("#8a8a8a"), alpha=0.12)
        self.setFont("Vera-Bold", 64)
        self.translate(LETTER[0] / 2, LETTER[1] / 2)
        self.rotate(52)
        self.drawCentredString(0, 0, "CONFIDENTIAL")
        self.restoreState()
        self.setFont("Vera", 6.5)
        self.setFillColor(_GREY)
        self.drawString(0.75 * inch, 0.52 * inch, self._footer[:140])
        self.drawString(0.75 * inch, 0.38 * inch, "Keep it as you keep the record; destroy it when it is not needed.")
        self.drawRightString(LETTER[0] - 0.75 * inch, 0.38 * inch, f"Page {number} of {len(self._kept)}")


@cache
def _register_fonts() -> None:
    """The library's own fonts, embedded so that the summary looks the same everywhere; they reach to Latin letters."""
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont("Vera", folder / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont("Vera-Bold", folder / "VeraBd.ttf"))
    pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera", boldItalic="Vera-Bold")


def _style(name: str, size: float, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    font = "Vera-Bold" if bold else "Vera"
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.35, textColor=_INK, **more)


_TITLE, _HEAD = _style("title", 14, bold=True), _style("head", 10, bold=True, spaceBefore=2)
_SMALL, _CELL, _COLUMN = _style("small", 7.5), _style("cell", 8), _style("column", 7, bold=True)
_NOTE = _style("note", 7.5, bold=True, spaceBefore=2)


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_printable(text)), style)


def _printable(text: str) -> str:
    """The text in letters that the font has: a letter that it has not loses its mark, Ż becomes Z, or becomes a ?."""
    has = pdfmetrics.getFont("Vera").face.charToGlyph
    kept = (letter if ord(letter) in has else unicodedata.normalize("NFKD", letter)[0] for letter in text)
    return "".join(letter if ord(letter) in has else "?" for letter in kept)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"

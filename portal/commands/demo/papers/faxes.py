"""A note that came through a fax machine: one gray page, a little crooked, with specks and streaks."""

import random
from io import BytesIO
from math import sin

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from portal.commands.demo.notes.prose import Block, blocks
from portal.commands.demo.notes.shape import Note
from portal.commands.demo.papers.particulars import client_of, head_fields, number_from, signed_at

_WIDTH, _HEIGHT = 1728, 2200  # a fax line has 1728 dots; about 200 to the inch
_LEFT, _RIGHT = 150, _WIDTH - 150
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_fax(note: Note) -> bytes:
    """The note as a gray PNG; specks and slant come from the encounter number. ValueError if it fills the page."""
    page = Image.new("L", (_WIDTH, _HEIGHT), 255)
    _Typist(page).write(note)
    chance = random.Random(number_from(note, "fax", 0, 2**32))  # noqa: S311 -- dirt on a demo page
    page = page.rotate(chance.uniform(0.35, 0.9) * chance.choice((-1, 1)), Image.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(0.7))
    _soil(page, chance)
    _transmission_line(page, note)
    buffer = BytesIO()
    page.quantize(8).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


class _Typist:
    """Where the next line goes on the page."""

    def __init__(self, page: Image.Image) -> None:
        self._pen = ImageDraw.Draw(page)
        self._top = 130.0

    def write(self, note: Note) -> None:
        letterhead = client_of(note).letterhead
        self._line(letterhead.institution, 50, bold=True)
        self._line(f"{letterhead.address}    {letterhead.telephone}", 27)
        self._rule()
        fields = head_fields(note)
        for left, right in zip(fields[::2], fields[1::2], strict=True):
            self._columns((f"{left[0]}: {left[1]}", f"{right[0]}: {right[1]}"), 32, (_LEFT, 900))
        self._rule()
        self._line(note.title, 42, bold=True)
        for block in blocks(note.body):
            self._block(block)
        self._sign(note)

    def _block(self, block: Block) -> None:
        if block.kind == "heading":
            self._top += 12
            self._line(block.text.upper(), 33, bold=True)
        elif block.kind == "table":
            share = max(len(row[0]) for row in block.rows) * 19 + 60
            for row in block.rows:
                self._columns(row, 36, (_LEFT + 20, _LEFT + 20 + share))
        else:
            self._paragraph(block.text, 37, hanging=36 if block.kind == "item" else 0)

    def _line(self, words: str, size: int, *, bold: bool = False) -> None:
        self._pen.text((_LEFT, self._top), words, fill=20, font=_font(size), stroke_width=int(bold), stroke_fill=20)
        self._top += size * 1.4

    def _columns(self, cells: tuple[str, ...], size: int, lefts: tuple[int, ...]) -> None:
        for cell, left in zip(cells, lefts, strict=True):
            self._pen.text((left, self._top), cell, fill=20, font=_font(size))
        self._top += size * 1.4

    def _paragraph(self, words: str, size: int, *, hanging: int) -> None:
        left = _LEFT
        for line in _wrap(words, _font(size), _RIGHT - _LEFT - hanging):
            self._pen.text((left, self._top), line, fill=20, font=_font(size))
            self._top += size * 1.36
            left = _LEFT + hanging
        self._top += 5

    def _rule(self) -> None:
        self._top += 8
        self._pen.line((_LEFT, self._top, _RIGHT, self._top), fill=30, width=3)
        self._top += 14

    def _sign(self, note: Note) -> None:
        self._top += 80
        self._pen.line(_scrawl(note.provider, _LEFT + 20, self._top), fill=25, width=4, joint="curve")
        self._top += 40
        self._line(f"{note.provider}    {signed_at(note):%m/%d/%Y}", 32)
        if self._top > _HEIGHT - 90:
            raise ValueError("This note is longer than the one page that a demo fax has.")


def _scrawl(name: str, left: float, middle: float) -> list[tuple[float, float]]:
    hand = random.Random(name)  # noqa: S311 -- everybody signs in the same way each time
    swings = [(hand.uniform(5, 17), hand.uniform(9, 24), hand.uniform(0, 6)) for _ in range(3)]
    length = hand.uniform(300, 420)

    def at(share: float) -> tuple[float, float]:
        sway = sum(width * sin(speed * 1.7 * share * 3 + start) for width, speed, start in swings)
        rise = sum(width * sin(speed * share * 3 + start) for width, speed, start in swings)
        return left + length * share + sway * 0.9, middle + rise * (1.3 - share) - 26 * share

    return [at(step / 260) for step in range(261)]


def _wrap(words: str, font: _Font, width: float) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _font(size: int) -> _Font:
    return ImageFont.load_default(size)


def _soil(page: Image.Image, chance: random.Random) -> None:
    pen = ImageDraw.Draw(page)
    for _ in range(1400):
        x, y = chance.randrange(_WIDTH), chance.randrange(_HEIGHT)
        reach = chance.choice((0, 0, 0, 1, 1, 2))
        pen.rectangle((x, y, x + reach, y + reach), fill=chance.choice((40, 90, 150, 190)))
    streak = chance.randrange(_WIDTH // 2, _WIDTH - 40)
    for y in range(0, _HEIGHT, 3):
        if chance.random() < 0.7:
            pen.point((streak + chance.choice((0, 0, 1)), y), fill=120)


def _transmission_line(page: Image.Image, note: Note) -> None:
    sent = signed_at(note)
    sender = client_of(note).letterhead
    pen = ImageDraw.Draw(page)
    pen.text((60, 34), f"{sent:%b %d %Y %H:%M}".upper(), fill=0, font=_font(26))
    pen.text((520, 34), f"FROM {sender.institution.upper()}   {sender.telephone}", fill=0, font=_font(26))
    pen.text((_WIDTH - 170, 34), "P. 1/1", fill=0, font=_font(26))

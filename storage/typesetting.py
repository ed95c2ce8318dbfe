"""Sets notes into pages, Letter size at 144 dots per inch: where each word, line and picture stands."""

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from PIL import Image

from storage.letters import Face, width_of
from storage.limits import MAX_PAGES, MAX_PIXELS
from storage.notes import Block, Cell, PageBreak, Paragraph, Picture, Span, Table

DPI = 144
WIDTH, HEIGHT = 1224, 1584
MARGIN = 108
INNER = WIDTH - 2 * MARGIN
BODY = 21  # dots, as all sizes here
SMALL = 17
HEADINGS = {1: 30, 2: 26, 3: 23}
LEADING = 1.4
INDENT = 40
GUTTER = 12  # between the words of a cell and its lines
EQUAL_SIZES = (20, 19, 18, 17, 16, 15, 14)  # equal letters shrink, within reason, until the longest line fits
MAX_COLUMNS = 24  # more would be columns of single letters
UNSHOWN = "[There is a picture here that cannot be shown.]"


class TooManyPages(Exception):
    """The note would fill more pages than a document may have."""


@dataclass(frozen=True, slots=True)
class SetWord:
    """A word on a page: its left end on the base line."""

    x: float
    y: float
    text: str
    face: Face
    before: str  # what parts it from the word before it, as the text layer writes it


@dataclass(slots=True)
class SetPage:
    """One page: words in reading order, ruled lines, pictures with their places."""

    words: list[SetWord] = field(default_factory=list)
    rules: list[tuple[int, int, int, int]] = field(default_factory=list)
    pictures: list[tuple[int, int, int, int, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word within its line."""

    x: float
    text: str
    face: Face
    joined: bool  # to what stands before it: one word in two weights, or one too long for its line


_Line = list[_Placed]


def set_pages(blocks: Iterable[Block]) -> list[SetPage]:
    """The pages that the blocks fill; raises TooManyPages."""
    setter = _Setter()
    for block in blocks:
        match block:
            case Paragraph():
                setter.add_paragraph(block)
            case Table():
                setter.add_table(block)
            case Picture():
                setter.add_picture(block)
            case PageBreak():
                setter.turn()
    return setter.pages


class _Setter:
    def __init__(self) -> None:
        self.pages = [SetPage()]
        self._y = float(MARGIN)

    @property
    def _page(self) -> SetPage:
        return self.pages[-1]

    def turn(self) -> None:
        if len(self.pages) >= MAX_PAGES:
            raise TooManyPages
        self.pages.append(SetPage())
        self._y = float(MARGIN)

    def add_paragraph(self, paragraph: Paragraph) -> None:
        size = _size(paragraph)
        step = size * LEADING
        left = INDENT * paragraph.depth + (INDENT if paragraph.marker else 0)
        if paragraph.heading and self._y > MARGIN:
            self._y += size * 0.5
            if self._y + 6 * step > HEIGHT - MARGIN:
                self.turn()  # a heading does not stay behind alone
        lines = _wrapped(paragraph.spans, size, INNER - left, bold=paragraph.heading > 0, equal=paragraph.equal)
        marker = paragraph.marker
        for number, line in enumerate(lines):
            self._make_room(step)
            base = self._y + size
            if marker and number == 0:
                face = Face(size)
                x = MARGIN + left - 10 - width_of(face, marker)
                self._put_word(max(MARGIN, x), base, marker, face, "\n")
            self._put_line(line, MARGIN + left, base, " " if marker and number == 0 else "\n")
            self._y += step
        self._y += size * (0.25 if paragraph.marker or paragraph.heading else 0.55)

    def add_table(self, table: Table) -> None:
        table = Table(tuple(row for row in table.rows if row), table.headed)
        widths = _column_widths(table)
        if len(widths) > MAX_COLUMNS:
            for row in table.rows:
                spans = tuple(span for cell in row for span in (*cell.spans, Span(" | ")))
                self.add_paragraph(Paragraph(spans, small=True))
            return
        head = [_set_row(row, widths) for row in table.rows[: table.headed]]
        if sum(max(map(len, cells), default=0) for cells in head) > 10:
            head = []
        self._y += 4
        # A table's head does not stay behind alone.
        first = [*head, _set_row(table.rows[len(head)], widths)] if len(head) < len(table.rows) else head
        self._make_room(sum(min(max(map(len, cells)), 5) * SMALL * LEADING + GUTTER for cells in first))
        for number, row in enumerate(table.rows):
            lines = head[number] if number < len(head) else _set_row(row, widths)
            self._add_row(lines, row, widths, head if number >= len(head) else [], table.rows)
        self._y += 16

    def _add_row(
        self, cells: list[list[_Line]], row: tuple[Cell, ...], widths: list[int], head: list[list[list[_Line]]],
        rows: tuple[tuple[Cell, ...], ...],
    ) -> None:  # fmt: skip
        step = SMALL * LEADING
        rest = cells
        while any(rest):
            tall = max(len(lines) for lines in rest)
            fitting = int((HEIGHT - MARGIN - self._y - GUTTER) / step)
            if fitting < min(tall, 30):
                self.turn()
                for index, set_head in enumerate(head):
                    self._draw_row(set_head, rows[index], widths, step)
                fitting = max(1, int((HEIGHT - MARGIN - self._y - GUTTER) / step))
            self._draw_row([lines[:fitting] for lines in rest], row, widths, step)
            rest = [lines[fitting:] for lines in rest]

    def _draw_row(self, cells: list[list[_Line]], row: tuple[Cell, ...], widths: list[int], step: float) -> None:
        tall = max(len(lines) for lines in cells)
        top, bottom = int(self._y), int(self._y + tall * step + GUTTER)
        x = column = 0
        for place, (cell, lines) in enumerate(zip(row, cells, strict=True)):
            wide = sum(widths[column : column + cell.across])
            left = MARGIN + x
            self._page.rules += [
                (left, top, left + wide, top), (left, bottom, left + wide, bottom),
                (left, top, left, bottom), (left + wide, top, left + wide, bottom),
            ]  # fmt: skip
            before = "\t" if place else "\n"
            for number, line in enumerate(lines):
                base = self._y + GUTTER / 2 + number * step + SMALL
                self._put_line(line, left + GUTTER, base, before if number == 0 else "\n")
                if line:
                    before = "\n"
            x, column = x + wide, column + cell.across
        self._y = float(bottom)

    def add_picture(self, picture: Picture) -> None:
        size = _picture_size(picture.content)
        if size is None:
            self.add_paragraph(Paragraph((Span(UNSHOWN),), small=True))
            return
        scale = min(INNER / size[0], (HEIGHT - 2 * MARGIN) / size[1], 1.5)
        wide, tall = max(1, int(size[0] * scale)), max(1, int(size[1] * scale))
        self._make_room(tall)
        self._page.pictures.append((MARGIN, int(self._y), wide, tall, picture.content))
        self._y += tall + 16

    def _make_room(self, tall: float) -> None:
        if self._y + tall > HEIGHT - MARGIN + 1 and self._y > MARGIN:
            self.turn()

    def _put_line(self, line: _Line, left: float, base: float, before: str) -> None:
        for placed in line:
            self._put_word(left + placed.x, base, placed.text, placed.face, "" if placed.joined else before)
            before = " "

    def _put_word(self, x: float, base: float, text: str, face: Face, before: str) -> None:
        self._page.words.append(SetWord(x, base, text, face, before if self._page.words else ""))


def _size(paragraph: Paragraph) -> int:
    if not paragraph.equal:
        return HEADINGS[paragraph.heading] if paragraph.heading else SMALL if paragraph.small else BODY
    longest = max((len(line.expandtabs()) for span in paragraph.spans for line in span.text.split("\n")), default=0)
    return next((size for size in EQUAL_SIZES if longest * width_of(Face(size, equal=True), "0") <= INNER), 14)


def _wrapped(
    spans: tuple[Span, ...], size: int, wide: float, *, bold: bool = False, equal: bool = False
) -> list[_Line]:
    lines: list[_Line] = [[]]
    x = 0.0
    joined = False
    for text, is_bold in _pieces(spans):
        if text == "\n":
            lines.append([])
            x, joined = 0.0, False
            continue
        face = Face(size, bold=(bold or is_bold) and not equal, equal=equal)
        if text.isspace():
            x += width_of(face, " ") * len(text.replace("\t", " " * 4))
            joined = False
            continue
        for part in _parts(text, face, wide):
            long = width_of(face, part)
            if x + long > wide and lines[-1]:
                lines.append([])
                x = 0.0
            elif x + long > wide:
                x = max(0.0, wide - long)  # an indent wider than the page
            lines[-1].append(_Placed(x, part, face, joined))
            x += long
            joined = True
    return lines


def _pieces(spans: tuple[Span, ...]) -> Iterator[tuple[str, bool]]:
    """Words, runs of blanks, and line breaks."""
    for span in spans:
        for piece in _PIECES.finditer(span.text):
            yield piece.group(), span.bold


_PIECES = re.compile(r"\n|[^\S\n]+|\S+")


def _parts(word: str, face: Face, wide: float) -> Iterator[str]:
    """The word, or if it is wider than its column, as much of it as fits, again and again."""
    start = 0
    while start < len(word):
        count = min(len(word) - start, 400)
        while count > 1 and width_of(face, word[start : start + count]) > wide:
            count = max(1, count * 3 // 4)
        yield word[start : start + count]
        start += count


def _set_row(row: tuple[Cell, ...], widths: list[int]) -> list[list[_Line]]:
    cells, column = [], 0
    for cell in row:
        wide = sum(widths[column : column + cell.across])
        cells.append(_wrapped(cell.spans, SMALL, max(10, wide - 2 * GUTTER)))
        column += cell.across
    return cells


def _column_widths(table: Table) -> list[int]:
    """As wide as the words ask, within the page: what is narrow stays so, what is long shares the rest."""
    count = max((sum(cell.across for cell in row) for row in table.rows), default=0)
    if not count:
        return []
    natural, least = [20.0] * count, [20.0] * count
    for row in table.rows:
        column = 0
        for cell in row:
            if cell.across == 1:
                text = "".join(span.text for span in cell.spans)
                bold = any(span.bold for span in cell.spans)
                face = Face(SMALL, bold=bold)
                longest = max((width_of(face, line[:300]) for line in text.split("\n")), default=0)
                word = max((width_of(face, word[:60]) for word in text.split()), default=0)
                natural[column] = max(natural[column], longest + 2 * GUTTER + 2)
                least[column] = max(least[column], min(word + 2 * GUTTER + 2, INNER / 3))
            column += cell.across
    if sum(natural) <= INNER:
        return [int(wide) for wide in natural]
    if sum(least) >= INNER:
        return [max(10, int(wide * INNER / sum(least))) for wide in least]
    spare = INNER - sum(least)
    wish = [wide - small for wide, small in zip(natural, least, strict=True)]
    return [int(small + spare * more / sum(wish)) for small, more in zip(least, wish, strict=True)]


def _picture_size(content: bytes) -> tuple[int, int] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            size = Image.open(io.BytesIO(content), formats=PICTURES).size
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's plugins raise what they like on broken input
        return None
    return size if 0 < size[0] * size[1] <= MAX_PIXELS else None


#: What may stand between paragraphs.
PICTURES = ("PNG", "JPEG", "MPO", "GIF", "BMP", "TIFF")

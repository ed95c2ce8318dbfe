"""The words of a PDF's page and their boxes on its picture, as PDFium finds them."""

import ctypes
import re
import unicodedata
from collections.abc import Callable, Iterable

import pypdfium2
import pypdfium2.raw as pdfium

from storage.pdf_notes import Rect, find_notes
from storage.text_layer import WHOLE, TextLayer, Word

MAX_PAGE_TEXT = 200_000  # letters; far beyond any page that can be printed

_BREAK = "\x02"  # how PDFium marks a hyphen at which a word was broken; it leaves the line's end out after it
_PIECES = re.compile(r"[^\s\x02]+\x02?")
_FINE = 10_000_000  # of a page's side, for the one look at where its corners lie

_Box = tuple[float, float, float, float]
#: x = x0 + across * xa + up * xu; y = y0 + across * ya + up * yu.
_Placing = tuple[float, float, float, float, float, float]

# The same functions as in pypdfium2, with plain addresses for pointers: a page has hundreds of words, and checking five
# pointers for each took longer than all that PDFium does.
_address = ctypes.c_void_p
_count_rects = ctypes.CFUNCTYPE(ctypes.c_int, _address, ctypes.c_int, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_CountRects, _address).value or 0
)
_get_rect = ctypes.CFUNCTYPE(ctypes.c_int, _address, ctypes.c_int, _address, _address, _address, _address)(
    ctypes.cast(pdfium.FPDFText_GetRect, _address).value or 0
)


def find_words(page: pypdfium2.PdfPage) -> TextLayer | None:
    """The text that can be seen on a page, with the place of each word; None if there is none.

    Rotation and crop box are those of the picture. Ligatures are taken apart, and a word that was broken at the end
    of a line is one word again, in two boxes. What is written over the page, as in a form's fields, comes last.
    """
    textpage, placing = page.get_textpage(), _placing(page)
    try:
        letters = _letters(textpage)
        layer = _layer(letters, _boxes(textpage, placing)) if letters.strip() else None
    finally:
        textpage.close()
    return _with_notes(layer, find_notes(page), placing)


def _letters(textpage: pypdfium2.PdfTextPage) -> str:
    """The text, one letter for each of PDFium's, so that places in it are PDFium's too."""
    count = min(textpage.count_chars(), MAX_PAGE_TEXT)
    if count <= 0:
        return ""
    text: str = textpage.get_text_range(0, count).replace("\ufffe", _BREAK)
    if len(text) == count:
        return text
    # Letters beyond the first plane, or without a code, are counted otherwise in the whole than one by one.
    return "".join(_letter(pdfium.FPDFText_GetUnicode(textpage, index)) for index in range(count))


def _letter(code: int) -> str:
    return "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)


def _layer(letters: str, box: Callable[[int, int], _Box | None]) -> TextLayer | None:
    text: list[str] = []
    words: list[Word] = []
    size = end = 0
    for piece in _PIECES.finditer(letters):
        start, stop = piece.span()
        place = box(start, stop - start)
        if place is None:
            continue  # beyond the edge: nobody sees it
        gap = _gap(letters[end:start]) if text else ""
        end = stop
        word = _readable(piece.group())
        if gap:
            text.append(gap)
            size += len(gap)
        if word:
            words.append(Word(size, size + len(word), *_rounded(place)))
            text.append(word)
            size += len(word)
    return TextLayer("".join(text), tuple(words)) if words else None


def _with_notes(layer: TextLayer | None, notes: Iterable[tuple[str, Rect]], placing: _Placing) -> TextLayer | None:
    """The layer, each note on a line of its own after it; all of its words have the note's box."""
    text, words = (layer.text, list(layer.words)) if layer else ("", [])
    for note, rect in notes:
        box = _placed(rect, placing)
        if box is None or len(text) + len(note) > MAX_PAGE_TEXT:
            continue
        text += "\n" if text else ""
        for number, piece in enumerate(note.split()):
            word = _readable(piece)
            text += " " if number else ""
            words.append(Word(len(text), len(text) + len(word), *_rounded(box)))
            text += word
    return TextLayer(text, tuple(words)) if words else None


def _gap(between: str) -> str:
    if not between or between == _BREAK:
        return ""
    return "\n" if "\n" in between or "\r" in between else " "


def _readable(word: str) -> str:
    if word.endswith(_BREAK):
        # "hyper-tension" is a word that was broken; "T11-12" and "-" are written with their hyphen.
        word = word[:-1] if len(word) > 2 and word[-2].islower() else word[:-1] + "-"
    if word.isascii():
        return word if word.isprintable() else re.sub(r"[\x00-\x1f\x7f]", "\ufffd", word)
    return "".join(
        unicodedata.normalize("NFKC", letter) if "\ufb00" <= letter <= "\ufb06"
        else "" if letter == "\u00ad"
        else "\ufffd" if unicodedata.category(letter) == "Cc" else letter
        for letter in word
    )  # fmt: skip


def _boxes(textpage: pypdfium2.PdfTextPage, placing: _Placing) -> Callable[[int, int], _Box | None]:
    raw = ctypes.cast(textpage.raw, _address)
    sides = (ctypes.c_double * 4)()
    left, top, right, bottom = (_address(ctypes.addressof(sides) + 8 * side) for side in range(4))
    x0, y0, xa, ya, xu, yu = placing

    def one(index: int) -> _Box | None:
        if not _get_rect(raw, index, left, top, right, bottom):
            return None
        west, north, east, south = sides
        x, y = x0 + west * xa + north * xu, y0 + west * ya + north * yu
        other_x, other_y = x0 + east * xa + south * xu, y0 + east * ya + south * yu
        if x > other_x:
            x, other_x = other_x, x
        if y > other_y:
            y, other_y = other_y, y
        return x, y, other_x, other_y

    def box(start: int, count: int) -> _Box | None:
        pieces = _count_rects(raw, start, count)
        whole = one(0) if pieces > 0 else None
        for index in range(1, pieces):
            whole = _around(whole, one(index))
        return _seen(whole)

    return box


def _placed(rect: Rect, placing: _Placing) -> _Box | None:
    (west, south, east, north), (x0, y0, xa, ya, xu, yu) = rect, placing
    across = sorted(x0 + x * xa + y * xu for x, y in ((west, north), (east, south)))
    down = sorted(y0 + x * ya + y * yu for x, y in ((west, north), (east, south)))
    return _seen((across[0], down[0], across[1], down[1]))


def _seen(box: _Box | None) -> _Box | None:
    """The box, or none if it lies beyond the edges."""
    return None if box is None or box[2] <= 0 or box[3] <= 0 or box[0] >= WHOLE or box[1] >= WHOLE else box


def _around(one: _Box | None, other: _Box | None) -> _Box | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _placing(page: pypdfium2.PdfPage) -> _Placing:
    """From points of the PDF to ten-thousandths of its picture; rotation and crop box come from PDFium itself."""
    x, y = ctypes.c_int(), ctypes.c_int()

    def corner(across: float, up: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        return x.value * WHOLE / _FINE, y.value * WHOLE / _FINE

    width, height = page.get_size()
    unit = max(width, height, 1.0)
    (x0, y0), (xa, ya), (xu, yu) = corner(0, 0), corner(unit, 0), corner(0, unit)
    return x0, y0, (xa - x0) / unit, (ya - y0) / unit, (xu - x0) / unit, (yu - y0) / unit


def _rounded(place: _Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = place
    return (
        int(left) if left > 0 else 0, int(top) if top > 0 else 0,
        int(right) + 1 if right < WHOLE else WHOLE, int(bottom) + 1 if bottom < WHOLE else WHOLE,
    )  # fmt: skip

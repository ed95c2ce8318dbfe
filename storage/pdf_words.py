"""The words of a PDF's page and their boxes on its picture, as PDFium finds them."""

import ctypes
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from storage.text_layer import WHOLE, TextLayer, Word

MAX_PAGE_TEXT = 200_000  # letters; far beyond any page that can be printed

_BREAK = "\x02"  # how PDFium marks a hyphen at which a word was broken; it leaves the line's end out after it
_PIECES = re.compile(r"[^\s\x02]+\x02?")
_FINE = 10_000_000  # of a page's side, for the one look at where its corners lie

_Box = tuple[float, float, float, float]


def find_words(page: pypdfium2.PdfPage) -> TextLayer | None:
    """The text that can be seen on a page, with the place of each word; None if there is none.

    Rotation and crop box are those of the picture. Ligatures are taken apart, and a word that was broken at the end
    of a line is one word again, in two boxes.
    """
    textpage = page.get_textpage()
    try:
        letters = _letters(textpage)
        return _layer(letters, _boxes(textpage, _placing(page))) if letters.strip() else None
    finally:
        textpage.close()


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
        place = box(piece.start(), len(piece.group()))
        if place is None:
            continue  # beyond the edge: nobody sees it
        gap = _gap(letters[end : piece.start()]) if text else ""
        end = piece.end()
        word = _readable(piece.group())
        if gap:
            text.append(gap)
            size += len(gap)
        if word:
            words.append(Word(size, size + len(word), *_rounded(place)))
            text.append(word)
            size += len(word)
    return TextLayer("".join(text), tuple(words)) if words else None


def _gap(between: str) -> str:
    if not between or between == _BREAK:
        return ""
    return "\n" if "\n" in between or "\r" in between else " "


def _readable(word: str) -> str:
    if word.endswith(_BREAK):
        # "hyper-tension" is a word that was broken; "T11-12" and "-" are written with their hyphen.
        word = word[:-1] if len(word) > 2 and word[-2].islower() else word[:-1] + "-"
    if word.isascii():
        return re.sub(r"[\x00-\x1f\x7f]", "\ufffd", word)
    return "".join(
        unicodedata.normalize("NFKC", letter) if "\ufb00" <= letter <= "\ufb06"
        else "" if letter == "\u00ad"
        else "\ufffd" if unicodedata.category(letter) == "Cc" else letter
        for letter in word
    )  # fmt: skip


def _boxes(
    textpage: pypdfium2.PdfTextPage, placed: Callable[[float, float], tuple[float, float]]
) -> Callable[[int, int], _Box | None]:
    raw = textpage.raw
    sides = [ctypes.c_double() for _ in range(4)]
    left, top, right, bottom = sides
    pointers: list[Any] = [ctypes.byref(side) for side in sides]

    def box(start: int, count: int) -> _Box | None:
        corners = []
        for index in range(pdfium.FPDFText_CountRects(raw, start, count)):
            if pdfium.FPDFText_GetRect(raw, index, *pointers):
                corners += [placed(left.value, top.value), placed(right.value, bottom.value)]
        if not corners:
            return None
        across, down = [x for x, _ in corners], [y for _, y in corners]
        if max(across) <= 0 or max(down) <= 0 or min(across) >= WHOLE or min(down) >= WHOLE:
            return None
        return min(across), min(down), max(across), max(down)

    return box


def _placing(page: pypdfium2.PdfPage) -> Callable[[float, float], tuple[float, float]]:
    """From points of the PDF to ten-thousandths of its picture; rotation and crop box come from PDFium itself."""
    x, y = ctypes.c_int(), ctypes.c_int()

    def corner(across: float, up: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        return x.value * WHOLE / _FINE, y.value * WHOLE / _FINE

    width, height = page.get_size()
    unit = max(width, height, 1.0)
    (x0, y0), (xa, ya), (xu, yu) = corner(0, 0), corner(unit, 0), corner(0, unit)
    xa, ya, xu, yu = (xa - x0) / unit, (ya - y0) / unit, (xu - x0) / unit, (yu - y0) / unit
    return lambda across, up: (x0 + across * xa + up * xu, y0 + across * ya + up * yu)


def _rounded(place: _Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = place
    return (
        max(0, int(left)), max(0, int(top)), min(WHOLE, int(right) + 1), min(WHOLE, int(bottom) + 1)
    )  # fmt: skip

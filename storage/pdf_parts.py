"""Takes PDFs apart, in this very process: for the page process, which is there to be lost."""

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pypdfium2

from storage.page_frames import PageImage

SMALL_WIDTH = 320  # pixels: enough to tell a cover sheet from a first page
SMALL_QUALITY = 60
MAX_SMALL_HEIGHT = 1000
MAX_TEXT = 20_000  # letters of one page


def draw_small(document: BinaryIO) -> Iterator[PageImage]:
    """Yield a small grey picture of each page of a PDF, with the text on it."""
    document.seek(0)
    pdf = pypdfium2.PdfDocument(document)
    try:
        pdf.init_forms()
        for index in range(len(pdf)):
            page = pdf[index]
            try:
                yield _small(page, index + 1)
            finally:
                page.close()
    finally:
        pdf.close()


def split(document: BinaryIO, ranges: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """Yield a PDF of its own for each range of pages (first and last, counted from 1), in the order of the ranges."""
    document.seek(0)
    pdf = pypdfium2.PdfDocument(document)
    try:
        for first, last in ranges:
            part = pypdfium2.PdfDocument.new()
            try:
                part.import_pages(pdf, pages=list(range(first - 1, last)))
                out = io.BytesIO()
                part.save(out)
                yield out.getvalue()
            finally:
                part.close()
    finally:
        pdf.close()


def read_ranges(words: str) -> list[tuple[int, int]]:
    """The ranges that `write_ranges` wrote."""
    return [(int(first), int(last)) for first, _, last in (word.partition("-") for word in words.split(","))]


def write_ranges(ranges: Sequence[tuple[int, int]]) -> str:
    """Ranges as one word of a command line."""
    return ",".join(f"{first}-{last}" for first, last in ranges)


def _small(page: pypdfium2.PdfPage, number: int) -> PageImage:
    width, height = page.get_size()
    bitmap = page.render(scale=min(SMALL_WIDTH / max(width, 1), MAX_SMALL_HEIGHT / max(height, 1)), grayscale=True)
    textpage = page.get_textpage()
    try:
        image = bitmap.to_pil().convert("L")
        out = io.BytesIO()
        image.save(out, "JPEG", quality=SMALL_QUALITY)
        return PageImage(number, image.width, image.height, out.getvalue(), textpage.get_text_bounded()[:MAX_TEXT])
    finally:
        textpage.close()
        bitmap.close()

"""Takes PDFs apart, in this very process: for the page process, which is there to be lost."""

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pypdfium2


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

"""PDFs: opened, judged and drawn by PDFium."""

import re
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw
from PIL import Image

from storage.advice import ADVICE
from storage.limits import MAX_PAGES
from storage.opening import page_image, size_of
from storage.page_frames import PageImage
from storage.pdf_words import find_words
from storage.sniffing import Refusal
from storage.text_layer import TextLayer

DPI = 110
MAX_DRAWN_PIXELS = 20_000_000  # per page; a poster is drawn coarser
MAX_DRAWN_SIDE = 12_000  # of a long strip; JPEG itself ends at 65,535

_TAIL = 65536
_FEW = 20


class PdfPages:
    """An opened PDF. Scripts, launch actions and attachments in it stay what they are: bytes that nobody runs."""

    def __init__(self, pdf: pypdfium2.PdfDocument) -> None:
        self._pdf = pdf
        # Without the form environment, what was filled into a form's fields would be missing from the picture.
        pdf.init_forms()

    def __len__(self) -> int:
        """How many pages it has."""
        return len(self._pdf)

    def draw(self, index: int, dpi: int | None = None) -> PageImage:
        """One page in grey, with its words."""
        page = self._pdf[index]
        try:
            return page_image(index, _drawn(page, dpi or DPI), find_words(page))
        finally:
            page.close()

    def find_layer(self, index: int) -> TextLayer | None:
        """The words of one page."""
        page = self._pdf[index]
        try:
            return find_words(page)
        finally:
            page.close()


def open_pdf(document: BinaryIO) -> PdfPages | Refusal:
    """The PDF, or why it can't be shown. A password that only restricts, and that nobody needs for reading, is calm."""
    whole = _is_whole(document)
    if whole is None:
        # PDFium would mend a cut file in silence, and pages of a chart would be missing.
        return Refusal(ADVICE["cut off"])
    try:
        pdf = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        return Refusal(ADVICE[_ERRORS.get(error.err_code, "damaged pdf")])
    refusal = _judge(pdf)
    if refusal is None and not whole and not _all_load(pdf):
        refusal = Refusal(ADVICE["cut off"])
    if refusal is not None:
        pdf.close()
        return refusal
    return PdfPages(pdf)


_ERRORS = {
    pypdfium2.raw.FPDF_ERR_PASSWORD: "locked pdf",
    pypdfium2.raw.FPDF_ERR_SECURITY: "locked pdf",
    pypdfium2.raw.FPDF_ERR_SUCCESS: "no pages",  # how PDFium fails on a sound file without any
}


def _judge(pdf: pypdfium2.PdfDocument) -> Refusal | None:
    if pdf.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:
        return Refusal(ADVICE["live form"])
    if pdf.get_pagemode() == pypdfium2.raw.PAGEMODE_USEATTACHMENTS and pdf.count_attachments() > 0:
        return Refusal(ADVICE["portfolio"])
    pages = len(pdf)
    if pages < 1:
        return Refusal(ADVICE["no pages"])
    if pages > MAX_PAGES:
        return Refusal(ADVICE["too many pages"])
    return None


def _is_whole(document: BinaryIO) -> bool | None:
    """True for a PDF that ends as it should, False for one that lost nothing but its last lines, None for a cut one."""
    # Fax gateways pad files with zeros, so the end is looked for before the padding (ISO 32000-1, 7.5.5).
    size = size_of(document)
    document.seek(max(0, size - _TAIL))
    tail = document.read(_TAIL).rstrip(b"\0 \t\r\n")
    document.seek(0)
    if b"%%EOF" in tail[-2048:]:
        return True
    # The table of contents is written last: where it has begun, every object is there.
    rest = tail.rpartition(b"endobj")[2].lstrip()
    return False if re.match(rb"xref\s+\d", rest) or (not rest and b"/XRef" in tail[-4096:]) else None


def _all_load(pdf: pypdfium2.PdfDocument) -> bool:
    try:
        for index in range(len(pdf)):
            pdf[index].close()
    except pypdfium2.PdfiumError:
        return False
    return True


def _drawn(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    width, height = (max(side, 0.1) for side in page.get_size())
    scale = min(dpi / 72, (MAX_DRAWN_PIXELS / (width * height)) ** 0.5, MAX_DRAWN_SIDE / max(width, height))
    # PDFium shrinks pictures half as fast again when it draws in colour, and letters half as fast.
    bitmap = page.render(scale=scale, grayscale=not _is_scan(page), prefer_bgrx=True, rev_byteorder=True)
    try:
        # A copy: the bitmap's own memory is given back below.
        drawn: Image.Image = bitmap.to_pil().convert("L")
        return drawn
    finally:
        bitmap.close()


def _is_scan(page: pypdfium2.PdfPage) -> bool:
    """True if among the few things on the page there is a picture."""
    count = pypdfium2.raw.FPDFPage_CountObjects(page)
    return count <= _FEW and any(
        pypdfium2.raw.FPDFPageObj_GetType(pypdfium2.raw.FPDFPage_GetObject(page, index))
        == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        for index in range(count)
    )

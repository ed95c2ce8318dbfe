"""Draws documents as page images, in this very process: for the page process, which is there to be lost."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

import pypdfium2
from PIL import Image, ImageOps

from storage.checking import decode_text, open_image
from storage.page_frames import PageImage
from storage.sniffing import MediaType

DPI = 110
MAX_DRAWN_PIXELS = 20_000_000  # per page; a poster is drawn coarser
MAX_IMAGE_WIDTH = 1600
MAX_IMAGE_HEIGHT = 12_000  # of a long strip; JPEG itself ends at 65,535
JPEG_QUALITY = 75
MAX_PAGE_TEXT = 200_000  # letters; far beyond any page that can be printed


def render(document: BinaryIO | bytes, media_type: MediaType) -> Iterator[PageImage]:
    """Yield the pages of a PDF (grey, 110 dpi) or the one of an image (upright, at most 1600 px wide).

    Pages of a PDF carry the text found on them. A text document has no pictures: use `read_text`. Raises what the
    parsers raise: check the document first, and take anything else for damage.
    """
    opened = io.BytesIO(document) if isinstance(document, bytes) else document
    opened.seek(0)
    match media_type:
        case MediaType.PDF:
            yield from _draw_pdf(opened)
        case MediaType.PNG | MediaType.JPEG:
            yield _draw_image(opened, media_type)
        case MediaType.TEXT:
            raise ValueError("a text has no page images")


def read_text(document: BinaryIO | bytes) -> str:
    r"""A text document as it is shown: line ends are \n, and control characters are visible as U+FFFD."""
    if not isinstance(document, bytes):
        document.seek(0)
        document = document.read()
    text = decode_text(document)
    if text is None:
        raise ValueError("this is not text")
    return _normalised(text)


def _draw_pdf(document: BinaryIO) -> Iterator[PageImage]:
    pdf = pypdfium2.PdfDocument(document)
    try:
        # Without the form environment, what was filled into a form's fields would be missing from the picture.
        pdf.init_forms()
        for index in range(len(pdf)):
            page = pdf[index]
            try:
                yield _draw_pdf_page(page, index + 1)
            finally:
                page.close()
    finally:
        pdf.close()


def _draw_pdf_page(page: pypdfium2.PdfPage, number: int) -> PageImage:
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_DRAWN_PIXELS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        image = bitmap.to_pil().convert("L")
        return PageImage(number, image.width, image.height, _as_jpeg(image), _pdf_text(page))
    finally:
        bitmap.close()


def _pdf_text(page: pypdfium2.PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        text: str = textpage.get_text_bounded()
    finally:
        textpage.close()
    # PDFium marks a hyphen that broke a word at the end of a line with one of these.
    return _normalised(text[:MAX_PAGE_TEXT].replace("\ufffe", "-").replace("\x02", "-"))


def _draw_image(document: BinaryIO, media_type: MediaType) -> PageImage:
    image = open_image(media_type, document)
    # Lets the JPEG decoder shrink while it decodes; the width may become the height once the image is upright.
    image.draft(None, (MAX_IMAGE_WIDTH, MAX_IMAGE_WIDTH))
    image = ImageOps.exif_transpose(_in_full_colour(image))
    # Shrunk before it is flattened: flattening forty million pixels takes seconds.
    image.thumbnail((MAX_IMAGE_WIDTH, MAX_IMAGE_HEIGHT))
    image = _on_white(image)
    return PageImage(1, image.width, image.height, _as_jpeg(image))


def _in_full_colour(image: Image.Image) -> Image.Image:
    # Palettes, two levels and sixteen bits do not shrink well, or not at all.
    if image.mode.startswith(("I", "F")):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    # Black writing on nothing would become black on black.
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _as_jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _normalised(text: str) -> str:
    text = re.sub(r"\r\n?|[\f\v\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", text.removesuffix("\x1a"))

"""Opens a document with the real parser to see whether it can be read; call it in the page process, not in others."""

import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw
from PIL import Image

from storage.advice import ADVICE
from storage.limits import MAX_FILE_BYTES, MAX_PAGES, MAX_PIXELS, MAX_TEXT_BYTES
from storage.sniffing import MediaType, Refusal

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that can be read."""

    pages: int


def check_parsed(media_type: MediaType, document: BinaryIO) -> Checked | Refusal:
    """How many pages the document has, once its parser has opened it, or why it can't be read."""
    size = document.seek(0, io.SEEK_END)
    document.seek(0)
    if size == 0:
        return Refusal(ADVICE["empty"])
    if size > MAX_FILE_BYTES:
        return Refusal(ADVICE["too large"])
    match media_type:
        case MediaType.PDF:
            return _check_pdf(document, size)
        case MediaType.PNG | MediaType.JPEG:
            return _check_image(media_type, document)
        case MediaType.TEXT:
            return _check_text(document, size)


def open_image(media_type: MediaType, document: BinaryIO) -> Image.Image:
    """The image, not decoded yet; raises what Pillow raises, and ValueError if it has too many pixels."""
    with warnings.catch_warnings():
        # Pillow only warns up to twice its limit; ours is exact, and checked before anything is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(document, formats=("PNG",) if media_type is MediaType.PNG else ("JPEG", "MPO"))
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    return image


def decode_text(raw: bytes) -> str | None:
    """The text in UTF-8, or else in Windows-1252, the Latin-1 that PCs write; None if it is no text."""
    if b"\0" in raw:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_pdf(document: BinaryIO, size: int) -> Checked | Refusal:
    if not _has_end(document, size):
        # PDFium would mend a cut file in silence, and pages of a chart would be missing.
        return Refusal(ADVICE["cut off"])
    try:
        pdf = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        return Refusal(ADVICE[_PDF_ERRORS.get(error.err_code, "damaged pdf")])
    try:
        return _check_opened_pdf(pdf)
    finally:
        pdf.close()


_PDF_ERRORS = {
    pypdfium2.raw.FPDF_ERR_PASSWORD: "locked pdf",
    pypdfium2.raw.FPDF_ERR_SECURITY: "locked pdf",
    pypdfium2.raw.FPDF_ERR_SUCCESS: "no pages",  # how PDFium fails on a sound file without any
}


def _check_opened_pdf(pdf: pypdfium2.PdfDocument) -> Checked | Refusal:
    if pypdfium2.raw.FPDF_GetSecurityHandlerRevision(pdf) != -1:
        return Refusal(ADVICE["locked pdf"])
    if pdf.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:
        return Refusal(ADVICE["live form"])
    if pdf.get_pagemode() == pypdfium2.raw.PAGEMODE_USEATTACHMENTS and pdf.count_attachments() > 0:
        return Refusal(ADVICE["portfolio"])
    pages = len(pdf)
    if pages < 1:
        return Refusal(ADVICE["no pages"])
    if pages > MAX_PAGES:
        return Refusal(ADVICE["too many pages"])
    return Checked(pages)


def _has_end(document: BinaryIO, size: int) -> bool:
    # Fax gateways pad files with zeros, so the end is looked for before the padding (ISO 32000-1, 7.5.5).
    document.seek(max(0, size - 65536))
    tail = document.read(65536).rstrip(b"\0 \t\r\n")
    document.seek(0)
    return b"%%EOF" in tail[-2048:]


def _check_image(media_type: MediaType, document: BinaryIO) -> Checked | Refusal:
    try:
        open_image(media_type, document).verify()
        document.seek(0)
        # What `verify` looks at says nothing of a JPEG that was cut; decoding does.
        open_image(media_type, document).load()
    except Image.DecompressionBombError:
        return Refusal(ADVICE["huge image"])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's plugins raise what they like on broken input, and it all means the same
        return Refusal(ADVICE["damaged image"])
    return Checked(1)


def _check_text(document: BinaryIO, size: int) -> Checked | Refusal:
    if size > MAX_TEXT_BYTES:
        return Refusal(ADVICE["long text"])
    text = decode_text(document.read())
    if text is None:
        return Refusal(ADVICE["binary text"])
    if not text.strip():
        return Refusal(ADVICE["blank text"])
    return Checked(1)

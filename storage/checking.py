"""Opens a document with the real parser to see whether it can be read; call it in the page process, not in others."""

from typing import BinaryIO

from storage.advice import ADVICE
from storage.ccda import open_ccda
from storage.docx import open_docx
from storage.image_pages import open_images
from storage.limits import MAX_TEXT_BYTES
from storage.notes import read_note
from storage.opening import NotePages, Pages, size_of
from storage.pdf_pages import open_pdf
from storage.plain_text import clean_text, decode_text
from storage.sniffing import MediaType, Refusal
from storage.typesetting import TooManyPages


def open_pages(media_type: MediaType, document: BinaryIO, *, most: int) -> Pages | Refusal:
    """The pages of a document of at most so many bytes, once its parser has opened it, or why it can't be read."""
    size = size_of(document)
    if size == 0:
        return Refusal(ADVICE["empty"])
    if size > most:
        return Refusal(ADVICE["too large"])
    try:
        match media_type:
            case MediaType.PDF:
                return open_pdf(document)
            case MediaType.PNG | MediaType.JPEG | MediaType.TIFF:
                return open_images(media_type, document)
            case MediaType.TEXT:
                return _open_text(document, size)
            case MediaType.DOCX:
                return open_docx(document)
            case MediaType.CCDA:
                return open_ccda(document)
    except TooManyPages:
        return Refusal(ADVICE["too many pages"].replace("PDF", "document"))


def _open_text(document: BinaryIO, size: int) -> Pages | Refusal:
    if size > MAX_TEXT_BYTES:
        return Refusal(ADVICE["long text"])
    text = decode_text(document.read())
    if text is None:
        return Refusal(ADVICE["binary text"])
    if not text.strip():
        return Refusal(ADVICE["blank text"])
    return NotePages(read_note(clean_text(text)))

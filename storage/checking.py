"""Opens a document with the real parser to see whether it can be read; call it in the page process, not in others."""

from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO, cast

from storage.advice import ADVICE
from storage.limits import MAX_TEXT_BYTES
from storage.notes import read_note
from storage.opening import NotePages, Pages, size_of
from storage.plain_text import clean_text, decode_text
from storage.sniffing import MediaType, Refusal
from storage.typesetting import TooManyPages

Reader = Callable[[BinaryIO], Pages | Refusal]

#: Who reads which kind. The page process starts anew for each document, and two thirds of its start would be importing
#: what reads the others.
_READERS = {
    MediaType.PDF: ("storage.pdf_pages", "open_pdf"),
    MediaType.PNG: ("storage.image_pages", "open_png"),
    MediaType.JPEG: ("storage.image_pages", "open_jpeg"),
    MediaType.TIFF: ("storage.image_pages", "open_tiff"),
    MediaType.DOCX: ("storage.docx", "open_docx"),
    MediaType.CCDA: ("storage.ccda", "open_ccda"),
    MediaType.TEXT: ("storage.checking", "open_text"),
}


def load_reader(media_type: MediaType) -> Reader:
    """The reader of a kind, with all that it imports: behind the walls nothing can be imported any more."""
    module, name = _READERS[media_type]
    return cast(Reader, getattr(import_module(module), name))


def open_pages(media_type: MediaType, document: BinaryIO, *, most: int) -> Pages | Refusal:
    """The pages of a document of at most so many bytes, once its parser has opened it, or why it can't be read."""
    size = size_of(document)
    if size == 0:
        return Refusal(ADVICE["empty"])
    if size > most:
        return Refusal(ADVICE["too large"])
    try:
        return load_reader(media_type)(document)
    except TooManyPages:
        return Refusal(ADVICE["too many pages"].replace("PDF", "document"))


def open_text(document: BinaryIO) -> Pages | Refusal:
    """A plain text, or why it can't be read. Raises TooManyPages."""
    if size_of(document) > MAX_TEXT_BYTES:
        return Refusal(ADVICE["long text"])
    text = decode_text(document.read())
    if text is None:
        return Refusal(ADVICE["binary text"])
    if not text.strip():
        return Refusal(ADVICE["blank text"])
    return NotePages(read_note(clean_text(text)))

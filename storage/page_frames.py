"""What travels from the page process to its parent: a page, and the frames that pages and verdicts are packed into."""

import struct
from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page: its picture (grey or colour JPEG, sizes in pixels) and the text found on it.

    A text document is one page without a picture: width and height 0, `jpeg` empty, everything in `text`.
    """

    number: int
    width: int
    height: int
    jpeg: bytes
    text: str | None = None


class FrameKind(IntEnum):
    """What a frame says."""

    CHECKED = 1  # number: pages to come
    PAGE = 2
    REFUSED = 3  # text: the sentence
    END = 4
    PART = 5  # jpeg: a PDF of its own, cut out of the document


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """The fixed part of a frame; the picture and the text (UTF-8) follow it."""

    kind: int
    number: int
    width: int
    height: int
    jpeg_bytes: int
    text_bytes: int


_HEADER = struct.Struct(">6I")
HEADER_BYTES = _HEADER.size


def pack_header(header: FrameHeader) -> bytes:
    """The header's bytes."""
    return _HEADER.pack(header.kind, header.number, header.width, header.height, header.jpeg_bytes, header.text_bytes)


def unpack_header(packed: bytes) -> FrameHeader:
    """The header that `pack_header` packed."""
    return FrameHeader(*_HEADER.unpack(packed))

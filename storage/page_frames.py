"""What travels between the page process and its parent: pages, verdicts, facts, and requests for ranges."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from storage.text_layer import TextLayer


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page: its picture (grey or colour JPEG, sizes in pixels) and the words found on it, if any."""

    number: int
    width: int
    height: int
    jpeg: bytes
    layer: TextLayer | None = None

    @property
    def text(self) -> str | None:
        """The words in reading order; None for a scan."""
        return self.layer.text if self.layer else None


class FrameKind(IntEnum):
    """What a frame says."""

    CHECKED = 1  # number: pages to come
    PAGE = 2  # body: the picture; text: the packed text layer
    REFUSED = 3  # text: the sentence
    END = 4
    WANTED = 5  # number: where to read, width: how many bytes; the parent answers with exactly those
    FACTS = 6  # text: the facts
    PART = 7  # body: a PDF of its own, cut out of the document


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

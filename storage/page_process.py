"""The process that opens documents from outside: document in over stdin, frames out over stdout, and nothing else.

Whatever a hostile document makes of its parser, it finds no file, no network, no key, no other process, and tight
limits (`storage.sandbox`). Its modes: "check" says how many pages there are, "render" draws them, "facts" reads what
the document says of its encounter.
"""

import io
import sys
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

import msgspec
from PIL import Image

from storage.advice import ADVICE
from storage.checking import load_reader, open_pages
from storage.letters import load_letters
from storage.limits import MAX_PAGES
from storage.opening import Pages
from storage.page_frames import FrameHeader, FrameKind, pack_header
from storage.page_orders import PageOrder
from storage.sandbox import enter_sandbox, limit_cpu
from storage.sniffing import MediaType, Refusal
from storage.text_layer import pack_layer

CPU_SECONDS = 20
CPU_SECONDS_PER_PAGE = 2
HARD_CPU_SECONDS = CPU_SECONDS + MAX_PAGES * CPU_SECONDS_PER_PAGE


def main(order: PageOrder) -> None:
    """Answer one order; the frames on stdout tell how it went."""
    # What these load when they are first used could not be loaded behind the walls.
    Image.preinit()
    load_letters()
    load_reader(MediaType(order.media_type))
    for name in (*_PLUGINS, *([_MODULES[order.mode]] if order.mode in _MODULES else [])):
        import_module(name)
    for codec in ("cp1252", "cp437", "latin-1", "ascii", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"):
        "".encode(codec)
    enter_sandbox()
    limit_cpu(CPU_SECONDS)
    out = sys.stdout.buffer
    try:
        document = _Asking(order.size, sys.stdin.buffer, out) if order.size is not None else None
        _answer(order, io.BufferedReader(document, 1 << 16) if document else _whole(order), out)
    except MemoryError:
        _refuse(out, ADVICE["too heavy"])


def _whole(order: PageOrder) -> BinaryIO:
    return io.BytesIO(sys.stdin.buffer.read(order.most + 1))


class _Asking(io.RawIOBase):
    """The document as a file of which only what is needed is asked for, over the same two pipes."""

    def __init__(self, size: int, source: BinaryIO, out: BinaryIO) -> None:
        self._size, self._source, self._out, self._at = size, source, out, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer in typeshed
        count = max(0, min(len(buffer), self._size - self._at, 1 << 22))
        if count:
            _send(self._out, FrameKind.WANTED, number=self._at, width=count)
            piece = self._source.read(count)
            if len(piece) != count:
                raise EOFError
            buffer[:count] = piece
            self._at += count
        return count


def _answer(order: PageOrder, document: BinaryIO, out: BinaryIO) -> None:
    media_type = MediaType(order.media_type)
    try:
        pages = open_pages(media_type, document, most=order.most)
    except (MemoryError, BrokenPipeError, EOFError):
        raise
    except Exception:  # noqa: BLE001 - what no reader foresaw; its words may quote from the document
        pages = Refusal(_damaged(media_type))
    if isinstance(pages, Refusal):
        return _refuse(out, pages.reason)
    limit_cpu(min(HARD_CPU_SECONDS, CPU_SECONDS + len(pages) * CPU_SECONDS_PER_PAGE))
    _send(out, FrameKind.CHECKED, number=len(pages))
    try:
        _MODES[order.mode](order, document, pages, out)
    except (MemoryError, BrokenPipeError, EOFError):
        raise
    except Exception:  # noqa: BLE001 - a parser that gives up means a damaged document; its words may quote from it
        return _refuse(out, _damaged(media_type))
    _send(out, FrameKind.END)
    return None


def _damaged(media_type: MediaType) -> str:
    match media_type:
        case MediaType.PDF:
            return ADVICE["damaged pdf"]
        case MediaType.PNG | MediaType.JPEG | MediaType.TIFF:
            return ADVICE["damaged image"]
        case MediaType.DOCX:
            return ADVICE["damaged word"]
        case MediaType.CCDA:
            return ADVICE["damaged ccda"]
        case MediaType.TEXT:
            return ADVICE["binary text"]


def _check(order: PageOrder, document: BinaryIO, pages: Pages, out: BinaryIO) -> None:
    del order, document, pages, out  # the verdict is sent already


def _render(order: PageOrder, document: BinaryIO, pages: Pages, out: BinaryIO) -> None:
    del document
    for index in range(order.first - 1, min(order.last or len(pages), len(pages))):
        page = pages.draw(index, order.dpi)
        packed = pack_layer(page.layer) if page.layer else b""
        _send(out, FrameKind.PAGE, page.number, page.width, page.height, page.jpeg, packed)


def _facts(order: PageOrder, document: BinaryIO, pages: Pages, out: BinaryIO) -> None:
    facts = import_module(_MODULES["facts"]).find_facts(document, MediaType(order.media_type), pages)
    _send(out, FrameKind.FACTS, text=msgspec.json.encode(facts))


def _split(order: PageOrder, document: BinaryIO, pages: Pages, out: BinaryIO) -> None:
    del pages
    parts = import_module(_MODULES["split"]).split(document, order.ranges)
    for number, part in enumerate(parts, start=1):
        _send(out, FrameKind.PART, number, jpeg=part)


#: Of Pillow's readers, those of our kinds that it does not load by itself.
_PLUGINS = ("PIL.MpoImagePlugin", "PIL.TiffImagePlugin")
#: What only some modes need.
_MODULES = {"facts": "storage.fact_finding", "split": "storage.pdf_parts"}

_MODES: dict[str, Callable[[PageOrder, BinaryIO, Pages, BinaryIO], None]] = {
    "check": _check, "render": _render, "facts": _facts, "split": _split,
}  # fmt: skip


def _refuse(out: BinaryIO, reason: str) -> None:
    _send(out, FrameKind.REFUSED, text=reason.encode())


def _send(
    out: BinaryIO, kind: FrameKind, number: int = 0, width: int = 0, height: int = 0, jpeg: bytes = b"",
    text: bytes = b"",
) -> None:  # fmt: skip
    out.write(pack_header(FrameHeader(kind, number, width, height, len(jpeg), len(text))) + jpeg + text)
    out.flush()


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=PageOrder))

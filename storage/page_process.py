"""The process that opens documents from outside: document in over stdin, frames out over stdout, and tight limits.

Whatever a hostile document makes of its parser, it finds no file to write, no key and no database. It still has the
network and may read what the account may read; taking those away too is yet to come.
"""

import io
import resource
import sys
from typing import BinaryIO

from PIL import Image

from storage.advice import ADVICE
from storage.checking import check_parsed
from storage.drawing import read_text, render
from storage.limits import MAX_FILE_BYTES, MAX_PAGES
from storage.page_frames import FrameHeader, FrameKind, PageImage, pack_header
from storage.pdf_parts import draw_small, read_ranges, split
from storage.sniffing import MediaType, Refusal

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
CPU_SECONDS_PER_PAGE = 2


def main(media_type: str, mode: str) -> None:
    """Check the document on stdin and, unless the mode is "check", draw it or take it apart; frames on stdout tell.

    Modes: "check", "render", "small" (small pictures), "split:1-3,4-9" (a PDF for each range).
    """
    # Pillow finds its plugins only when it needs them, which the limits below would prevent.
    Image.init()
    "".encode("cp1252")
    _limit_resources()
    try:
        _answer(MediaType(media_type), mode, sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        _refuse(sys.stdout.buffer, ADVICE["too heavy"])


def _answer(media_type: MediaType, mode: str, source: BinaryIO, out: BinaryIO) -> None:
    document = io.BytesIO(source.read(MAX_FILE_BYTES + 1))
    checked = check_parsed(media_type, document)
    if isinstance(checked, Refusal):
        return _refuse(out, checked.reason)
    _limit_cpu(CPU_SECONDS + checked.pages * CPU_SECONDS_PER_PAGE)
    _send(out, FrameKind.CHECKED, number=checked.pages)
    if mode != "check":
        try:
            if mode == "small":
                for page in draw_small(document):
                    _send_page(out, page)
            elif mode.startswith("split:"):
                for number, part in enumerate(split(document, read_ranges(mode.removeprefix("split:"))), start=1):
                    _send(out, FrameKind.PART, number, jpeg=part)
            elif media_type is MediaType.TEXT:
                _send_page(out, PageImage(1, 0, 0, b"", read_text(document)))
            else:
                for page in render(document, media_type):
                    _send_page(out, page)
        except (MemoryError, BrokenPipeError):
            raise
        except Exception:  # noqa: BLE001 - a parser that gives up means a damaged document; its words may quote from it
            return _refuse(out, ADVICE["damaged pdf" if media_type is MediaType.PDF else "damaged image"])
    _send(out, FrameKind.END)
    return None


def _send_page(out: BinaryIO, page: PageImage) -> None:
    _send(out, FrameKind.PAGE, page.number, page.width, page.height, page.jpeg, page.text or "")


def _refuse(out: BinaryIO, reason: str) -> None:
    _send(out, FrameKind.REFUSED, text=reason)


def _send(
    out: BinaryIO, kind: FrameKind, number: int = 0, width: int = 0, height: int = 0, jpeg: bytes = b"", text: str = ""
) -> None:
    words = text.encode(errors="replace")
    out.write(pack_header(FrameHeader(kind, number, width, height, len(jpeg), len(words))) + jpeg + words)
    out.flush()


def _limit_resources() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 8),
        (resource.RLIMIT_CORE, 0),
    ):
        _set_limit(limit, value, value)
    _limit_cpu(CPU_SECONDS)


def _limit_cpu(seconds: int) -> None:
    _set_limit(resource.RLIMIT_CPU, seconds, CPU_SECONDS + MAX_PAGES * CPU_SECONDS_PER_PAGE)


def _set_limit(limit: int, soft: int, hard: int) -> None:
    try:
        resource.setrlimit(limit, (soft, hard))
    except (ValueError, OSError):
        # macOS does not know all of them; on servers none may be missing.
        if sys.platform == "linux":
            raise


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

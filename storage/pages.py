"""Pages of documents, checked and drawn in a process of their own: the door for everyone else."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from portal.errors import PortalError
from storage.advice import ADVICE
from storage.limits import MAX_PAGES
from storage.page_frames import HEADER_BYTES, FrameHeader, FrameKind, PageImage, unpack_header
from storage.sniffing import MediaType

__all__ = ["PageImage", "UnreadableDocument", "count_pages", "render_pages"]

Result = TypeVar("Result")

PIECE = 1 << 16
MAX_JPEG_BYTES = 32 << 20
MAX_TEXT_BYTES = 8 << 20
MAX_REASON_BYTES = 1000


class UnreadableDocument(PortalError):
    """The document cannot be shown; the message says why and what to do. `passing`: another try may succeed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


async def count_pages(
    document: bytes | AsyncIterable[bytes],
    media_type: MediaType,
    *,
    timeout: float = 30,  # noqa: ASYNC109 - see render_pages
) -> int:
    """The pages of a document that its parser can open; raises UnreadableDocument. `timeout` in seconds."""
    async with _page_process(media_type, "check", timeout) as conversation:
        await conversation.send(document)
        pages = await conversation.receive_verdict()
        await conversation.receive_end()
        return pages


async def render_pages(
    document: bytes | AsyncIterable[bytes],
    media_type: MediaType,
    *,
    timeout: float = 120,  # noqa: ASYNC109 - counts waiting alone
) -> AsyncGenerator[PageImage, None]:
    """Yield the pages of a document; raises UnreadableDocument before the first, or after some if drawing fails.

    Only when the iterator has ended by itself are the pages complete. `timeout` bounds the seconds spent waiting for
    the process, not those that the caller takes between pages. Errors of `document` itself, such as a broken seal,
    come through. If you may stop early, close the iterator (`contextlib.aclosing`): that ends the process.
    """
    async with _page_process(media_type, "render", timeout) as conversation:
        await conversation.send(document)
        pages = await conversation.receive_verdict()
        for number in range(1, pages + 1):
            yield await conversation.receive_page(number)
        await conversation.receive_end()


class _Conversation:
    """One document's talk with its process, which is not trusted: a hostile document may be speaking through it."""

    def __init__(self, process: Process, seconds: float) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin = process.stdin
        self._stdout = BufferedByteReceiveStream(process.stdout)
        self._seconds_left = seconds

    async def send(self, document: bytes | AsyncIterable[bytes]) -> None:
        # All is sent before anything is read: the process answers only when it has the whole document.
        try:
            if isinstance(document, bytes):
                for start in range(0, len(document), PIECE):
                    await self._timed(self._stdin.send, document[start : start + PIECE])
            else:
                async for piece in document:
                    await self._timed(self._stdin.send, piece)
            await self._timed(self._stdin.aclose)
        except (anyio.BrokenResourceError, BrokenPipeError, ConnectionResetError):
            pass  # it has stopped listening; its answer, or its end, says why

    async def receive_verdict(self) -> int:
        header, _, _ = await self._receive()
        if header.kind != FrameKind.CHECKED or not 1 <= header.number <= MAX_PAGES:
            raise UnreadableDocument(ADVICE["too heavy"])
        return header.number

    async def receive_page(self, number: int) -> PageImage:
        header, jpeg, text = await self._receive()
        if (header.kind, header.number) != (FrameKind.PAGE, number) or not (jpeg or text):
            raise UnreadableDocument(ADVICE["too heavy"])
        if jpeg and not jpeg.startswith(b"\xff\xd8\xff"):
            raise UnreadableDocument(ADVICE["too heavy"])
        return PageImage(number, header.width, header.height, jpeg, text or None)

    async def receive_bytes(self, kind: FrameKind, number: int) -> bytes:
        header, content, _ = await self._receive()
        if (header.kind, header.number) != (kind, number):
            raise UnreadableDocument(ADVICE["too heavy"])
        return content

    async def receive_end(self) -> None:
        header, _, _ = await self._receive()
        if header.kind != FrameKind.END:
            raise UnreadableDocument(ADVICE["too heavy"])

    async def _receive(self) -> tuple[FrameHeader, bytes, str]:
        try:
            header = unpack_header(await self._timed(self._stdout.receive_exactly, HEADER_BYTES))
            text_limit = MAX_REASON_BYTES if header.kind == FrameKind.REFUSED else MAX_TEXT_BYTES
            if header.jpeg_bytes > MAX_JPEG_BYTES or header.text_bytes > text_limit:
                raise UnreadableDocument(ADVICE["too heavy"])
            jpeg = await self._timed(self._stdout.receive_exactly, header.jpeg_bytes)
            text = (await self._timed(self._stdout.receive_exactly, header.text_bytes)).decode(errors="replace")
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
            # Killed by a limit or by its own parser.
            raise UnreadableDocument(ADVICE["too heavy"]) from None
        if header.kind == FrameKind.REFUSED:
            raise UnreadableDocument(text or ADVICE["too heavy"])
        return header, jpeg, text

    async def _timed(self, act: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
        began = time.monotonic()
        try:
            with anyio.fail_after(max(self._seconds_left, 0)):
                return await act(*arguments)
        except TimeoutError:
            raise UnreadableDocument(ADVICE["too slow"], passing=True) from None
        finally:
            self._seconds_left -= time.monotonic() - began


# Isolated mode forgets the folder of the project; handed over, it lets the process find its parts, installed or not.
_START = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('storage.page_process', run_name='__main__')"
)


@asynccontextmanager
async def _page_process(media_type: MediaType, mode: str, seconds: float) -> AsyncIterator[_Conversation]:
    process = await anyio.open_process(
        [sys.executable, "-I", "-c", _START, str(Path(__file__).parent.parent), media_type.value, mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What a parser complains about may quote the document.
        stderr=subprocess.DEVNULL,
        cwd="/",
        # No connection URLs, no secrets; only what a dynamic linker or an interpreter may need to start.
        env={name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ},
        start_new_session=True,
    )
    try:
        yield _Conversation(process, seconds)
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.aclose()


#: The same process for `storage.splitting`.
open_conversation = _page_process

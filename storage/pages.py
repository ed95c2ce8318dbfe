"""Pages of documents, checked and drawn in a process of their own: the door for everyone else."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Protocol, TypeVar

import anyio
import msgspec
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from portal.errors import PortalError
from storage.advice import ADVICE
from storage.facts import Facts
from storage.limits import MAX_FILE_BYTES, MAX_PAGES
from storage.page_frames import HEADER_BYTES, FrameHeader, FrameKind, PageImage, unpack_header
from storage.page_orders import PageOrder
from storage.sniffing import MediaType
from storage.text_layer import WHOLE, TextLayer, unpack_layer

__all__ = ["Document", "PageImage", "RangedDocument", "UnreadableDocument", "count_pages", "read_facts", "render_pages"]

Result = TypeVar("Result")

PIECE = 1 << 16
MAX_JPEG_BYTES = 32 << 20
MAX_TEXT_BYTES = 32 << 20  # of a packed text layer
MAX_REASON_BYTES = 1000
MAX_FACTS_BYTES = 10_000


class RangedDocument(Protocol):
    """A document of which only those parts are read that its parser needs, such as `storage.envelope.SealedReader`."""

    @property
    def size(self) -> int:
        """Bytes of it."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to a place."""
        ...

    def read(self, count: int, /) -> bytes | None:
        """Up to so many bytes from there; blocks, so it is called in a worker thread."""
        ...


Document = bytes | AsyncIterable[bytes] | RangedDocument


class UnreadableDocument(PortalError):
    """The document cannot be shown; the message says why and what to do. `passing`: another try may succeed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


async def count_pages(
    document: Document,
    media_type: MediaType,
    *,
    most: int = MAX_FILE_BYTES,
    timeout: float = 30,  # noqa: ASYNC109 - see render_pages
) -> int:
    """The pages of a document that its parser can open; raises UnreadableDocument. `timeout` in seconds."""
    async with _page_process(document, PageOrder(media_type, "check", most=most), timeout) as conversation:
        pages = await conversation.receive_verdict()
        await conversation.receive_end()
        return pages


async def read_facts(
    document: Document,
    media_type: MediaType,
    *,
    most: int = MAX_FILE_BYTES,
    timeout: float = 30,  # noqa: ASYNC109 - see render_pages
) -> Facts:
    """What a document says of its encounter, for a form that somebody confirms; raises UnreadableDocument."""
    async with _page_process(document, PageOrder(media_type, "facts", most=most), timeout) as conversation:
        await conversation.receive_verdict()
        facts = await conversation.receive_facts()
        await conversation.receive_end()
        return facts


async def render_pages(
    document: Document,
    media_type: MediaType,
    *,
    first: int = 1,
    last: int | None = None,
    dpi: int | None = None,
    most: int = MAX_FILE_BYTES,
    timeout: float = 120,  # noqa: ASYNC109 - counts waiting alone
) -> AsyncGenerator[PageImage, None]:
    """Yield the pages of a document; raises UnreadableDocument before the first, or after some if drawing fails.

    `first` and `last` choose among the pages; `dpi` asks for another fineness of PDFs and images; a document of more
    than `most` bytes is refused. Only when the iterator has ended by itself are the pages complete. `timeout` bounds
    the seconds spent waiting for the process, not those that the caller takes between pages. Errors of `document`
    itself, such as a broken seal, come through. If you may stop early, close the iterator (`contextlib.aclosing`):
    that ends the process.
    """
    order = PageOrder(media_type, "render", most=most, first=first, last=last, dpi=dpi)
    async with _page_process(document, order, timeout) as conversation:
        pages = await conversation.receive_verdict()
        for number in range(first, min(last or pages, pages) + 1):
            yield await conversation.receive_page(number)
        await conversation.receive_end()


class _Conversation:
    """One document's talk with its process, which is not trusted: a hostile document may be speaking through it."""

    def __init__(self, process: Process, document: Document, seconds: float) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin = process.stdin
        self._stdout = BufferedByteReceiveStream(process.stdout)
        self._seconds_left = seconds
        self._document = document

    async def send(self) -> None:
        # All is sent before anything is read: the process answers only when it has the whole document, or asks for it.
        document = self._document
        try:
            if isinstance(document, bytes):
                for start in range(0, len(document), PIECE):
                    await self._timed(self._stdin.send, document[start : start + PIECE])
            elif isinstance(document, AsyncIterable):
                async for piece in document:
                    await self._timed(self._stdin.send, piece)
            else:
                return
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
        if (header.kind, header.number) != (FrameKind.PAGE, number) or not jpeg.startswith(b"\xff\xd8\xff"):
            raise UnreadableDocument(ADVICE["too heavy"])
        return PageImage(number, header.width, header.height, jpeg, _believable(text) if text else None)

    async def receive_facts(self) -> Facts:
        header, _, text = await self._receive()
        try:
            if header.kind != FrameKind.FACTS or len(text) > MAX_FACTS_BYTES:
                raise UnreadableDocument(ADVICE["too heavy"])
            return msgspec.json.decode(text, type=Facts)
        except msgspec.DecodeError:
            raise UnreadableDocument(ADVICE["too heavy"]) from None

    async def receive_bytes(self, kind: FrameKind, number: int) -> bytes:
        header, content, _ = await self._receive()
        if (header.kind, header.number) != (kind, number):
            raise UnreadableDocument(ADVICE["too heavy"])
        return content

    async def receive_end(self) -> None:
        header, _, _ = await self._receive()
        if header.kind != FrameKind.END:
            raise UnreadableDocument(ADVICE["too heavy"])

    async def _receive(self) -> tuple[FrameHeader, bytes, bytes]:
        try:
            while True:
                header = unpack_header(await self._timed(self._stdout.receive_exactly, HEADER_BYTES))
                if header.kind != FrameKind.WANTED:
                    break
                await self._hand_over(header.number, header.width)
            text_limit = MAX_REASON_BYTES if header.kind == FrameKind.REFUSED else MAX_TEXT_BYTES
            if header.jpeg_bytes > MAX_JPEG_BYTES or header.text_bytes > text_limit:
                raise UnreadableDocument(ADVICE["too heavy"])
            jpeg = await self._timed(self._stdout.receive_exactly, header.jpeg_bytes)
            text = await self._timed(self._stdout.receive_exactly, header.text_bytes)
        except (
            anyio.IncompleteRead, anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError,
            BrokenPipeError, ConnectionResetError,
        ):  # fmt: skip
            # Killed by a limit or by its own parser.
            raise UnreadableDocument(ADVICE["too heavy"]) from None
        if header.kind == FrameKind.REFUSED:
            raise UnreadableDocument(text.decode(errors="replace") or ADVICE["too heavy"])
        return header, jpeg, text

    async def _hand_over(self, start: int, count: int) -> None:
        """Answer the process that asks for a part of the document; it may ask for no more than there is."""
        document = self._document
        if isinstance(document, bytes | AsyncIterable) or count > PIECE << 6 or start + count > document.size:
            raise UnreadableDocument(ADVICE["too heavy"])

        def read() -> bytes:
            document.seek(start)
            held = b""
            while len(held) < count:
                piece = document.read(count - len(held))
                if not piece:
                    raise UnreadableDocument(ADVICE["cut off"])
                held += piece
            return held

        await self._timed(self._stdin.send, await anyio.to_thread.run_sync(read))

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


def _believable(packed: bytes) -> TextLayer:
    """The layer, if every word lies in its text and on its picture: a hostile document may have written it."""
    layer = unpack_layer(packed)
    size = len(layer.text)
    for word in layer.words:
        inside = 0 <= word.start < word.end <= size and 0 <= word.left <= word.right <= WHOLE
        if not (inside and 0 <= word.top <= word.bottom <= WHOLE):
            raise UnreadableDocument(ADVICE["too heavy"])
    return layer


@asynccontextmanager
async def _page_process(document: Document, order: PageOrder, seconds: float) -> AsyncIterator[_Conversation]:
    if not isinstance(document, bytes | AsyncIterable):
        order = msgspec.structs.replace(order, size=document.size)
    process = await anyio.open_process(
        [
            sys.executable, "-I", "-c", _START, str(Path(__file__).parent.parent),
            msgspec.json.encode(order).decode(),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What a parser complains about may quote the document.
        stderr=subprocess.DEVNULL,
        cwd="/",
        # No connection URLs, no secrets; only what a dynamic linker or an interpreter may need to start.
        env={name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ},
        start_new_session=True,
    )  # fmt: skip
    try:
        conversation = _Conversation(process, document, seconds)
        await conversation.send()
        yield conversation
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.aclose()


#: The same process for `storage.splitting`.
open_conversation = _page_process

"""The virus scan: a document is read back from the store and streamed to clamd, which answers with a verdict."""

import asyncio
import struct
from collections.abc import AsyncIterable
from enum import StrEnum

from portal.settings import get_settings

#: From the first byte to the verdict, in seconds.
PATIENCE = 60
_PIECE = 1 << 18
_LONGEST_ANSWER = 4096


class Verdict(StrEnum):
    """What the scanner says of a document; off: nobody was asked."""

    CLEAN = "clean"
    INFECTED = "infected"
    OFF = "off"


class ScannerUnavailable(Exception):
    """There is no verdict: clamd is away, hangs, or answers with something else. The reason is a word for the log."""


async def scan(document: AsyncIterable[bytes]) -> Verdict:
    """The verdict on a document; raises ScannerUnavailable if there is none, and whatever reading it raises.

    Nothing is called clean but by clamd's own words after the whole document was sent and its end was verified.
    """
    settings = get_settings()
    if settings.scan == "off":
        return Verdict.OFF
    try:
        async with asyncio.timeout(PATIENCE):
            return await _ask(settings.clamd, document)
    except TimeoutError:
        raise ScannerUnavailable("timeout") from None
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise ScannerUnavailable("connection") from None


async def _ask(address: str, document: AsyncIterable[bytes]) -> Verdict:
    reader, writer = await _connect(address)
    try:
        writer.write(b"zINSTREAM\0")
        try:
            async for content in document:
                for start in range(0, len(content), _PIECE):
                    piece = content[start : start + _PIECE]
                    writer.write(struct.pack(">I", len(piece)) + piece)
                    await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has stopped listening, as beyond its size limit; its answer says why
        answer = (await reader.readuntil(b"\0")).rstrip(b"\0").strip()
    finally:
        writer.close()
    if answer == b"stream: OK":
        return Verdict.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return Verdict.INFECTED
    raise ScannerUnavailable("size limit" if b"size limit" in answer else "answer")


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("/"):
        return await asyncio.open_unix_connection(address, limit=_LONGEST_ANSWER)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port), limit=_LONGEST_ANSWER)

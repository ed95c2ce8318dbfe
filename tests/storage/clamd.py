"""A stand-in for clamd: speaks its INSTREAM protocol over a Unix socket, and misbehaves as it is told. No scanner."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

#: What the stand-in calls a virus.
INFECTION = b"X-STAND-IN-VIRUS"
LIMIT = b"INSTREAM size limit exceeded. ERROR"


class StandIn:
    """What was sent to it, and how it behaves: `answers` (None: it finds INFECTION), `hangs`, `most` bytes taken."""

    def __init__(self) -> None:
        self.scanned: list[bytes] = []
        self.answer: bytes | None = None
        self.hangs = False
        self.most = 1 << 40

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack(">I", await reader.readexactly(4))[0]:
                content += await reader.readexactly(size)
                if len(content) > self.most:
                    writer.write(LIMIT + b"\0")
                    return
            self.scanned.append(content)
            if self.hangs:
                await asyncio.sleep(3600)
            found = b"stream: Stand.In FOUND" if INFECTION in content else b"stream: OK"
            writer.write((self.answer if self.answer is not None else found) + b"\0" * (self.answer != b""))
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def stand_in(socket: Path) -> AsyncIterator[StandIn]:
    """The stand-in, listening on `socket` while the block runs."""
    clamd = StandIn()
    talks: set[asyncio.Task[None]] = set()

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(clamd.talk(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_unix_server(begin, socket)
    try:
        yield clamd
    finally:
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        server.close()

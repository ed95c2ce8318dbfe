"""A line to a server that breaks: connections are reset after so many bytes, stall, or lose an answer."""

import asyncio
import re
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class FaultyLine:
    """A TCP proxy on this machine. All its faults are planned by number, none by chance."""

    target: int
    #: Every so many connections is reset once it has carried `reset_after` bytes; 0: none.
    reset_every: int = 0
    reset_after: int = 3 << 20
    #: Every so many connections carries nothing at all; 0: none.
    stall_every: int = 0
    #: After so many resets and stalls the line is sound: one request must not meet all of them.
    most: int = 6
    #: The answers to the first requests that begin like this are lost, though the server has done what was asked.
    lose_answer_to: bytes = b""
    answers_to_lose: int = 1
    faults: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> "FaultyLine":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        is_sound = self.faults["reset"] + self.faults["stalled"] >= self.most
        try:
            if not is_sound and self.stall_every and number % self.stall_every == 0:
                self.faults["stalled"] += 1
                while await reader.read(1 << 16):
                    pass
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            left = [self.reset_after if not is_sound and self.reset_every and number % self.reset_every == 0 else -1]
            losing = [False]
            try:
                await asyncio.wait(
                    {
                        asyncio.ensure_future(self._forward(reader, back, writer, left, losing)),
                        asyncio.ensure_future(self._return(there, writer, left, losing)),
                    },
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                back.close()
        finally:
            writer.close()

    async def _forward(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, writer: asyncio.StreamWriter, left: list[int],
        losing: list[bool],
    ) -> None:  # fmt: skip
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if self.lose_answer_to and re.match(self.lose_answer_to, data) and self.answers_to_lose:
                    self.answers_to_lose -= 1
                    losing[0] = True
                back.write(data)
                await back.drain()
                if self._is_used_up(left, len(data)):
                    self.faults["reset"] += 1
                    return _reset(writer)
        return None

    async def _return(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, left: list[int], losing: list[bool]
    ) -> None:
        with suppress(OSError):
            while data := await there.read(1 << 16):
                if losing[0] and not data.startswith(b"HTTP/1.1 100"):
                    self.faults["answer lost"] += 1
                    return _reset(writer)
                writer.write(data)
                await writer.drain()
                if self._is_used_up(left, len(data)):
                    self.faults["reset"] += 1
                    return _reset(writer)
        return None

    @staticmethod
    def _is_used_up(left: list[int], size: int) -> bool:
        if left[0] < 0:
            return False
        left[0] = max(left[0] - size, 0)
        return left[0] == 0


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST, as a cut line or a dead proxy does."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

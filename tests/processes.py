"""The portal's own processes, as many of each as a test wants, and ways for browsers to reach them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.conftest import REPOSITORY, Databases

#: The address that people type; the processes behind it listen elsewhere, as behind a proxy.
ORIGIN = "http://127.0.0.1:8700"


@dataclass
class Web:
    """One web process."""

    process: subprocess.Popen[bytes]
    port: int

    async def wait(self) -> "Web":
        """Wait until it answers."""
        async with httpx.AsyncClient() as http:
            for _ in range(900):
                assert self.process.poll() is None, "the web process ended before it answered"
                with suppress(httpx.HTTPError):
                    if (await http.get(f"http://127.0.0.1:{self.port}/sign-in")).status_code == 200:
                        return self
                await asyncio.sleep(0.1)
        raise AssertionError("the portal did not answer within 90 seconds")


@dataclass
class Processes:
    """Starts processes of the portal on one database and one vault; kills every one of them at the end."""

    environment: dict[str, str]
    log: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def serve(self) -> Web:
        """Start a web process; it does not answer yet."""
        port = _free_port()
        return Web(self._start("serve", CHARTWAY_PORT=str(port)), port)

    def work(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self._start("worker")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and all it started, at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.started.remove(process)

    def kill_all(self) -> None:
        """End everything that still runs."""
        for process in list(self.started):
            self.kill(process)

    def _start(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal.commands.main", name],
                env=self.environment | more, cwd=REPOSITORY, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process


def settings_for(databases: Databases, **more: str) -> dict[str, str]:
    """The environment of processes on the test's database."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CHARTWAY_", "AWS_"))},
        "CHARTWAY_DATABASE_URL": databases.app,
        "CHARTWAY_OWNER_URL": databases.owner,
        "CHARTWAY_ORIGIN": ORIGIN,
        "CHARTWAY_POOL_SIZE": "4",
        "CHARTWAY_LOG_LEVEL": "warning",
        "CHARTWAY_SCAN": "off",
        **more,
    }


class TakingTurns(httpx.AsyncBaseTransport):
    """Sends each request to the next web process, as a proxy without sticky sessions does."""

    def __init__(self, *webs: Web) -> None:
        self._ports = [web.port for web in webs]
        self._transport = httpx.AsyncHTTPTransport()
        #: How many requests each port has answered.
        self.answered = dict.fromkeys(self._ports, 0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        port = self._ports[0]
        self._ports = [*self._ports[1:], port]
        request.url = request.url.copy_with(port=port)
        answer = await self._transport.handle_async_request(request)
        self.answered[port] += 1
        return answer

    async def aclose(self) -> None:
        """Keep the connections: every browser of the test shares them, and closes its own client."""


class Aimed(httpx.AsyncBaseTransport):
    """Sends each request to one web process, which may be another one later."""

    def __init__(self) -> None:
        self.web: Web | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self.web is not None
        request.url = request.url.copy_with(port=self.web.port)
        # A connection of its own for each: the one before may lead to a process that is dead.
        return await httpx.AsyncHTTPTransport().handle_async_request(request)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port

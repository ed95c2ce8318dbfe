"""The portal's own processes, as many of each as a test wants, and ways for browsers to reach them."""

import asyncio
import multiprocessing
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from tests.conftest import REPOSITORY, Databases

#: The address that people type; the processes behind it listen elsewhere, as behind a proxy.
ORIGIN = "http://127.0.0.1:8700"

#: Starting the portal is three seconds of importing. A process that has done it once forks off whatever is wanted.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.imported"])


class EndedEarly(Exception):
    """A process ended before it answered; its log says why."""


@dataclass
class Web:
    """One web process."""

    process: BaseProcess
    port: int

    async def wait(self) -> "Web":
        """Wait until it answers; raises EndedEarly if it never will."""
        async with httpx.AsyncClient() as http:
            for _ in range(900):
                if not self.process.is_alive():
                    raise EndedEarly
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
    started: list[BaseProcess] = field(default_factory=list)

    def serve(self, *, at_its_own_address: bool = False) -> Web:
        """Start a web process; it does not answer yet. Without a proxy people reach it at an address of its own."""
        port = _free_port()
        origin = {"CHARTWAY_ORIGIN": f"http://127.0.0.1:{port}"} if at_its_own_address else {}
        return Web(self._start("serve", CHARTWAY_PORT=str(port), **origin), port)

    def work(self) -> BaseProcess:
        """Start a worker."""
        return self._start("worker")

    def kill(self, process: BaseProcess) -> None:
        """End a process and all it started, at once, as a power cut would."""
        assert process.pid
        # Its group has its number, once it has come as far as making one.
        for send in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                send(process.pid, signal.SIGKILL)
        process.join()
        self.started.remove(process)

    def kill_all(self) -> None:
        """End everything that still runs."""
        for process in list(self.started):
            self.kill(process)

    def end_all(self) -> None:
        """Ask everything that still runs to end; what has not after 15 seconds is killed."""
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.join(15)
        self.kill_all()

    def _start(self, name: str, **more: str) -> BaseProcess:
        process = _FORKS.Process(target=_run, args=(name, self.environment | more, self.log))
        process.start()
        self.started.append(process)
        return process


def _run(name: str, environment: dict[str, str], log: Path) -> None:
    """Be `chartway <name>`, as if started from a shell with this environment."""
    os.setsid()
    # The web server starts processes of its own; without this they would import everything again.
    multiprocessing.set_start_method("fork", force=True)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(REPOSITORY)
    with log.open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    from portal.commands.main import main

    main([name])


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

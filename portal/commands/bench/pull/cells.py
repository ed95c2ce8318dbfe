"""One cell of the table: pgbench for some seconds, what it took, how many entries were really pulled."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from portal.commands.bench.pull.server import APP, Server

#: Each connection's first transactions are planned anew; what they cost is taken off.
WARMING = 10

#: A line of this length is not noticeably shorter after a run, so that nothing needs to go back meanwhile.
_LONG = 50_000

_SPEED = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")


@dataclass(frozen=True, slots=True)
class Cell:
    """What is measured: a pgbench script in a database, with the same login for every cell.

    `held` counts what is held; `put_back` gives everything back and says how many it was; `refresh` is what a worker
    does every second meanwhile. The ceiling has none of them: each of its transactions counts.
    """

    name: str
    database: str
    script: str
    held: str = ""
    put_back: Callable[[asyncpg.Connection], Awaitable[int]] | None = None
    refresh: Callable[[asyncpg.Connection], Awaitable[None]] | None = None
    backlog: int = 0  # how many wait in line at the start
    login: str = APP


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a cell gave. `answered` counts transactions, `pulled` those that changed who holds what."""

    answered: int
    pulled: int
    per_second: float
    processor_microseconds: float  # for each that was pulled
    p50: float  # milliseconds
    p99: float


@dataclass(frozen=True, slots=True)
class Load:
    """How hard the server is asked."""

    clients: int
    seconds: float
    synchronous_commit: str = "on"


async def run_cell(server: Server, cell: Cell, load: Load) -> Run:
    """Run the cell twice, a few transactions and then for its seconds: the difference is what warm connections cost."""
    async with _keeping(server, cell) as count:
        warming = await _pgbench(server, cell, load, ["-t", str(WARMING)])
        warm_pulled = await count()
        main = await _pgbench(server, cell, load, ["-T", f"{load.seconds:.0f}"])
        pulled = await count()
    if not cell.held:
        warm_pulled, pulled = warming.answered, main.answered
    took = (main.processor - warming.processor) / max(1, pulled - warm_pulled)
    share = pulled / max(1, main.answered)
    latencies = main.latencies or [0]
    return Run(
        main.answered, pulled, main.per_second * share, took, latencies[len(latencies) // 2] / 1000,
        latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)] / 1000,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Ran:
    answered: int
    per_second: float
    processor: int
    latencies: list[int]  # microseconds, in order, without each connection's first transactions


async def _pgbench(server: Server, cell: Cell, load: Load, until: list[str]) -> _Ran:
    folder = server.folder / "pgbench"
    folder.mkdir(exist_ok=True)
    script = folder / "script.sql"
    script.write_text(cell.script)
    before = server.processor_microseconds()
    process = await asyncio.create_subprocess_exec(
        server.program("pgbench"), "-n", "-M", "prepared", "-c", str(load.clients), "-j", "1", *until,
        "-l", "--log-prefix", str(folder / "log"), "-f", str(script),
        "-h", str(server.embedded.socket), "-U", cell.login, cell.database,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder,
        env={"PGPASSWORD": server.embedded.password, "PGOPTIONS": f"-c synchronous_commit={load.synchronous_commit}"},
    )  # fmt: skip
    try:
        said, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    await asyncio.sleep(0.3)  # until the postmaster has waited for the last connection
    speed, failed = _SPEED.search(said.decode()), _FAILED.search(said.decode())
    if process.returncode or speed is None or (failed and int(failed[1])):
        raise RuntimeError(f"pgbench failed in cell {cell.name}: {complaints.decode()[-800:]}")
    answered, latencies = _read_logs(folder)
    return _Ran(answered, float(speed[1]), server.processor_microseconds() - before, latencies)


def _read_logs(folder: Path) -> tuple[int, list[int]]:
    answered, latencies = 0, []
    for log in folder.glob("log.*"):
        for line in log.read_text().splitlines():
            fields = line.split()
            answered += 1
            if int(fields[1]) > WARMING:
                latencies.append(int(fields[2]))
        log.unlink()
    return answered, sorted(latencies)


@contextlib.asynccontextmanager
async def _keeping(server: Server, cell: Cell) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Beside the run: the worker's refreshing every second, and work put back before a tenth of the line is held.

    Gives a function that counts what was pulled since it was called last. All on one connection that outlives the
    run, so that its time is not in the postmaster's count.
    """
    if cell.put_back is None:
        yield _nothing
        return
    connection = await server.open(cell.database)
    returned, busy = 0, asyncio.Lock()
    is_short = cell.backlog < _LONG

    async def back() -> None:
        nonlocal returned
        returned += await cell.put_back(connection)  # type: ignore[misc]  # looked at above

    async def tend() -> None:
        turns = 0
        while True:
            async with busy:
                if turns % 10 == 0 and cell.refresh:
                    await cell.refresh(connection)
                if is_short and await connection.fetchval(cell.held) > cell.backlog // 10:
                    await back()
            turns += 1
            await asyncio.sleep(0.1)

    async def count() -> int:
        nonlocal returned
        async with busy:
            await back()
            pulled, returned = returned, 0
        return pulled

    tending = asyncio.create_task(tend())
    try:
        yield count
    finally:
        tending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tending
        await connection.close()


async def _nothing() -> int:
    return 0

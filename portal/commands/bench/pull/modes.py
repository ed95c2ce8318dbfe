"""A database for each mode: clean; clogged, its heads full of what nobody may take; held, beside an idle snapshot."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import asyncpg

from portal.commands.bench.pull import scripts
from portal.commands.bench.pull.cells import Cell
from portal.commands.bench.pull.filling import clog, fill, leave_dead, put_back
from portal.commands.bench.pull.server import Server

MODES = ("clean", "clogged", "held")
#: Row versions that an idle snapshot keeps alive at the head of the line.
DEAD = 40_000
HELD = "SELECT count(*) FROM assignment"


async def prepare_databases(server: Server, backlog: int, clogged: int, modes: Sequence[str]) -> None:
    """Fill one database and copy it for each mode."""
    await server.make(modes[0])
    connection = await server.open(modes[0])
    try:
        await fill(connection, backlog)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    for mode in modes[1:]:
        await server.copy(modes[0], mode)
    if "clogged" in modes:
        connection = await server.open("clogged")
        try:
            await clog(connection, clogged)
            await connection.execute("VACUUM ANALYZE queue_entry")
        finally:
            await connection.close()


def cells_of(modes: Sequence[str], backlog: int) -> list[Cell]:
    """Each mode with events and bare."""
    return [
        Cell(f"{mode} {name}", mode, script, HELD, put_back, refresh_hints, backlog)
        for mode in modes
        for name, script in (("with events", scripts.WITH_EVENTS), ("bare", scripts.BARE))
    ]


def ceiling_of(modes: Sequence[str], backlog: int) -> Cell:
    """The bare update, in the first of the databases."""
    return Cell("ceiling", modes[0], scripts.CEILING.format(rows=min(backlog, 1_000_000)))


async def refresh_hints(connection: asyncpg.Connection) -> None:
    """What the worker does every second."""
    await connection.execute("SELECT renew_hints()")


@contextlib.asynccontextmanager
async def before_rounds(server: Server, modes: Sequence[str]) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A function that readies all databases for a round: vacuumed, and with a fresh snapshot that keeps DEAD rows."""
    async with contextlib.AsyncExitStack() as stack:
        connections = {mode: await stack.enter_async_context(_connected(server, mode)) for mode in modes}
        idle = await stack.enter_async_context(_connected(server, "held")) if "held" in modes else None

        async def prepare() -> None:
            if idle and idle.is_in_transaction():
                await idle.execute("ROLLBACK")
            for database, connection in connections.items():
                if database in MODES:
                    await connection.execute("DELETE FROM pgqueuer")  # the worker would have done these jobs
                await connection.execute("VACUUM")
            if idle:
                await idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                await idle.execute("SELECT count(*) FROM client")
                await leave_dead(connections["held"], DEAD)
                await refresh_hints(connections["held"])
            await next(iter(connections.values())).execute("CHECKPOINT")

        yield prepare


@contextlib.asynccontextmanager
async def _connected(server: Server, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await server.open(database)
    try:
        yield connection
    finally:
        await connection.close()

"""Many coders waiting at once in one process: each with a transaction of their own, and gathered into one.

Beside them the same transaction on a plain asyncpg pool: what our engine adds in this process.
"""

import asyncio
import functools
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from assignments.next_calls import call_for_next
from assignments.pulling import origin_of
from assignments.rules import LEASE, Stage
from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.bench.pull.filling import CODERS, put_back
from portal.commands.bench.pull.server import APP, Server
from portal.database import DB, SERVER_SETTINGS, acting_as, begin_as, keep_as_it_is
from portal.ids import new_id

#: Connections of a web process; the product's own setting.
POOL = 16

_CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE usename = $1 AND datname = $2"

_PULL = "SELECT * FROM pull_next($1, $2, $3, $4::jsonb)"

Pull = Callable[[Actor], Awaitable[Any]]


async def measure_together(
    server: Server, database: str, *, waiting: int, seconds: float, rounds: int
) -> dict[str, Any]:
    """Pulls a second, their p50 and p99 in milliseconds and what they cost, alone and gathered; ratios of the medians.

    What the database's processes and ours take of the processor is told beside it: on a machine that others use, more
    connections get more of it.
    """
    await DB.open(server.url(database, APP), size=POOL)
    plain = await asyncpg.create_pool(
        server.url(database, APP), min_size=1, max_size=POOL, server_settings=SERVER_SETTINGS, reset=keep_as_it_is
    )
    connection = await server.open(database)
    ways: Mapping[str, Pull] = {
        "alone": _alone, "gathered": _gathered, "plain": functools.partial(_alone_by_asyncpg, plain),
    }  # fmt: skip
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    try:
        for turn in range(rounds + 1):  # the first warms up
            for name in sorted(ways, reverse=bool(turn % 2)):
                pids = [row["pid"] for row in await connection.fetch(_CONNECTIONS, APP, database)]
                before = server.processor_microseconds_of(pids), time.process_time()
                measured = await _measure(ways[name], waiting, seconds if turn else 1.0)
                after = server.processor_microseconds_of(pids), time.process_time()
                measured["cpu_per_pull_us"] = (after[0] - before[0]) / measured["pulls"]
                measured["our_cpu_per_pull_us"] = (after[1] - before[1]) * 1_000_000 / measured["pulls"]
                await put_back(connection)
                await connection.execute("SELECT renew_hints()")
                if turn:
                    figures[name].append(measured)
    finally:
        await connection.close()
        await plain.close()
        await DB.close()
    told = {
        name: {what: round(statistics.median(run[what] for run in runs), 1) for what in runs[0]}
        for name, runs in figures.items()
    }
    alone, gathered = told["alone"], told["gathered"]
    return {
        "waiting": waiting, "pool": POOL, **told, "tps_ratio": round(gathered["tps"] / alone["tps"], 2),
        "p99_ratio": round(gathered["p99_ms"] / alone["p99_ms"], 2),
        "cpu_ratio": round(alone["cpu_per_pull_us"] / gathered["cpu_per_pull_us"], 2),
        "python_cpu_to_plain": round(alone["our_cpu_per_pull_us"] / told["plain"]["our_cpu_per_pull_us"], 2),
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


async def _measure(pull: Pull, waiting: int, seconds: float) -> dict[str, float]:
    ends_at = time.perf_counter() + seconds
    took: list[float] = []

    async def keep_pulling(first: int) -> None:
        number = first
        while time.perf_counter() < ends_at:
            number = number % CODERS + 1
            coder = Actor(Kind.CODER, UUID(f"40000000-0000-7000-8000-{number:012x}"), assurance=2)
            began = time.perf_counter()
            await pull(coder)
            took.append(time.perf_counter() - began)
            number += waiting - 1

    began = time.perf_counter()
    await asyncio.gather(*(keep_pulling(number) for number in range(waiting)))
    took.sort()
    return {
        "pulls": len(took), "tps": len(took) / (time.perf_counter() - began), "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // 100] * 1000,
    }  # fmt: skip


async def _alone(coder: Actor) -> Any:
    async with acting_as(coder):
        return await DB.fetch_one(_PULL, Stage.CODING.value, new_id(), LEASE, origin_of(coder, now=utc_now()))


async def _alone_by_asyncpg(pool: asyncpg.Pool, coder: Actor) -> Any:
    async with pool.acquire() as connection:
        await begin_as(connection, coder)
        answer = await connection.fetchrow(_PULL, Stage.CODING.value, new_id(), LEASE, origin_of(coder, now=utc_now()))
        await connection.execute("COMMIT")
        return answer


async def _gathered(coder: Actor) -> Any:
    return await call_for_next(coder, stage=Stage.CODING, request_id=new_id(), origin=origin_of(coder, now=utc_now()))

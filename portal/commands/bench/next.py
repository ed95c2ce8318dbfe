"""`chartway bench next`: from the click on "Next chart" to the answer that names it, over a long line."""

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import click
import httpx

from portal.commands.bench.latencies import milliseconds, tell_latencies
from portal.commands.bench.processes import cpu_seconds
from portal.commands.bench.pull.filling import fill
from portal.commands.bench.pull.modes import refresh_hints
from portal.commands.bench.scratch import Portal, scratch_settings, serving
from portal.commands.demo.page_forms import find_form
from portal.commands.demo.visiting import PASSWORD, Visitor
from portal.commands.house import DATABASE, embedded_server
from portal.identity.passwords import hash_password
from portal.ids import new_id

PROMISE = 0.050  # seconds on the server, p99, at ten clicks a second
WAY = "/desk/next"


@dataclass(frozen=True, slots=True)
class _Coder:
    """One who is signed in, with the start page before them."""

    visitor: Visitor
    fields: dict[str, str]  # of the button's form


Act = Callable[[_Coder], Awaitable[None]]


@click.command()
@click.option("--backlog", default=100_000, show_default=True, type=click.IntRange(10_000), help="Charts in line.")
@click.option("--coders", default=40, show_default=True, type=click.IntRange(2, 50), help="Who click.")
@click.option("--per-second", default=10.0, show_default=True, type=click.FloatRange(0.1), help="Clicks of all.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1))
@click.option("--web-processes", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, backlog: int, coders: int, per_second: float, seconds: float, web_processes: int, as_json: bool) -> None:
    """Measure how long a coder waits for the next chart.

    The portal's own web processes serve a durable scratch database with the line of `chartway bench pull`. Signed-in
    coders click by HTTP on this machine at random instants; then all of them at one instant. Beside it, in the same
    run, the smallest signed-in request there is.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, it clears up, as Ctrl-C does
    with scratch_settings(web_processes) as settings:
        result = asyncio.run(_measure(settings, backlog, coders, per_second, seconds))
    click.echo(json.dumps(result, indent=2) if as_json else _tell(result))


async def _measure(settings: Any, backlog: int, coders: int, per_second: float, seconds: float) -> dict[str, Any]:
    click.echo(f"Filling a line of {backlog} charts …", err=True)
    url = embedded_server(settings).url(DATABASE, "postgres")
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        await fill(connection, backlog)
        await connection.execute("UPDATE person SET password_hash = $1", await hash_password(PASSWORD))
        await connection.execute("VACUUM ANALYZE")
        people = await connection.fetch("SELECT email FROM person ORDER BY id LIMIT $1", coders)
        async with serving(settings) as portal, _signed_in(portal.url, [row["email"] for row in people]) as present:
            click.echo(f"{per_second:g} clicks a second for {seconds:.0f} seconds …", err=True)
            async with _tended(url):
                measured = await _click(portal, connection, present, per_second, seconds)
    finally:
        await connection.close()
    return {
        "backlog": backlog, "coders": coders, "per_second": per_second, "web_processes": settings.web_processes,
        "processors": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1), **measured,
    }  # fmt: skip


async def _click(
    portal: Portal, connection: asyncpg.Connection, present: Sequence[_Coder], per_second: float, seconds: float
) -> dict[str, Any]:
    for coder in present:  # connections open, plans made
        await _pull(coder)
    small = await _at_random(present, _ask_small, per_second, min(seconds, 20))
    before = cpu_seconds(portal.web.pid), cpu_seconds(portal.database_pid), await _held(connection)
    clicks = await _at_random(present, _pull, per_second, seconds)
    after = cpu_seconds(portal.web.pid), cpu_seconds(portal.database_pid), await _held(connection)
    waves = [took for _ in range(5) for took in await _at_once(present)]
    web, database = (
        None if one is None or other is None else round(1000 * (other - one) / len(clicks), 1)
        for one, other in zip(before[:2], after[:2], strict=True)
    )
    figures = milliseconds(clicks)
    return {
        "clicks": len(clicks), "pulled": after[2] - before[2],
        "click_to_chart_ms": figures, "small_request_ms": milliseconds(small),
        "to_small_request_p50": round(figures["p50"] / milliseconds(small)["p50"], 1),
        "web_cpu_ms_per_click": web, "database_cpu_ms_per_click": database,
        "all_at_one_instant_ms": milliseconds(waves),
        "promise_ms": 1000 * PROMISE, "promise_kept": figures["p99"] <= 1000 * PROMISE,
    }  # fmt: skip


async def _at_random(present: Sequence[_Coder], act: Act, per_second: float, seconds: float) -> list[float]:
    """Seconds that each act took; they come as Poisson arrivals, each by whoever has waited longest."""
    chance = random.Random(7)  # noqa: S311 - instants, no secrets
    free, took = deque(present), list[float]()

    async def do(coder: _Coder, due: float) -> None:
        await act(coder)
        took.append(time.monotonic() - due)  # from when they clicked, also where this process came late
        free.append(coder)

    due = time.monotonic()
    ends_at = due + seconds
    async with asyncio.TaskGroup() as running:
        while (due := due + chance.expovariate(per_second)) < ends_at:
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if not free:
                raise RuntimeError("every coder still waits for an answer: fewer clicks a second, or more coders")
            running.create_task(do(free.popleft(), due))
    if not took:
        raise RuntimeError("nobody clicked in so short a time: give it more seconds")
    return took


async def _at_once(present: Sequence[_Coder]) -> list[float]:
    async def one(coder: _Coder) -> float:
        began = time.monotonic()
        await _pull(coder)
        return time.monotonic() - began

    return await asyncio.gather(*(one(coder) for coder in present))


async def _pull(coder: _Coder) -> None:
    """The button's own form, until the answer that names the chart; the chart is not opened."""
    answer = await coder.visitor.http.post(
        WAY, data={**coder.fields, "request_id": str(new_id())}, follow_redirects=False
    )
    if answer.status_code != httpx.codes.SEE_OTHER or "/charts/" not in answer.headers["location"]:
        raise RuntimeError(f"no chart came: {answer.status_code} {answer.headers.get('location', '')}")


async def _ask_small(coder: _Coder) -> None:
    await coder.visitor.fetch("/session")


async def _held(connection: asyncpg.Connection) -> int:
    count: int = await connection.fetchval("SELECT count(*) FROM assignment")
    return count


@contextlib.asynccontextmanager
async def _signed_in(url: str, addresses: Sequence[str]) -> AsyncIterator[list[_Coder]]:
    visitors = [Visitor(httpx.AsyncHTTPTransport(), url, address) for address in addresses]
    try:
        for visitor in visitors:
            await visitor.sign_in()
        yield [_Coder(visitor, dict(find_form(await visitor.see("/desk"), WAY).fields)) for visitor in visitors]
    finally:
        for visitor in visitors:
            await visitor.leave()


@contextlib.asynccontextmanager
async def _tended(url: str) -> AsyncIterator[None]:
    """What the worker does every second, meanwhile."""
    connection = await asyncpg.connect(url, statement_cache_size=0)

    async def tend() -> None:
        while True:
            await refresh_hints(connection)
            await asyncio.sleep(1)

    tending = asyncio.create_task(tend())
    try:
        yield
    finally:
        tending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tending
        await connection.close()


def _tell(result: dict[str, Any]) -> str:
    kept = "kept" if result["promise_kept"] else "NOT kept"
    return "\n".join([
        f"{result['backlog']} charts, {result['coders']} coders, {result['per_second']:g} clicks a second,"
        f" {result['web_processes']} web processes, {result['processors']} processors, load {result['load_average']}:"
        f" {result['clicks']} clicks, {result['pulled']} charts pulled",
        tell_latencies("click to the chart's address", result["click_to_chart_ms"]),
        tell_latencies("the smallest signed-in request", result["small_request_ms"]),
        tell_latencies(f"all {result['coders']} at one instant", result["all_at_one_instant_ms"]),
        f"  click to smallest request, p50: {result['to_small_request_p50']} times",
        f"  processor time of a click: web {result['web_cpu_ms_per_click']} ms,"
        f" database {result['database_cpu_ms_per_click']} ms",
        f"  promise (p99 within {result['promise_ms']:.0f} ms): {kept}",
    ])  # fmt: skip

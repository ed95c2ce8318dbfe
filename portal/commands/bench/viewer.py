"""`chartway bench viewer`: from the click on a chart to its first page, with many coders at work."""

import asyncio
import json
import os
import signal
import statistics
from collections.abc import Sequence
from typing import Any

import click

from portal.commands.bench.latencies import milliseconds, tell_latencies
from portal.commands.bench.opening import Opened, open_charts
from portal.commands.bench.plain import fetch_plain
from portal.commands.bench.scratch import fill, scratch_settings, serving, serving_plain

PROMISE = 0.150  # seconds to the first page, p95


@click.command()
@click.option("--coders", default=32, show_default=True, type=click.IntRange(1, 200))
@click.option("--every", default=5.0, show_default=True, type=click.FloatRange(0.1), help="Seconds between two charts.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1))
@click.option("--web-processes", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--browser", is_flag=True, help="Open charts in one Chromium too (needs Playwright).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, coders: int, every: float, seconds: float, web_processes: int, browser: bool, as_json: bool) -> None:
    """Measure how fast a chart opens.

    Starts the portal's own web processes on a scratch database, uploads one demo paper for each coder, lets the
    coders pull and open them by HTTP on this machine, and compares with a plain file of the same size from the same
    web server. Coders, web processes and database share the processors of this machine.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, it clears up, as Ctrl-C does
    with scratch_settings(web_processes) as settings:
        result = asyncio.run(_measure(settings, coders, every, seconds, browser=browser))
    click.echo(json.dumps(result, indent=2) if as_json else _tell(result))


async def _measure(settings: Any, coders: int, every: float, seconds: float, *, browser: bool) -> dict[str, Any]:
    click.echo(f"Making {coders} charts …", err=True)
    addresses = await fill(settings, coders=coders)
    click.echo(f"Opening charts for {seconds:.0f} seconds …", err=True)
    painted: list[float] = []
    async with serving(settings) as portal:
        opened = await open_charts(
            portal.url, addresses, every=every, seconds=seconds, web_pid=portal.web.pid,
            database_pid=portal.database_pid,
        )  # fmt: skip
        if browser:
            from portal.commands.bench.browser import open_in_browser

            painted = await open_in_browser(portal.url, addresses[0], times=20)
    size = round(statistics.median(opened.picture_bytes))
    async with serving_plain(settings, size) as url:
        plain = await fetch_plain(url, coders, every=every, seconds=min(seconds, 20))
    return _result(opened, plain, painted, coders=coders, every=every, size=size, web_processes=settings.web_processes)


def _result(
    opened: Opened, plain: Sequence[float], painted: Sequence[float], *, coders: int, every: float, size: int,
    web_processes: int,
) -> dict[str, Any]:  # fmt: skip
    count = len(opened.html)
    first, file = milliseconds(opened.first_page), milliseconds(plain)
    return {
        "coders": coders, "every_seconds": every, "web_processes": web_processes, "processors": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1), "charts_opened": count, "first_page_bytes": size,
        "click_to_html_ms": milliseconds(opened.html),
        "click_to_first_page_ms": first,
        "click_to_layer_ms": milliseconds(opened.layer),
        "plain_file_ms": file,
        "first_page_to_plain_file_p50": round(first["p50"] / file["p50"], 1),
        "web_cpu_ms_per_chart": _each(opened.web_cpu, count),
        "database_cpu_ms_per_chart": _each(opened.database_cpu, count),
        "click_to_painted_ms": milliseconds(painted) if painted else None,
        "promise_ms": 1000 * PROMISE, "promise_kept": first["p95"] <= 1000 * PROMISE,
    }  # fmt: skip


def _each(seconds: float | None, count: int) -> float | None:
    return None if seconds is None else round(1000 * seconds / count, 1)


def _tell(result: dict[str, Any]) -> str:
    lines = [
        f"{result['coders']} coders, a chart every {result['every_seconds']:g} s each, {result['web_processes']} web "
        f"processes, {result['processors']} processors, load {result['load_average']}: "
        f"{result['charts_opened']} charts opened",
        tell_latencies("click to HTML", result["click_to_html_ms"]),
        tell_latencies("click to first page, all bytes", result["click_to_first_page_ms"]),
        tell_latencies("click to its words, all bytes", result["click_to_layer_ms"]),
        tell_latencies(f"a plain file of {result['first_page_bytes']:,} bytes", result["plain_file_ms"]),
        f"  first page to plain file, p50: {result['first_page_to_plain_file_p50']} times",
        f"  processor time of a chart: web {result['web_cpu_ms_per_chart']} ms, "
        f"database {result['database_cpu_ms_per_chart']} ms",
    ]
    if result["click_to_painted_ms"]:
        lines.append(tell_latencies("in Chromium, click to painted", result["click_to_painted_ms"]))
    kept = "kept" if result["promise_kept"] else "NOT kept"
    return "\n".join([*lines, f"  promise (first page p95 within {result['promise_ms']:.0f} ms): {kept}"])

"""The protocol: several rounds, each in another order, the ceiling first and last in each; medians with their range."""

import os
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from portal.commands.bench.pull.cells import Cell, Load, Run, run_cell
from portal.commands.bench.pull.server import Server

#: Before every cell of a database; what a mode needs beyond a VACUUM.
Preparing = Callable[[], Awaitable[None]]


async def measure_rounds(
    server: Server, ceiling: Cell, cells: Sequence[Cell], load: Load, rounds: int,
    tell: Callable[[str], None] = lambda _: None, before_round: Callable[[], Awaitable[None]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Measure every cell in every round; `ceiling` and `cells` of the result, in the order of `cells`."""
    ceilings: list[Run] = []
    measured: dict[str, list[dict[str, float]]] = {cell.name: [] for cell in cells}
    for turn in range(rounds):
        if before_round:
            await before_round()
        first = await run_cell(server, ceiling, load)
        ran: list[tuple[Cell, Run]] = []
        start = turn % len(cells) if cells else 0
        for cell in [*cells[start:], *cells[:start]]:
            ran.append((cell, await run_cell(server, cell, load)))
            tell(f"round {turn + 1} of {rounds}: {cell.name}, {ran[-1][1].per_second:.0f} a second")
        last = await run_cell(server, ceiling, load)
        ceilings += [first, last]
        speed = (first.per_second + last.per_second) / 2
        costs = (first.processor_microseconds + last.processor_microseconds) / 2
        for cell, run in ran:
            measured[cell.name].append({
                "tps": run.per_second, "tps_ratio": run.per_second / speed,
                "cpu_per_pull_us": run.processor_microseconds,
                "cpu_ratio": costs / run.processor_microseconds if run.processor_microseconds > 0 else 0.0,
                "p50_ms": run.p50, "p99_ms": run.p99, "pulled": run.pulled, "answered": run.answered,
            })  # fmt: skip
    return {
        "ceiling": {
            "tps": round(statistics.median(run.per_second for run in ceilings)),
            "cpu_per_update_us": round(statistics.median(run.processor_microseconds for run in ceilings)),
            "p50_ms": round(statistics.median(run.p50 for run in ceilings), 2),
            "p99_ms": round(statistics.median(run.p99 for run in ceilings), 2),
            "clients": load.clients, "synchronous_commit": load.synchronous_commit, "rounds": rounds,
            "seconds": load.seconds, "load": round(os.getloadavg()[0], 1),
        },
        "cells": [{"name": cell.name, **summarise(measured[cell.name])} for cell in cells],
    }  # fmt: skip


def summarise(rounds: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """The median of each figure over the rounds, and of the two ratios also the least and the greatest."""
    figures: dict[str, Any] = {}
    for name, digits in {"tps": 0, "tps_ratio": 3, "cpu_per_pull_us": 0, "cpu_ratio": 3, "p50_ms": 2, "p99_ms": 2,
                         "pulled": 0, "answered": 0}.items():  # fmt: skip
        figures[name] = round(statistics.median(one[name] for one in rounds), digits or None)
    for name in ("tps_ratio", "cpu_ratio"):
        figures[f"{name}_range"] = [round(pick(one[name] for one in rounds), 3) for pick in (min, max)]
    return figures

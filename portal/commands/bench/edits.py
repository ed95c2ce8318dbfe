"""`chartway bench edits`: how long the rules take for a full chart, twelve diagnoses and ten procedures."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import click

from assignments.drafting.entries import read_lines
from assignments.drafting.rules import Lines
from assignments.edits.context import Context, Pair, UnitLimit
from assignments.edits.gathering import plain_context
from assignments.edits.registry import EDITS
from assignments.edits.rules import run_edits

_ON = date(2026, 5, 4)
#: As many lines as a claim has room for, with excludes, sides, manifestations and modifiers to look at.
_CHART = (
    "E11.22", "N18.31", "I12.9", "J96.01", "R06.02", "M17.11", "E78.5", "Z79.4", "S52.501A", "W19.XXXA", "R05.9",
    "D63.1", "99214-25 ABC", "G0463 A", "G0101 A", "J1885 x6 D", "J0696 x4 D", "71046-26 DE", "93000 A", "20610-RT F",
    "G0402 A", "Q0091 A",
)  # fmt: skip
#: Made up, as the tables of CMS are not ours to ship: two pairs and two limits that are looked at.
_PAIRS = (Pair("G0463", "G0101", 0), Pair("G0402", "Q0091", 1))
_LIMITS = {"J1885": UnitLimit(4, 1), "J0696": UnitLimit(16, 3)}


@click.command()
@click.option("--rounds", default=500, show_default=True, type=click.IntRange(10, 100_000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, rounds: int, as_json: bool) -> None:
    """Run every rule over one chart, and look its codes up, in this process; no database is needed."""
    measured = measure(rounds)
    click.echo(json.dumps(measured, indent=2) if as_json else tell(measured))


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds: of the first look at the codes, of a look when they are known, and of the rules; p50 and p99."""
    lines = make_chart()
    began = time.perf_counter()
    context = _known(lines)
    first = 1000 * (time.perf_counter() - began)
    return {
        "diagnoses": len(lines.diagnoses), "procedures": len(lines.procedures), "rules": len(EDITS),
        "found": len(run_edits(context, EDITS)), "rounds": rounds, "load_average": round(os.getloadavg()[0], 1),
        "first_look_ms": round(first, 1), "look": _timed(rounds, lambda: _known(lines)),
        "rules_alone": _timed(rounds, lambda: run_edits(context, EDITS)),
    }  # fmt: skip


def make_chart() -> Lines:
    """The chart that is checked."""
    return read_lines(_CHART)


def tell(measured: dict[str, Any]) -> str:
    """The same in words."""
    timed = [
        f"{words}: p50 {measured[name]['p50_ms']} ms, p99 {measured[name]['p99_ms']} ms"
        for name, words in (("rules_alone", "rules"), ("look", "looking up codes that are known"))
    ]
    return "\n".join((
        f"{measured['rules']} rules over {measured['diagnoses']} diagnoses and {measured['procedures']} procedures,"
        f" {measured['found']} results, {measured['rounds']} rounds (load {measured['load_average']})",
        *timed,
        f"first look at the codes, the release read with it: {measured['first_look_ms']} ms",
    ))  # fmt: skip


def _known(lines: Lines) -> Context:
    return replace(plain_context(lines, on=_ON), age=66, sex="F", pairs=_PAIRS, limits=_LIMITS)


def _timed(rounds: int, work: Callable[[], object]) -> dict[str, float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"p50_ms": round(took[len(took) // 2], 2), "p99_ms": round(took[int(len(took) * 0.99)], 2)}

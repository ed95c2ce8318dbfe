"""`chartway bench plan`: how long a shift's plan and its forecast take, and what the forecast says."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import click
import numpy as np

from assignments.planning.forecast import forecast
from assignments.planning.planning import make_plan
from assignments.planning.rules import OnDuty, WaitingWork

_SPECIALTIES, _CLIENTS = 25, 200
_NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)


@click.command()
@click.option("--entries", default=100_000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--people", default=500, show_default=True, type=click.IntRange(1, 5000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, entries: int, people: int, as_json: bool) -> None:
    """Plan a made-up backlog over a made-up shift, and forecast it with the plan and without."""
    work, team = make_backlog(entries, people)
    began, used = time.perf_counter(), time.process_time()
    plan = make_plan(work, team, now=_NOW)
    planned, spent = time.perf_counter(), time.process_time()
    seen = forecast(work, team, plan, now=_NOW, kept_until=_NOW + timedelta(hours=4))
    result: dict[str, Any] = {
        "entries": entries, "people": people, "load_average": round(os.getloadavg()[0], 1),
        "planned": len(plan.planned),
        "plan_seconds": round(planned - began, 1), "plan_processor_seconds": round(spent - used, 1),
        "forecast_seconds": round(time.perf_counter() - planned, 1),
        "forecast_processor_seconds": round(time.process_time() - spent, 1),
    }  # fmt: skip
    for name, effect in (("plain", seen.plain), ("with_plan", seen.planned)):
        result[name] = {
            "finished": effect.finished, "late": effect.late, "late_weighted": round(effect.late_weighted),
            "longest_lateness_minutes": round(effect.longest_lateness), "jain_people": round(effect.fairness, 3),
        }  # fmt: skip
    click.echo(json.dumps(result, indent=2) if as_json else _tell(result))


def make_backlog(entries: int, people: int) -> tuple[list[WaitingWork], list[OnDuty]]:
    """Specialties and clients after Zipf, one entry in ten with somebody it belongs to; the same each time."""
    chance = np.random.default_rng(1)
    specialty = chance.choice(_SPECIALTIES, entries, p=_by_size(_SPECIALTIES))
    client = chance.choice(_CLIENTS, entries, p=_by_size(_CLIENTS))
    minutes, weight = chance.uniform(5, 28, _SPECIALTIES), chance.choice([1, 1, 2, 3, 5], _CLIENTS)
    is_stat, belongs = chance.random(entries) < 0.05, chance.random(entries) < 0.1
    due = np.where(is_stat, chance.uniform(-60, 240, entries), chance.uniform(-600, 4000, entries))
    owner = chance.integers(people, size=entries)
    team = []
    for number in range(people):
        drawn = [int(one) for one in chance.choice(_SPECIALTIES, chance.integers(1, 5), p=_by_size(_SPECIALTIES))]
        mine = list(dict.fromkeys([number % _SPECIALTIES, *drawn]))
        granted = chance.choice(_CLIENTS, chance.integers(20, 120), replace=False)
        team.append(OnDuty(
            UUID(int=1 << 64 | number), frozenset(one * _CLIENTS + int(other) for one in mine for other in granted),
            float(chance.choice([240, 480, 480, 540])), {str(one): float(chance.uniform(0.65, 1.3)) for one in mine},
        ))  # fmt: skip
    work = [
        WaitingWork(
            entry_id=UUID(int=n), lane_id=int(specialty[n] * _CLIENTS + client[n]), client_id=UUID(int=int(client[n])),
            specialty=str(specialty[n]), due_at=_NOW + timedelta(minutes=float(due[n])),
            weight=float(weight[client[n]] * (3 if is_stat[n] else 1)), minutes=float(minutes[specialty[n]]),
            preferred_person=team[owner[n]].person_id if belongs[n] else None,
        )
        for n in range(entries)
    ]  # fmt: skip
    return work, team


def _by_size(count: int) -> Any:
    shares = 1 / np.arange(1, count + 1) ** 0.85
    return shares / shares.sum()


def _tell(result: dict[str, Any]) -> str:
    lines = [
        f"{result['entries']:,} entries over {result['people']} people, load {result['load_average']}: "
        f"{result['planned']:,} planned",
        f"  plan      {result['plan_seconds']:6.1f} s, {result['plan_processor_seconds']:6.1f} s of processor time",
        f"  forecasts {result['forecast_seconds']:6.1f} s, {result['forecast_processor_seconds']:6.1f} s",
    ]
    for name, words in (("plain", "plain pull"), ("with_plan", "with the plan")):
        one = result[name]
        lines.append(
            f"  {words:14} {one['finished']:,} finished, {one['late']:,} late ({one['late_weighted']:,} by weight),"
            f" the longest {one['longest_lateness_minutes']:,} min, Jain {one['jain_people']:.3f}"
        )
    return "\n".join(lines)

"""`chartway simulate`: what orders of the line do to deadlines, clients and people, in a made-up company."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import click

from assignments.simulation.making import make_world
from assignments.simulation.measures import Measures, mean, measure
from assignments.simulation.policies import POLICIES, Policy
from assignments.simulation.running import Planner, run
from assignments.simulation.world import HOUR, World

_RIVALS = ("edf", "fifo")


@click.command()
@click.option(
    "--load",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0.1, 3),
    help="Minutes of work that arrive for each usable minute of the staff.",
)
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1, 100), help="Companies; the mean is told.")
@click.option(
    "--policy",
    "names",
    multiple=True,
    type=click.Choice(list(POLICIES)),
    help="Only this one; may be repeated. Ratios need edf and fifo.",
)
@click.option("--days", default=12, show_default=True, type=click.IntRange(3, 365))
@click.option("--coders", default=120, show_default=True, type=click.IntRange(10, 2000))
@click.option("--hold", default=1, show_default=True, type=click.IntRange(1, 100), help="Charts taken at once.")
@click.option("--keep", is_flag=True, help="With --hold: untouched charts stay with their coder over night.")
@click.option(
    "--put-back",
    type=click.FloatRange(0, 240),
    help="Try another figure for the product's hours back in line once late.",
)
@click.option(
    "--familiarity",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="How much faster somebody is who knows the client well: 0.15 for 15 %.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    *, load: float, seeds: int, names: tuple[str, ...], days: int, coders: int, hold: int, keep: bool,
    put_back: float | None, familiarity: float, as_json: bool,
) -> None:  # fmt: skip
    """Simulate a coding company under different orders of the line.

    Charts arrive mostly at the close of business, people of different speed and skills work in shifts round the
    world, some leases are lost, one chart in twenty is STAT. The order called chartway is the product's own function.
    The same seeds give the same figures; nothing is stored, and no database is used.
    """
    chosen = [POLICIES[name] for name in names or POLICIES]
    if put_back is not None:
        chosen = [_putting_back(policy, put_back) for policy in chosen]
    worlds = [make_world(seed, load=load, people=coders, days=days) for seed in range(1, seeds + 1)]
    measured = {
        policy.name: _mean_of(policy, worlds, hold=hold, keep=keep, familiarity=familiarity) for policy in chosen
    }
    ratios = {name: _ratios(name, measured) for name in measured}
    if as_json:
        given = {"load": load, "seeds": seeds, "days": days, "coders": coders, "hold": hold, "keep": keep,
                 "put_back_hours": put_back, "familiarity": familiarity}  # fmt: skip
        results = [{"policy": name, **asdict(one), **ratios[name]} for name, one in measured.items()]
        click.echo(json.dumps({**given, "results": results}, indent=2))
    else:
        click.echo(_table(measured, ratios))


def _putting_back(policy: Policy, hours: float) -> Policy:
    ours = policy.name in ("chartway", "continuity", "optimiser")
    return replace(policy, put_back=hours * HOUR) if ours else policy


def _mean_of(policy: Policy, worlds: list[World], *, hold: int, keep: bool, familiarity: float) -> Measures:
    planner = _planner() if policy.plans else None
    results = []
    for number, world in enumerate(worlds, 1):
        began = time.monotonic()
        ran = run(world, policy, hold=hold, returns_at_shift_end=not keep, planner=planner, familiarity=familiarity)
        results.append(measure(world, ran))
        took = time.monotonic() - began
        click.echo(f"{policy.name}, company {number} of {len(worlds)}: {len(world.charts):,} charts, {took:.1f} s",
                   err=True)  # fmt: skip
    return mean(results)


def _planner() -> Planner:
    from assignments.simulation.optimising import plan_ahead  # the solver takes its time to load

    return plan_ahead


def _ratios(name: str, measured: Mapping[str, Measures]) -> dict[str, float | None]:
    """Breaches of the policy as parts of those of its rivals in the same run; None where they were not run."""
    breaches = 100 - measured[name].on_time
    return {
        f"breaches_to_{rival}": round(breaches / (100 - measured[rival].on_time), 3)
        if rival in measured and measured[rival].on_time < 100 else None
        for rival in _RIVALS
    }  # fmt: skip


_COLUMNS = (
    ("on time %", "on_time", ".2f"), ("weighted %", "weighted_on_time", ".2f"), ("STAT %", "stat_on_time", ".1f"),
    ("worst client %", "worst_client", ".1f"), ("longest h", "longest_wait", ".0f"), ("mean h", "mean_wait", ".2f"),
    ("Jain clients", "jain_clients", ".3f"), ("Jain people", "jain_people", ".3f"), ("late", "late", ".0f"),
    ("open", "late_and_open", ".0f"), ("min each", "minutes_each", ".2f"),
)  # fmt: skip


def _table(measured: Mapping[str, Measures], ratios: Mapping[str, Mapping[str, Any]]) -> str:
    heads = ["", *(head for head, _, _ in _COLUMNS), *(f"to {rival.upper()}" for rival in _RIVALS)]
    rows = [heads]
    for name, one in measured.items():
        figures = [format(getattr(one, field), shape) for _, field, shape in _COLUMNS]
        rows.append([name, *figures, *(_ratio(ratio) for ratio in ratios[name].values())])
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    charts = next(iter(measured.values())).charts
    told = [f"  {name:<{widths[0]}}  {POLICIES[name].words}" for name in measured]
    note = (
        f"{charts:,.0f} charts judged for each; waits from arrival to coded; the last two columns are breaches as parts"
        " of those of the earliest due date and of first come."
    )
    return "\n".join([*lines, "", note, *told])


def _ratio(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}"

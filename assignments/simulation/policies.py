"""Orders of the line: the product's own, and those it is compared with."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from assignments.planning.rules import WaitingWork, hopeless_from, place_in_line
from assignments.rules import LATE_STEP
from assignments.simulation.world import DAY, HOUR, Chart, Person, World

_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_LOOK_AHEAD = 4 * HOUR


@dataclass(frozen=True)
class Policy:
    """Who goes first: by `key` inside a lane, and by `compare` among the heads of lanes; the smallest.

    A key does not change with time, a comparison may. Where there is no comparison the key decides among lanes too,
    later by `put_back` minutes for work that can no longer be on time (None: no difference is made). With `plans`, a
    plan of the shift is made again every half hour and what it gives a person comes before all else. `continuity` is
    how many minutes sooner a chart comes to somebody who knows its client well.
    """

    name: str
    words: str
    key: Callable[[World, Chart], float]
    put_back: float | None = None
    compare: Callable[[World, Chart, Person, float, bool], float] | None = None
    plans: bool = False
    continuity: float = 0.0


def as_work(world: World, chart: Chart) -> WaitingWork:
    """The chart as the product's rules see it: expected minutes, not those it will take."""
    return WaitingWork(
        entry_id=UUID(int=chart.number), lane_id=world.lane(chart), client_id=UUID(int=chart.client),
        specialty=str(chart.specialty), due_at=_MONDAY + chart.due * _MINUTE, weight=chart.weight,
        minutes=world.expected[chart.specialty],
    )  # fmt: skip


def hopeless_minute(world: World, chart: Chart) -> float:
    """When the product puts the chart back in line."""
    return (hopeless_from(as_work(world, chart)) - _MONDAY) / _MINUTE


def moment(minute: float) -> datetime:
    """A minute of the simulation as a time of the product."""
    return _MONDAY + minute * _MINUTE


def _rank(world: World, chart: Chart) -> float:
    return (place_in_line(as_work(world, chart)) - _MONDAY) / _MINUTE


def _due(_world: World, chart: Chart) -> float:
    return chart.due


def _live_index(world: World, chart: Chart, person: Person, now: float, hopeless: bool) -> float:
    """The apparent-tardiness-cost index (Vepsalainen and Morton 1987), computed at each pull."""
    minutes = world.expected[chart.specialty] / person.speeds[chart.specialty]
    if hopeless:  # must not starve: grows with its lateness
        return -0.15 * chart.weight / minutes * (1 + (now - chart.due) / DAY) ** 2
    return -chart.weight / minutes * math.exp(-max(0.0, chart.due - now - minutes) / (2 * _LOOK_AHEAD))


def _cost_rate(world: World, chart: Chart, person: Person, now: float, _hopeless: bool) -> float:
    """The generalised c-mu rule (van Mieghem 1995) with a cost that grows with the square of the age."""
    minutes = world.expected[chart.specialty] / person.speeds[chart.specialty]
    turnaround = max(1.0, chart.due - chart.arrives)
    return -chart.weight * (now - chart.arrives) / turnaround / minutes / max(1.0, turnaround / DAY)


def _weighted_due(_world: World, chart: Chart) -> float:
    return chart.due - 2 * HOUR * math.log2(chart.weight + 1)


_BACK = LATE_STEP / _MINUTE

POLICIES = {
    policy.name: policy
    for policy in (
        Policy("fifo", "first come, first served", lambda _world, chart: chart.arrives),
        Policy("priority", "strict priority, then first come",
               lambda world, chart: chart.arrives - chart.urgency * (world.days + 1) * DAY),
        Policy("edf", "earliest due date", _due),
        Policy("edf-weight", "due date less weight; what is late 8 h back", _weighted_due, put_back=8 * HOUR),
        Policy("cmu", "generalised c-mu", _due, put_back=0, compare=_cost_rate),
        Policy("atc", "tardiness index, computed at each pull", _due, put_back=0, compare=_live_index),
        Policy("chartway", "the product's rank, 48 h back once late", _rank, put_back=_BACK),
        Policy("continuity", "the product's rank, up to 4 h sooner to whoever knows the client", _rank, put_back=_BACK,
               continuity=4 * HOUR),
        Policy("optimiser", "a flow each half hour, the rank in between", _rank, put_back=_BACK, plans=True),
    )
}  # fmt: skip

"""Nothing starves: how long after a chart another may come and still be coded before it."""

import math
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.planning.line import Line
from assignments.planning.rules import WaitingWork, hopeless_from, place_in_line
from assignments.rules import LATE_STEP, LOOK_AHEAD
from tests.assignments.planning.worlds import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SHORTEST_TURNAROUND, HEAVIEST, SHORTEST = 4 * HOUR, 15.0, 3.0

turnarounds = st.integers(4, 72).map(lambda hours: hours * HOUR)
weights = st.sampled_from([1.0, 2.0, 5.0, HEAVIEST])
lengths = st.floats(SHORTEST, 60)
#: When it comes (minutes), its turnaround, weight and expected minutes.
Arrival = tuple[int, timedelta, float, float]
lines = st.lists(st.tuples(st.integers(0, 20_000), turnarounds, weights, lengths), min_size=2, max_size=40)


def bound(turnaround: timedelta, weight: float, minutes: float) -> timedelta:
    """How much later another chart may arrive and still go before this one.

    A chart i that came at a has the place due − K·ln(w/m), at most LATE_STEP later once it is hopeless: never behind
    a + T + K·ln(m/w) + LATE_STEP, with T its turnaround. A chart j that comes at b never stands before
    b + Tmin − K·ln(wmax/mmin). So j goes before i only if b − a < T − Tmin + K·ln(wmax·m / (w·mmin)) + LATE_STEP.
    After that time i is at the head of everything that is still to come, whatever comes. Strict priorities have no
    such bound: an urgent stream lets the ordinary wait for ever.
    """
    return (
        turnaround - SHORTEST_TURNAROUND + LOOK_AHEAD * math.log(HEAVIEST * minutes / (weight * SHORTEST)) + LATE_STEP
    )


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(1, 900))
def test_a_chart_is_overtaken_by_later_ones_only_within_the_bound(arrivals: list[Arrival], every: int) -> None:
    arrivals.sort(key=lambda arrival: arrival[0])
    pulled = _pull_all(arrivals, _work(arrivals), every)
    for place, late_comer in enumerate(pulled):
        for overtaken in pulled[place + 1 :]:
            later = (arrivals[late_comer][0] - arrivals[overtaken][0]) * MINUTE
            _, turnaround, weight, minutes = arrivals[overtaken]
            assert later <= bound(turnaround, weight, minutes) + MINUTE / 1000


def _work(arrivals: Sequence[Arrival]) -> list[WaitingWork]:
    return [
        WaitingWork(UUID(int=n), 0, UUID(int=0), "Radiology", NOW + came * MINUTE + turnaround, weight, minutes)
        for n, (came, turnaround, weight, minutes) in enumerate(arrivals)
    ]


def _pull_all(arrivals: Sequence[Arrival], work: Sequence[WaitingWork], every: int, *, begin: int = 0) -> list[int]:
    """Somebody pulls every so many minutes, in the line that the simulation and the forecast use."""
    line = Line(
        [0] * len(work),
        [(place_in_line(one) - NOW) / MINUTE for one in work],
        [(hopeless_from(one) - NOW) / MINUTE for one in work],
    )
    pulled: list[int] = []
    now, come = begin, 0
    while len(pulled) < len(work):
        while come < len(work) and arrivals[come][0] <= now:
            line.add(come)
            come += 1
        heads = list(line.heads(0, now))
        if heads:
            first = min(heads, key=lambda head: line.keys[head[0]] + (LATE_STEP / MINUTE if head[1] else 0))[0]
            line.take(first)
            pulled.append(first)
        now += every
    return pulled


@given(turnarounds, weights, lengths)
def test_the_bound_is_a_matter_of_days(turnaround: timedelta, weight: float, minutes: float) -> None:
    assert (
        timedelta(0) < bound(turnaround, weight, minutes) < timedelta(hours=72 - 4 + 48 + 4 * math.log(15 * 60 / 3) + 1)
    )


def test_the_bound_is_reached() -> None:
    """A long ordinary chart that became hopeless, and the heaviest and shortest, just within the bound and after it."""
    slow = (0, 72 * HOUR, 1.0, 60.0)
    limit = bound(*slow[1:]) / MINUTE
    for came, order in ((math.floor(limit), [1, 0]), (math.ceil(limit), [0, 1])):
        arrivals = [slow, (came, SHORTEST_TURNAROUND, HEAVIEST, SHORTEST)]
        assert _pull_all(arrivals, _work(arrivals), every=1, begin=came) == order

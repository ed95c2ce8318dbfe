"""What a shift will come to, with a plan and without: a small simulation without chance. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from uuid import UUID

from assignments.planning.grouping import who_serves
from assignments.planning.line import Line
from assignments.planning.rules import (
    OnDuty,
    Plan,
    WaitingWork,
    hopeless_from,
    jain,
    may_take,
    minutes_for,
    place_in_line,
)  # fmt: skip
from assignments.rules import LATE_STEP

_MINUTE = timedelta(minutes=1)
_PUT_BACK = LATE_STEP / _MINUTE


@dataclass(frozen=True, slots=True)
class Effect:
    """What is left of a shift's promises when everybody has gone home; lateness in minutes.

    Late is what falls due before the last person goes and is not finished by then; what is not finished at all is as
    late as it is when they go.
    """

    finished: int
    late: int
    late_weighted: float
    longest_lateness: float
    minutes: Mapping[UUID, float]
    fairness: float  # Jain's index over the parts of their time that people worked


@dataclass(frozen=True, slots=True)
class Forecast:
    """The same shift twice."""

    plain: Effect
    planned: Effect


def forecast(
    work: Sequence[WaitingWork], people: Sequence[OnDuty], plan: Plan, *, now: datetime, kept_until: datetime
) -> Forecast:
    """The shift by plain pull, and with the plan's entries kept for their people until `kept_until`.

    Nothing new arrives, and everybody works the expected minutes: the difference is what counts.
    """
    return Forecast(
        plain=work_off(work, people, {}, now=now, kept_until=kept_until),
        planned=work_off(
            work, people, {one.entry_id: one.person_id for one in plan.planned}, now=now, kept_until=kept_until
        ),
    )


def work_off(
    work: Sequence[WaitingWork], people: Sequence[OnDuty], kept_for: Mapping[UUID, UUID], *, now: datetime,
    kept_until: datetime,
) -> Effect:  # fmt: skip
    """Let people pull until their time is up: first what is kept for them, then by rank what is kept for nobody.

    An entry is kept for whom `kept_for` names, else for its preferred person, if they are on duty and may take it;
    from `kept_until` on it is everybody's. Nobody begins an entry after their minutes are over.
    """
    people = sorted(people, key=lambda person: person.person_id)
    keeper = _keepers(work, people, kept_for)
    pool_of, pools_of = _pools(work, people)
    # A person's own lane is below zero; what is kept moves from there to the pool of all who may take it.
    line = Line(
        [pool_of[number] if index is None else -1 - index for number, index in enumerate(keeper)],
        [(place_in_line(one) - now) / _MINUTE for one in work],
        [(hopeless_from(one) - now) / _MINUTE for one in work],
    )
    for entry in range(len(work)):
        line.add(entry)
    release = (kept_until - now) / _MINUTE
    released = False
    free = [(0.0, index) for index in range(len(people))]
    heapify(free)
    finished: list[float | None] = [None] * len(work)
    minutes = [0.0] * len(people)
    while free:
        time, index = heappop(free)
        if time >= people[index].minutes_left:
            continue
        if not released and time >= release:
            released = True
            _release(line, pool_of)
        taken = _head(line, [-1 - index], time)
        number = taken if taken is not None else _head(line, pools_of[index], time)
        if number is not None:
            line.take(number)
            spent = minutes_for(work[number], people[index])
            minutes[index] += spent
            finished[number] = time + spent
            heappush(free, (time + spent, index))
        elif not released:
            heappush(free, (release, index))  # nothing comes before what is kept becomes free
    return _effect(work, people, finished, minutes, now)


def _keepers(work: Sequence[WaitingWork], people: Sequence[OnDuty], kept_for: Mapping[UUID, UUID]) -> list[int | None]:
    index_of = {person.person_id: index for index, person in enumerate(people)}
    keepers: list[int | None] = []
    for one in work:
        wanted = kept_for.get(one.entry_id, one.preferred_person)
        index = index_of.get(wanted) if wanted else None
        keepers.append(index if index is not None and may_take(people[index], one) else None)
    return keepers


def _pools(work: Sequence[WaitingWork], people: Sequence[OnDuty]) -> tuple[list[int], list[list[int]]]:
    """The pool of each entry, and the pools that each person may take from. Entries of a pool have the same takers."""
    serving = who_serves(people)
    numbers: dict[tuple[int, ...], int] = {}
    pool_of_lane = {lane: numbers.setdefault(takers, len(numbers)) for lane, takers in serving.items()}
    nobody = numbers.setdefault((), len(numbers))
    pool_of = []
    for one in work:
        if one.barred:
            takers = tuple(index for index in serving.get(one.lane_id, ()) if may_take(people[index], one))
            pool_of.append(numbers.setdefault(takers, len(numbers)))
        else:
            pool_of.append(pool_of_lane.get(one.lane_id, nobody))
    pools_of: list[list[int]] = [[] for _ in people]
    for takers, pool in numbers.items():
        for index in takers:
            pools_of[index].append(pool)
    return pool_of, pools_of


def _release(line: Line, pool_of: Sequence[int]) -> None:
    """Move what is still kept for somebody to those who may take it."""
    for number, lane in enumerate(line.lane_of):
        if lane < 0 and line.waiting[number]:
            line.take(number)
            line.lane_of[number] = pool_of[number]
            line.add(number)


def _head(line: Line, lanes: Iterable[int], now: float) -> int | None:
    best: int | None = None
    smallest = math.inf
    for lane in lanes:
        if lane in line.lanes:
            for number, hopeless in line.heads(lane, now):
                key = line.keys[number] + (_PUT_BACK if hopeless else 0.0)
                if key < smallest:
                    best, smallest = number, key
    return best


def _effect(
    work: Sequence[WaitingWork], people: Sequence[OnDuty], finished: Sequence[float | None], minutes: Sequence[float],
    now: datetime,
) -> Effect:  # fmt: skip
    end = max((person.minutes_left for person in people), default=0.0)
    late, weight, longest = 0, 0.0, 0.0
    for one, done in zip(work, finished, strict=True):
        due = (one.due_at - now) / _MINUTE
        lateness = (end if done is None else done) - due
        if due <= end and (done is None or lateness > 0):
            late, weight, longest = late + 1, weight + one.weight, max(longest, lateness)
    return Effect(
        finished=sum(done is not None for done in finished), late=late, late_weighted=weight, longest_lateness=longest,
        minutes={person.person_id: spent for person, spent in zip(people, minutes, strict=True)},
        fairness=jain([spent / person.minutes_left for person, spent in zip(people, minutes, strict=True)
                       if person.minutes_left > 0]),
    )  # fmt: skip

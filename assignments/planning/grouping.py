"""Waiting work that is alike for a plan, taken together: the same people, urgency, weight and length. Pure."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from assignments.planning.rules import OnDuty, WaitingWork, hopeless_from, may_take, place_in_line
from assignments.rules import LATE_STEP

#: Where a shift's columns end, in minutes from now; what is due in a column is on time if it is worked in it or before.
COLUMNS = (30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0, 360.0, 480.0, 720.0, math.inf)
#: Work that is due within the same step, in minutes from now, is alike.
_STEPS = (0.0, *COLUMNS[:-1], 960.0, 1200.0, 1440.0, 1920.0, 2400.0, 2880.0, 3600.0, 4320.0)
#: Work that falls due after the shift is worth less by a factor e for each eight hours, as in the order of the line.
_FADES, _LEAST_SHARE = 480.0, 0.01
_TOO_LATE = 0.3
_LENGTH = math.log(1.25)  # lengths within a quarter of each other are alike
_NOTHING, _MINUTE = timedelta(0), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries in the order of the line, and the indices of the people who may take them.

    `column` is that of the due time, None where being on time does not depend on when in the shift it is worked.
    """

    entries: tuple[WaitingWork, ...]
    people: tuple[int, ...]
    column: int | None
    worth: float  # of a minute of this work in its column or, where it has none, at all
    worth_late: float
    minutes: float  # of one entry, on the average
    preferred: int | None


class _Alike(NamedTuple):
    pool: int | None
    specialty: str
    hopeless: bool
    step: int
    weight: float
    length: int
    preferred: int | None
    barred: frozenset[UUID]


def order_of_work(work: WaitingWork, now: datetime) -> tuple[datetime, UUID]:
    """Who is pulled first, as things stand: the place in line, later for what is hopeless already."""
    place = place_in_line(work)
    return (place + LATE_STEP if hopeless_from(work) < now else place), work.entry_id


def group_work(work: Sequence[WaitingWork], people: Sequence[OnDuty], now: datetime) -> list[Group]:
    """The groups, the worthiest first; work that nobody on duty may take is in one without people."""
    # Lanes that the same people serve are one: where everybody may take everything, few groups are left.
    serving = who_serves(people)
    pools = {pool: number for number, pool in enumerate(dict.fromkeys(serving.values()))}
    pool_of = {lane: pools[pool] for lane, pool in serving.items()}
    index_of = {person.person_id: index for index, person in enumerate(people)}
    shift = max((person.minutes_left for person in people), default=0.0)

    def preferred(one: WaitingWork) -> int | None:
        index = index_of.get(one.preferred_person) if one.preferred_person else None
        return index if index is not None and may_take(people[index], one) else None

    alike: dict[_Alike, list[WaitingWork]] = {}
    for one in sorted(work, key=lambda one: order_of_work(one, now)):
        hopeless, slack = _slack(one, now)
        key = _Alike(
            pool_of.get(one.lane_id), one.specialty, hopeless, bisect_right(_STEPS, slack), one.weight,
            round(math.log(one.minutes) / _LENGTH), preferred(one), one.barred,
        )  # fmt: skip
        alike.setdefault(key, []).append(one)
    groups = [_group(key, entries, serving, index_of, shift, now) for key, entries in alike.items()]
    return sorted(groups, key=lambda group: -group.worth)


def who_serves(people: Sequence[OnDuty]) -> dict[int, tuple[int, ...]]:
    """Lane → the indices of the people who serve it."""
    serving: dict[int, list[int]] = {}
    for index, person in enumerate(people):
        for lane in person.lanes:
            serving.setdefault(lane, []).append(index)
    return {lane: tuple(indices) for lane, indices in serving.items()}


def _slack(work: WaitingWork, now: datetime) -> tuple[bool, float]:
    """Whether the work is hopeless, and the minutes until it is due; what is hopeless counts as put back."""
    hopeless = hopeless_from(work) < now
    return hopeless, (work.due_at - now + (LATE_STEP if hopeless else _NOTHING)) / _MINUTE


def _group(
    alike: _Alike, entries: list[WaitingWork], serving: dict[int, tuple[int, ...]], index_of: dict[UUID, int],
    shift: float, now: datetime,
) -> Group:  # fmt: skip
    barred = {index_of[person] for person in alike.barred if person in index_of}
    minutes = sum(one.minutes for one in entries) / len(entries)
    slack = sum(_slack(one, now)[1] for one in entries) / len(entries)
    density = alike.weight / minutes
    in_shift = not alike.hopeless and slack < COLUMNS[-2]
    late = slack + LATE_STEP / _MINUTE if in_shift else slack
    return Group(
        entries=tuple(entries),
        people=tuple(index for index in serving.get(entries[0].lane_id, ()) if index not in barred),
        column=max(0, bisect_right(COLUMNS, slack) - 1) if in_shift else None,
        worth=density * _share(slack - shift) * (_TOO_LATE if alike.hopeless else 1.0),
        worth_late=density * _share(late - shift) * (_TOO_LATE if alike.hopeless or in_shift else 1.0),
        minutes=minutes,
        preferred=alike.preferred,
    )


def _share(after_the_shift: float) -> float:
    return max(_LEAST_SHARE, math.exp(-max(0.0, after_the_shift) / _FADES))

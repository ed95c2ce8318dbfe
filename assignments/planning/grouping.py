"""Waiting work that is alike for a plan, taken together: the same people, urgency, weight and length. Pure."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from assignments.planning.rules import PUT_BACK, OnDuty, WaitingWork, hopeless_from, may_take, place_in_line

#: Where a shift's columns end, in minutes from now; what is due in a column is on time if it is worked in it or before.
COLUMNS = (60.0, 120.0, 240.0, 480.0, 720.0, math.inf)
#: What an hour of work is worth by the day on which it falls due: of the shift, and of the days after it.
_DAYS = (1440.0, 2880.0, 4320.0)
_WORTH_BY_DAY = (0.5, 0.35, 0.25, 0.18)
_HOPELESS = 0.15
_STEP = math.log(1.25)  # lengths within a quarter of each other are alike


@dataclass(frozen=True, slots=True)
class Group:
    """Entries in the order of the line, and the indices of the people who may take them.

    `column` is that of the due time, None where being on time does not depend on when in the shift it is worked.
    """

    entries: tuple[WaitingWork, ...]
    people: tuple[int, ...]
    column: int | None
    worth: float  # of a minute of this work, on time
    worth_late: float
    minutes: float  # of one entry, on the average
    preferred: int | None


class _Alike(NamedTuple):
    pool: int
    specialty: str
    urgency: int
    weight: float
    length: int
    preferred: int | None
    barred: frozenset[UUID]


def order_of_work(work: WaitingWork, now: datetime) -> tuple[datetime, UUID]:
    """Who is pulled first, as things stand: the place in line, later for what is hopeless already."""
    place = place_in_line(work)
    return (place + PUT_BACK if hopeless_from(work) < now else place), work.entry_id


def group_work(work: Sequence[WaitingWork], people: Sequence[OnDuty], now: datetime) -> list[Group]:
    """The groups, the worthiest first; work that nobody on duty may take is in one without people."""
    serving: dict[int, list[int]] = {}
    for index, person in enumerate(people):
        for lane in person.lanes:
            serving.setdefault(lane, []).append(index)
    # Lanes that the same people serve are one: where everybody may take everything, few groups are left.
    pools = {lane: tuple(indices) for lane, indices in serving.items()}
    names = {pool: number for number, pool in enumerate(dict.fromkeys(pools.values()))}
    index_of = {person.person_id: index for index, person in enumerate(people)}

    def preferred(one: WaitingWork) -> int | None:
        index = index_of.get(one.preferred_person) if one.preferred_person else None
        return index if index is not None and may_take(people[index], one) else None

    alike: dict[_Alike, list[WaitingWork]] = {}
    for one in sorted(work, key=lambda one: order_of_work(one, now)):
        pool = names.get(pools.get(one.lane_id, ()), -1)
        length = round(math.log(one.minutes) / _STEP)
        urgency = _urgency(one, now)
        key = _Alike(pool, one.specialty, urgency, one.weight, length, preferred(one), one.barred)
        alike.setdefault(key, []).append(one)
    groups = [_group(key, entries, pools, index_of) for key, entries in alike.items()]
    return sorted(groups, key=lambda group: -group.worth)


def _urgency(work: WaitingWork, now: datetime) -> int:
    """-1 hopeless, then the columns, then the days after them."""
    if hopeless_from(work) < now:
        return -1
    slack = (work.due_at - now) / timedelta(minutes=1)
    last = len(COLUMNS) - 1
    return bisect_right(COLUMNS, slack) if slack < COLUMNS[-2] else last + bisect_right(_DAYS, slack)


def _group(
    alike: _Alike, entries: list[WaitingWork], pools: dict[int, tuple[int, ...]], index_of: dict[UUID, int]
) -> Group:
    barred = {index_of[person] for person in alike.barred if person in index_of}
    minutes = sum(one.minutes for one in entries) / len(entries)
    density, after = alike.weight / minutes, alike.urgency - (len(COLUMNS) - 1)
    in_shift = 0 <= alike.urgency < len(COLUMNS) - 1
    share = _HOPELESS if alike.urgency < 0 else 1.0 if in_shift else _WORTH_BY_DAY[after]
    return Group(
        entries=tuple(entries),
        people=tuple(index for index in pools.get(entries[0].lane_id, ()) if index not in barred),
        column=alike.urgency if in_shift else None,
        worth=density * share,
        worth_late=density * (_HOPELESS if in_shift else share),
        minutes=minutes,
        preferred=alike.preferred,
    )

"""Making a plan: grouped, shared out as a flow, rounded to whole entries within everybody's minutes, and re-checked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assignments.planning.flow import share_out
from assignments.planning.grouping import Group, group_work, order_of_work, who_serves
from assignments.planning.rules import OnDuty, Plan, Planned, WaitingWork, may_take, minutes_for, why_infeasible


def make_plan(work: Sequence[WaitingWork], people: Sequence[OnDuty], *, now: datetime) -> Plan:
    """Who should be offered what first in the shift that begins `now`; the same for the same values in any order.

    Nobody is given what they may not take, nor more minutes than they have left: the plan is checked before it is
    returned. An entry is left without a person only if it fits into the minutes of nobody who may take it. Where all
    entries take equally long, people are equally fast and nothing is due in the shift, as many are planned as can be.
    """
    people = sorted(people, key=lambda person: person.person_id)
    groups = group_work(work, people, now)
    book = _Book(people)
    rest: list[WaitingWork] = []
    for group, shares in zip(groups, share_out(groups, people), strict=True):
        rest += _give_shares(book, group, shares)
    # What rounding left over goes to who has the most time left after it, the worthiest first.
    without = [one for one in rest if not _give_to_freest(book, one)]
    plan = Plan(
        planned=tuple(sorted(
            (planned for index in range(len(people)) for planned in _starts(book, index, now)),
            key=lambda one: (one.starts_at, one.person_id, one.entry_id),
        )),
        without_a_person=tuple(one.entry_id for one in without),
    )  # fmt: skip
    if wrong := why_infeasible(plan, work, people):
        raise RuntimeError(wrong)
    return plan


@dataclass
class _Book:
    people: list[OnDuty]
    given: list[list[WaitingWork]] = field(init=False)
    left: list[float] = field(init=False)
    serving: dict[int, tuple[int, ...]] = field(init=False)
    #: The shortest work of a lane and specialty that no longer fits anywhere: time only becomes less.
    too_long: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given = [[] for _ in self.people]
        self.left = [person.minutes_left for person in self.people]
        self.serving = who_serves(self.people)

    def give(self, index: int, work: WaitingWork) -> bool:
        minutes = minutes_for(work, self.people[index])
        if minutes > self.left[index]:
            return False
        self.left[index] -= minutes
        self.given[index].append(work)
        return True


def _give_shares(book: _Book, group: Group, shares: dict[int, float]) -> list[WaitingWork]:
    """Give whole entries by the shares, those with the largest part left over rounded up; what is left."""
    counts = {person: math.floor(share + 1e-6) for person, share in shares.items()}
    over = min(round(sum(shares.values())), len(group.entries)) - sum(counts.values())
    for person in sorted(shares, key=lambda person: (counts[person] - shares[person], person))[: max(0, over)]:
        counts[person] += 1
    entries, left = list(reversed(group.entries)), []
    for person, count in counts.items():
        for _ in range(count):
            one = entries.pop()
            if not book.give(person, one):
                left.append(one)
    return left + entries[::-1]


def _give_to_freest(book: _Book, work: WaitingWork) -> bool:
    if work.minutes >= book.too_long.get(work.lane_id, math.inf):
        return False
    able = [index for index in book.serving.get(work.lane_id, ()) if may_take(book.people[index], work)]
    for index in sorted(able, key=lambda index: minutes_for(work, book.people[index]) - book.left[index]):
        if book.give(index, work):
            return True
    if not work.barred:
        book.too_long[work.lane_id] = work.minutes
    return False


def _starts(book: _Book, index: int, now: datetime) -> list[Planned]:
    person, at, planned = book.people[index], now, []
    for one in sorted(book.given[index], key=lambda one: order_of_work(one, now)):
        planned.append(Planned(one.entry_id, person.person_id, at))
        at += timedelta(minutes=minutes_for(one, person))
    return planned

"""What is planned, over whom, and the plan that comes out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from assignments.rules import rank


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """A queue entry that waits.

    `lane_id` stands for everything that decides who may take an entry (stage, worklist, specialty, client, level,
    country rule); `barred` are the people who may not take this one although they serve its lane.
    """

    entry_id: UUID
    lane_id: int
    client_id: UUID
    specialty: str
    due_at: datetime
    weight: float  # the contract's, times three for STAT
    minutes: float  # expected, of somebody of ordinary speed
    preferred_person: UUID | None = None
    barred: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person on duty: the lanes that they serve, the working minutes they have left, their speed by specialty."""

    person_id: UUID
    lanes: frozenset[int]
    minutes_left: float
    speed: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # 1.0 where it is silent


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry that a person shall be offered first, and when they are expected to begin it."""

    entry_id: UUID
    person_id: UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Entries in the order of their expected starts, and those that found nobody."""

    planned: tuple[Planned, ...]
    without_a_person: tuple[UUID, ...]


def place_in_line(work: WaitingWork) -> datetime:
    """The entry's rank in the line: the product's own."""
    return rank(work.due_at, weight=work.weight, minutes=work.minutes)


def hopeless_from(work: WaitingWork) -> datetime:
    """When half of the expected minutes no longer fit before the due time: work is put back in line then."""
    return work.due_at - timedelta(minutes=work.minutes / 2)


def minutes_for(work: WaitingWork, person: OnDuty) -> float:
    """How long this person is expected to take."""
    return work.minutes / person.speed.get(work.specialty, 1.0)


def may_take(person: OnDuty, work: WaitingWork) -> bool:
    """Whether the person serves the entry's lane and is not barred from it."""
    return work.lane_id in person.lanes and person.person_id not in work.barred


def why_infeasible(plan: Plan, work: Sequence[WaitingWork], people: Sequence[OnDuty]) -> str | None:
    """What is wrong with a plan, in a sentence, or None: checked from the plan alone, whatever made it."""
    waiting = {one.entry_id: one for one in work}
    on_duty = {one.person_id: one for one in people}
    named = [*(one.entry_id for one in plan.planned), *plan.without_a_person]
    if len(named) != len(work) or set(named) != waiting.keys():
        return "The plan does not name each entry once."
    minutes = dict.fromkeys(on_duty, 0.0)
    for one in plan.planned:
        person, entry = on_duty.get(one.person_id), waiting[one.entry_id]
        if person is None or not may_take(person, entry):
            return "The plan gives an entry to somebody who may not take it."
        minutes[one.person_id] += minutes_for(entry, person)
    if any(spent > on_duty[person_id].minutes_left + 1e-6 for person_id, spent in minutes.items()):
        return "The plan gives somebody more minutes than they have."
    return None


def jain(loads: Sequence[float]) -> float:
    """Jain's index of fairness: 1 when all are equal, 1/n when one has everything (Jain, Chiu and Hawe 1984)."""
    squares = sum(load * load for load in loads)
    return sum(loads) ** 2 / (len(loads) * squares) if squares > 0 else 1.0

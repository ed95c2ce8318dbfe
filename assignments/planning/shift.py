"""The plan of a shift: who is on duty, what waits, who should have what, and what comes of it against plain pull."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import anyio.to_thread

from assignments.planning.forecast import Forecast, forecast
from assignments.planning.planning import make_plan
from assignments.planning.rules import OnDuty, Plan, WaitingWork
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as

#: How much of what waits is planned, the first due first.
AT_MOST = 5000
#: How long a plan is good for.
GOOD_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """A plan and what it would come to; `state` stands for the line and the people that it was made for."""

    plan: Plan
    effect: Forecast | None
    people: Mapping[UUID, str]
    waiting: int
    state: str

    @property
    def counts(self) -> Mapping[UUID, int]:
        """How many entries each person would have."""
        return Counter(one.person_id for one in self.plan.planned)


async def find_on_duty(stage: Stage) -> list[tuple[UUID, str]]:
    """Who is on duty and not paused, by name; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT p.id, p.name FROM people_on_duty($1) d JOIN person p ON p.id = d.person_id ORDER BY p.name, p.id",
        stage.value,
    )
    return [(row["id"], row["name"]) for row in rows]


async def plan_shift(
    actor: Actor, *, stage: Stage, people: Sequence[UUID], until: datetime, now: datetime
) -> ShiftPlan:
    """Plan what waits for everybody over these people until a moment; what is kept already stays as it is."""
    async with acting_as(actor):
        work, on_duty, names = await _find_line(stage, people, minutes_left=max((until - now).total_seconds() / 60, 0))
    free = [one for one in work if one.preferred_person is None]
    plan, effect = await anyio.to_thread.run_sync(_solve, work, free, on_duty, now, until)
    return ShiftPlan(plan, effect, names, len(free), _state(on_duty, stage))


async def find_state(actor: Actor, *, stage: Stage, people: Sequence[UUID]) -> tuple[str, int]:
    """The state of the line for these people now, and how many of the entries that wait for everybody it has."""
    async with acting_as(actor):
        work, on_duty, _ = await _find_line(stage, people, minutes_left=0)
    return _state(on_duty, stage), sum(one.preferred_person is None for one in work)


async def _find_line(
    stage: Stage, people: Sequence[UUID], *, minutes_left: float
) -> tuple[list[WaitingWork], list[OnDuty], dict[UUID, str]]:
    rows = await DB.fetch(
        "SELECT d.person_id, d.lanes, p.name FROM people_on_duty($1) d JOIN person p ON p.id = d.person_id"
        " WHERE d.person_id = ANY ($2) ORDER BY p.name",
        stage.value, list(people),
    )  # fmt: skip
    on_duty = [OnDuty(row["person_id"], frozenset(row["lanes"]), minutes_left) for row in rows]
    entries = await DB.fetch(
        "SELECT id, lane_id, client_id, specialty, due_at, weight, minutes, preferred_person, barred FROM queue_entry"
        " WHERE state = 'waiting' AND stage = $1 ORDER BY due_at, id LIMIT $2",
        stage.value, AT_MOST,
    )  # fmt: skip
    work = [
        WaitingWork(row["id"], row["lane_id"], row["client_id"], row["specialty"], row["due_at"], row["weight"],
                    row["minutes"], row["preferred_person"], frozenset(row["barred"])) for row in entries
    ]  # fmt: skip
    return work, on_duty, {row["person_id"]: row["name"] for row in rows}


def _solve(
    work: Sequence[WaitingWork], free: Sequence[WaitingWork], people: Sequence[OnDuty], now: datetime, until: datetime
) -> tuple[Plan, Forecast | None]:
    if not people or not free:
        return Plan((), tuple(one.entry_id for one in free)), None
    plan = make_plan(free, people, now=now)
    return plan, forecast(work, people, plan, now=now, kept_until=until)


def _state(people: Sequence[OnDuty], stage: Stage) -> str:
    """Who works, and what each may take: a plan that was made for another state is of no use."""
    said = sorted(f"{one.person_id}:{sorted(one.lanes)}" for one in people)
    return sha256(f"{stage}{said}".encode()).hexdigest()[:32]

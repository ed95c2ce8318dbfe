"""Pull the next chart, keep it, give it back: every hand-over of a queue entry to a person and from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from assignments.moving import move_chart
from assignments.next_calls import call_for_next
from assignments.rules import LEASE, ChartState, Stage
from assignments.working.measuring import note_work
from auditing.access_log.actions import Action
from auditing.access_log.recording import RELEASE, record
from portal.actor import WORKER, Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.ids import new_id

LOST = (
    "You no longer hold this chart: its lease ran out, you gave it back, or a manager took it back. "
    "Your lines are kept, and come back if you get the chart again. Go to your start page and pull the next one."
)


class Outcome(StrEnum):
    """What came of a pull; `pull_next` in the database decides it."""

    PULLED = "pulled"
    AGAIN = "again"
    HELD = "held"
    SPENT = "spent"
    EMPTY = "empty"
    PAUSED = "paused"
    NO_CLIENT = "no_client"
    NO_SKILL = "no_skill"
    UNQUALIFIED = "unqualified"
    KEPT = "kept"
    BARRED = "barred"
    ELSEWHERE = "elsewhere"
    NOT_ALLOWED = "not_allowed"


#: What to tell whoever pulled; nobody is left with an empty desk and no reason.
SENTENCES = {
    Outcome.PULLED: "A new chart is yours.",
    Outcome.AGAIN: "This chart is already yours.",
    Outcome.HELD: "You already hold this chart. Finish it, or give it back, before you take another.",
    Outcome.SPENT: "That page was from before your last chart. Press the button once more for the next one.",
    Outcome.EMPTY: "Nothing waits in your specialties at your clients right now. New charts come in all day.",
    Outcome.PAUSED: "A manager has paused your work, so no new charts come to you. Ask them when it goes on.",
    Outcome.NO_CLIENT: "You have not been granted any client yet, so no chart may come to you. Ask your manager.",
    Outcome.NO_SKILL: "No specialty is noted for you yet, so no chart fits. Ask your manager to add yours.",
    Outcome.UNQUALIFIED: (
        "A credential, training or attestation that your clients ask for is missing, not verified yet, or has run out."
        " Your manager sees which one."
    ),
    Outcome.KEPT: "What waits is kept for somebody else for now. It comes to everybody when their time is over.",
    Outcome.BARRED: "What waits you had in hand already, or may not take a second time. New work comes in all day.",
    Outcome.ELSEWHERE: "Nothing waits in your worklists right now. Other lists have work: ask your manager.",
    Outcome.NOT_ALLOWED: "Your account may not take work of this kind. Ask your manager if you should.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody gives work back. `keeps_away`: their next pull must not bring it to them again."""

    text: str
    keeps_away: bool


RELEASE_REASONS = {
    "stopping": Reason("I have to stop now", keeps_away=False),
    "wrong-specialty": Reason("It is not my specialty", keeps_away=True),
    "too-difficult": Reason("It is beyond my experience", keeps_away=True),
    "unreadable": Reason("The pages cannot be read", keeps_away=True),
    "no-way-in": Reason("I cannot get into the client’s own system", keeps_away=True),
    "know-the-patient": Reason("I know the patient", keeps_away=True),
}


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of a pull, and what is held now; without a chart only the outcome and its sentence."""

    outcome: Outcome
    entry_id: UUID | None = None
    chart_id: UUID | None = None
    client_id: UUID | None = None
    fence: int = 0
    lease_until: datetime | None = None
    kept_until: datetime | None = None  # when the first chart that is kept for somebody else comes to everybody

    @property
    def sentence(self) -> str:
        """The outcome in words, for whoever pulled."""
        return SENTENCES[self.outcome]


@dataclass(frozen=True, slots=True)
class Hold:
    """A queue entry in somebody's hands. Every write names its fence."""

    entry_id: UUID
    chart_id: UUID
    client_id: UUID
    stage: Stage
    round: int
    fence: int
    pulled_at: datetime
    lease_until: datetime
    left: timedelta  # of the lease, by the database's clock; negative when it is over but not taken back yet


async def pull_next_chart(coder: Actor, *, request_id: UUID, now: datetime) -> Pulled:
    """Give the coder the next chart that is theirs to code; the same `request_id` gets the same answer."""
    return await pull(coder, stage=Stage.CODING, request_id=request_id, now=now)


async def pull(actor: Actor, *, stage: Stage, request_id: UUID, now: datetime) -> Pulled:
    """Give the actor the next entry of a stage. A chart that waited ready becomes assigned in the same transaction.

    Raises NotPermitted for anybody but coders and auditors.
    """
    if actor.kind not in (Kind.CODER, Kind.AUDITOR):
        raise NotPermitted
    origin = origin_of(actor, now=now)
    answer = await call_for_next(actor, stage=stage, request_id=request_id, origin=origin)
    if answer is None:  # it did not work out among others; alone it may wait, and tells why if it fails
        async with acting_as(actor):
            row = await DB.fetch_one(
                "SELECT * FROM pull_next($1, $2, $3, $4::jsonb)", stage.value, request_id, LEASE, origin
            )
        assert row is not None  # the function always answers
        answer = dict(row)
    return pulled_of(answer)


def origin_of(actor: Actor, *, now: datetime) -> str:
    """What the events of a pull say of where it came from, as JSON for the database, which writes them."""
    return json.dumps(
        {
            "action": Action.ASSIGNMENT_PULLED.value, "access_event": str(new_id()), "chart_event": str(new_id()),
            "now": now.isoformat(), "aal": actor.assurance, "release": RELEASE, "ip": actor.origin.ip,
            "agent": actor.origin.agent_hash, "session": actor.session_id and str(actor.session_id),
            "request": actor.origin.request_id and str(actor.origin.request_id),
        }
    )  # fmt: skip


def pulled_of(row: Mapping[str, Any]) -> Pulled:
    """The database's answer as a value."""
    return Pulled(
        Outcome(row["outcome"]), row["entry_id"], row["held_chart"], row["held_client"], row["held_fence"] or 0,
        row["held_until"], row["kept_until"],
    )  # fmt: skip


async def get_hold(actor: Actor, *, chart_id: UUID, stage: Stage) -> Hold:
    """What the actor holds of this chart; Conflict with a sentence if they do not hold it (any more)."""
    async with acting_as(actor):
        hold = await find_hold(chart_id=chart_id, stage=stage)
    if hold is None:
        raise Conflict(LOST)
    return hold


async def find_hold(*, chart_id: UUID, stage: Stage) -> Hold | None:
    """What whoever acts holds of this chart, read inside the current transaction."""
    row = await DB.fetch_one(_HOLD, chart_id, stage.value)
    return _hold(dict(row)) if row else None


async def lock_hold(*, chart_id: UUID, stage: Stage, fence: int) -> Hold:
    """The hold under this fence, locked until the current transaction ends: everybody who writes starts here.

    Raises Conflict if it is no longer theirs. The worker, who takes back what ran out, skips a locked row; the same
    person in another tab waits here.
    """
    row = await DB.fetch_one(_LOCKED_HOLD, chart_id, stage.value, fence)
    if row is None:
        raise Conflict(LOST)
    return _hold(dict(row))


_HOLD = (
    "SELECT a.queue_entry_id AS entry_id, a.chart_id, a.client_id, a.stage, e.round, a.fence, a.pulled_at,"
    " a.lease_until, a.lease_until - clock_timestamp() AS left"
    " FROM assignment a JOIN queue_entry e ON e.id = a.queue_entry_id"
    " WHERE a.chart_id = $1 AND a.stage = $2 AND a.person_id = acting_person()"
)
#: With its place in line locked as well: before the chart, as by everybody else.
_LOCKED_HOLD = _HOLD + " AND a.fence = $3 AND a.queue_entry_id = lock_my_place($1, $2, $3)"


def _hold(row: dict[str, object]) -> Hold:
    return Hold(**{**row, "stage": Stage(row["stage"])})  # type: ignore[arg-type]  # the columns are the fields


async def keep_assignment(actor: Actor, *, chart_id: UUID, stage: Stage, fence: int) -> timedelta:
    """Start the lease anew because its holder is at work; how long it now runs. Raises Conflict if it is lost."""
    async with acting_as(actor):
        return await extend_lease(chart_id=chart_id, stage=stage, fence=fence)


async def extend_lease(*, chart_id: UUID, stage: Stage, fence: int) -> timedelta:
    """Start the lease anew inside the current transaction: a sign of work. Raises Conflict if it is lost."""
    kept = await DB.execute(
        "UPDATE assignment SET lease_until = clock_timestamp() + $4"
        " WHERE chart_id = $1 AND stage = $2 AND fence = $3 AND person_id = acting_person()",
        chart_id, stage.value, fence, LEASE,
    )  # fmt: skip
    if not kept:
        raise Conflict(LOST)
    await note_work(chart_id)
    return LEASE


async def release_chart(
    actor: Actor, *, chart_id: UUID, fence: int, reason: str, now: datetime, stage: Stage = Stage.CODING
) -> None:
    """Give a chart back to the line, for one of RELEASE_REASONS; the draft is kept. Raises Invalid, Conflict."""
    given = RELEASE_REASONS.get(reason)
    if given is None:
        raise Invalid("Choose the reason for which you give this chart back.")
    async with acting_as(actor):
        hold = await lock_hold(chart_id=chart_id, stage=stage, fence=fence)
        # While it is still theirs: once the assignment has ended they no longer see the chart.
        await _record(actor, Action.ASSIGNMENT_RELEASED, chart_id, stage, fence, reason=reason)
        if stage is Stage.CODING:
            await _move_if(actor, chart_id, ChartState.ASSIGNED, ChartState.READY, now)
        await finish(hold, how="released", reason=reason, then="waiting", keep_away=given.keeps_away)


async def finish(
    hold: Hold, *, how: str = "submitted", reason: str | None = None, then: str = "done", keep_away: bool = False
) -> None:
    """End a hold inside the current transaction; raises Conflict if it is no longer theirs.

    `how` is submitted or released; the queue entry is `then` done, or waiting again. Afterwards whoever acts sees the
    chart only if it is theirs of record.
    """
    ended = await DB.value(
        "SELECT end_assignment($1, $2, $3, $4, $5, $6)", hold.entry_id, hold.fence, how, reason, then, keep_away
    )
    if not ended:
        raise Conflict(LOST)


async def return_expired(*, now: datetime, at_most: int = 100) -> int:
    """Put back in line what nobody kept, one transaction each; returns how many. For the worker, every few seconds."""
    for count in range(at_most):
        async with acting_as(WORKER):
            row = await DB.fetch_one("SELECT * FROM take_back_expired(1)")
            if row is None:
                return count
            stage = Stage(row["stage"])
            await _record(WORKER, Action.ASSIGNMENT_EXPIRED, row["chart_id"], stage, holder=row["person_id"])
            if stage is Stage.CODING:
                await _move_if(WORKER, row["chart_id"], ChartState.ASSIGNED, ChartState.READY, now)
    return at_most


async def _move_if(actor: Actor, chart_id: UUID, being: ChartState, to: ChartState, now: datetime) -> None:
    """Move the chart if it is in this state; one that is being corrected stays what it is, whoever holds it."""
    state = await DB.value("SELECT state FROM chart WHERE id = $1", chart_id)
    if state == being.value:
        await move_chart(actor, chart_id=chart_id, to=to, now=now)


async def _record(
    actor: Actor, action: Action, chart_id: UUID, stage: Stage, fence: int | None = None, *, reason: str | None = None,
    holder: UUID | None = None,
) -> None:  # fmt: skip
    chart = await DB.fetch_one("SELECT client_id, patient_id FROM chart WHERE id = $1", chart_id)
    if chart is None:
        raise NotFound
    details: dict[str, object] = {"stage": stage.value}
    if fence is not None:
        details["fence"] = fence
    if holder is not None:
        details["holder"] = str(holder)
    await record(
        actor, action, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
        patient_id=chart["patient_id"], reason=reason, details=details,
    )  # fmt: skip

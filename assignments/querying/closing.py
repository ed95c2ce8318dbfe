"""Close an answered query with its outcome; cancel one that nobody has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from assignments.pends.answering import answer_pend
from assignments.pends.rules import Outcome
from assignments.querying.history import tell
from assignments.querying.rules import CANCEL_REASONS, OUTCOMES, State, ensure_can_move
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Closed:
    """A query that is over, and its chart."""

    number: str
    chart_id: UUID


async def close_query(coder: Actor, *, query_id: UUID, outcome: str, now: datetime) -> Closed:
    """Close an answered query, now that the answer was used. Calm when repeated.

    Raises NotFound for a query that the coder neither asked nor holds the chart of, Conflict if it is not answered or
    was closed otherwise.
    """
    if outcome not in OUTCOMES:
        raise Invalid("Choose what came of the query.")
    async with acting_as(coder):
        row = await _lock(query_id)
        if row["state"] == State.CLOSED and row["outcome"] == outcome:
            return Closed(row["number"], row["chart_id"])
        ensure_can_move(State(row["state"]), State.CLOSED)
        await DB.execute(
            "UPDATE provider_query SET state = 'closed', closed_at = $2, outcome = $3 WHERE id = $1",
            query_id, now, outcome,
        )  # fmt: skip
        await _note(coder, row, "closed", outcome, now)
    return Closed(row["number"], row["chart_id"])


async def cancel_query(actor: Actor, *, query_id: UUID, reason: str, now: datetime) -> str:
    """Take an open query back: whoever asked it, or a manager. Its chart goes back to its coder; returns its number.

    Calm when it was cancelled before. Raises Invalid without a reason, Conflict if it was answered meanwhile.
    """
    if reason not in CANCEL_REASONS:
        raise Invalid("Choose why the query is taken back.")
    async with acting_as(actor):
        row = await _lock(query_id)
        if row["state"] == State.CANCELLED:
            return str(row["number"])
        ensure_can_move(State(row["state"]), State.CANCELLED)
        if actor.kind is Kind.CODER and row["asked_by"] != actor.person_id:
            raise Conflict("Only whoever asked, or a manager, takes a query back.")
        await DB.execute(
            "UPDATE provider_query SET state = 'cancelled', cancelled_at = $2, cancel_reason = $3 WHERE id = $1",
            query_id, now, reason,
        )  # fmt: skip
        await _note(actor, row, "cancelled", reason, now)
        if await DB.value("SELECT answered_at IS NULL AND ended_at IS NULL FROM pend WHERE id = $1", row["pend_id"]):
            await answer_pend(actor, pend_id=row["pend_id"], outcome=Outcome.WITHDRAWN, now=now)
    return str(row["number"])


async def _note(
    actor: Actor, row: Mapping[str, Any], kind: Literal["closed", "cancelled"], why: str, now: datetime
) -> None:
    await tell(
        actor, client_id=row["client_id"], chart_id=row["chart_id"], query_id=row["id"], kind=kind, now=now
    )  # fmt: skip
    await record(
        actor, Action.QUERY_CLOSED if kind == "closed" else Action.QUERY_CANCELLED, object_type="query",
        object_id=row["id"], client_id=row["client_id"], patient_id=row["patient_id"], reason=why,
        details={"chart": str(row["chart_id"])},
    )  # fmt: skip


async def _lock(query_id: UUID) -> Mapping[str, Any]:
    row = await DB.fetch_one(
        "SELECT id, number, client_id, chart_id, patient_id, pend_id, asked_by, state, outcome FROM provider_query"
        " WHERE id = $1 FOR UPDATE",
        query_id,
    )
    if row is None:
        raise NotFound
    return dict(row)

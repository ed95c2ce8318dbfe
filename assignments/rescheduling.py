"""A manager agrees another due time for one chart, for a reason, or that it is due as promised again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from assignments.due_times import change_due, lock_places
from assignments.events import tell
from assignments.hastening import CAN_HASTEN
from assignments.promises import stat_due_at
from assignments.rules import ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound

#: Why a chart is due at another time than was promised; words only, for free text could name a patient.
REASONS: Mapping[str, str] = {
    "client asked": "The client asked for it",
    "documents": "Its documents came in pieces",
    "volume": "More came than was agreed",
    "outage": "A system was down",
    "mistake": "The promise was computed from a mistake",
}
FARTHEST = timedelta(days=366)


async def agree_due_time(manager: Actor, *, chart_id: UUID, due: datetime, reason: str, now: datetime) -> None:
    """Let a chart be due at another time than promised, STAT or not. Calm if it is due then already for that reason.

    Raises NotFound, Invalid for a time that is past or more than a year ahead or a reason that is none, and Conflict
    once its codes are final or it was cancelled.
    """
    if reason not in REASONS:
        raise Invalid("Choose why it is due at another time: the reason is kept with the chart.")
    if not now < due <= now + FARTHEST:
        raise Invalid("A due time lies ahead, by a year at most. Choose a later or an earlier one.")
    async with acting_as(manager):
        await lock_places(chart_id)
        chart = await _lock(chart_id)
        if chart["agreed_due_at"] == chart["due_at"] == due:
            return
        await DB.execute("UPDATE chart SET agreed_due_at = $2 WHERE id = $1", chart_id, due)
        await _change(manager, chart_id, chart, due=due, kind="due_agreed", reason=reason, now=now)


async def keep_promise(manager: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Let a chart be due as promised again: by its service line's hours, or its STAT hours. Calm if it is.

    Raises NotFound, and Conflict once its codes are final or it was cancelled.
    """
    async with acting_as(manager):
        await lock_places(chart_id)
        chart = await _lock(chart_id)
        if chart["agreed_due_at"] is None:
            return
        due: datetime = chart["promised_due_at"]
        if chart["stat_requested_at"]:
            due = stat_due_at(chart["stat_requested_at"], stat_hours=chart["stat_hours"], due=due)
        await DB.execute("UPDATE chart SET agreed_due_at = NULL WHERE id = $1", chart_id)
        await _change(manager, chart_id, chart, due=due, kind="due_as_promised", reason="as promised", now=now)


async def _lock(chart_id: UUID) -> asyncpg.Record:
    """The chart's row, locked; raises Conflict unless a due time still means something for it."""
    row = await DB.fetch_one(
        "SELECT c.client_id, c.patient_id, c.state, c.due_at, c.promised_due_at, c.agreed_due_at, c.stat_requested_at,"
        " s.stat_hours FROM chart c JOIN service_line s ON s.id = c.service_line_id WHERE c.id = $1 FOR UPDATE OF c",
        chart_id,
    )
    if row is None:
        raise NotFound
    if ChartState(row["state"]) not in CAN_HASTEN:
        raise Conflict("This chart is out of our hands already, so it has no due time to change. Reload the page.")
    return row


async def _change(
    manager: Actor, chart_id: UUID, chart: asyncpg.Record, *, due: datetime, kind: str, reason: str, now: datetime
) -> None:
    await change_due(chart_id, due=due, now=now)
    await tell(
        manager, kind=kind, client_id=chart["client_id"], chart_id=chart_id, from_state=chart["state"],
        to_state=chart["state"], now=now,
        details={"reason": reason, "was_due_at": chart["due_at"].isoformat(), "due_at": due.isoformat()},
    )  # fmt: skip
    await record(
        manager, Action.CHART_RESCHEDULED, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
        patient_id=chart["patient_id"], reason=reason,
    )  # fmt: skip

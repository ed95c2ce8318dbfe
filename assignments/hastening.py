"""A chart that cannot wait, or no longer: its clock starts anew by one rule, and its place in line follows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.events import tell
from assignments.promises import due_at, stat_due_at
from assignments.rules import STAT_WEIGHT, ChartState, rank
from assignments.worklists.placing import SORT_ANEW
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.jobs import put_in_line

#: The states in which haste still changes something.
CAN_HASTEN = frozenset(
    {ChartState.RECEIVED, ChartState.POSSIBLE_DUPLICATE, ChartState.READY, ChartState.ASSIGNED, ChartState.PENDED,
     ChartState.CODED, ChartState.CORRECTING}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Haste:
    """What a change to STAT or back would do to a chart, said before it is done."""

    is_stat: bool
    can_change: bool
    stat_hours: int
    promise_hours: int
    stat_percent: str  # the surcharge in force, as words; empty for none


async def change_haste(actor: Actor, *, chart_id: UUID, is_stat: bool, now: datetime) -> datetime:
    """Make a chart STAT, or ordinary again, and return when it is due now. Calm if it is so already.

    STAT is due at the moment of the request plus the service line's STAT hours, never later than it was due. Ordinary
    again, it is due when it would have been without the request. Raises NotFound, and Conflict once its codes are final
    or it was cancelled.
    """
    async with acting_as(actor):
        # The place in line before the chart, as a pull does: the other way round the two could wait in a ring.
        await DB.execute(
            "SELECT id FROM queue_entry WHERE chart_id = $1 AND state IN ('waiting', 'held') ORDER BY id FOR UPDATE",
            chart_id,
        )
        row = await DB.fetch_one(
            "SELECT c.client_id, c.patient_id, c.state, c.is_stat, c.counts_from, c.due_at, s.promise_hours,"
            " s.stat_hours, s.minutes, k.weight FROM chart c JOIN service_line s ON s.id = c.service_line_id"
            " JOIN client k ON k.id = c.client_id WHERE c.id = $1 FOR UPDATE OF c",
            chart_id,
        )
        if row is None:
            raise NotFound
        if row["is_stat"] == is_stat:
            unchanged: datetime = row["due_at"]
            return unchanged
        if ChartState(row["state"]) not in CAN_HASTEN:
            raise Conflict("This chart is out of our hands already, so haste would change nothing. Reload the page.")
        due = due_at(row["counts_from"], promise_hours=row["promise_hours"])
        if is_stat:
            due = stat_due_at(now, stat_hours=row["stat_hours"], due=row["due_at"])
        await DB.execute(
            "UPDATE chart SET is_stat = $2, due_at = $3, stat_requested_at = $4 WHERE id = $1",
            chart_id, is_stat, due, now if is_stat else None,
        )  # fmt: skip
        weight = float(row["weight"]) * (STAT_WEIGHT if is_stat else 1.0)
        await DB.execute(
            "UPDATE queue_entry SET due_at = $2, rank = $3 WHERE chart_id = $1 AND state IN ('waiting', 'held')",
            chart_id, due, rank(due, weight=weight, minutes=float(row["minutes"])),
        )  # fmt: skip
        await put_in_line(SORT_ANEW, chart_id)  # its list may be another one now
        await tell(
            actor, kind="hastened" if is_stat else "unhurried", client_id=row["client_id"], chart_id=chart_id,
            from_state=row["state"], to_state=row["state"], now=now,
            details={"was_due_at": row["due_at"].isoformat(), "due_at": due.isoformat()},
        )  # fmt: skip
        await record(
            actor, Action.CHART_HASTENED, object_type="chart", object_id=chart_id, client_id=row["client_id"],
            patient_id=row["patient_id"], details={"stat": is_stat},
        )  # fmt: skip
    return due


async def get_haste(chart_id: UUID, *, now: datetime) -> Haste:
    """What a change to STAT or back would do; inside the current transaction. Raises NotFound."""
    row = await DB.fetch_one(
        "SELECT c.state, c.is_stat, s.stat_hours, s.promise_hours,"
        " (SELECT r.stat_percent FROM rate r WHERE r.service_line_id = s.id"
        "    AND r.effective_on <= ($2::timestamptz AT TIME ZONE k.time_zone)::date"
        "  ORDER BY r.effective_on DESC LIMIT 1) AS percent"
        " FROM chart c JOIN service_line s ON s.id = c.service_line_id JOIN client k ON k.id = c.client_id"
        " WHERE c.id = $1",
        chart_id, now,
    )  # fmt: skip
    if row is None:
        raise NotFound
    percent = f"{row['percent'].normalize():f} %" if row["percent"] else ""
    return Haste(
        row["is_stat"], ChartState(row["state"]) in CAN_HASTEN, row["stat_hours"], row["promise_hours"], percent
    )

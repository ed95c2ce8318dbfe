"""Close a chart as not codable, from the desk or because nobody answered."""

from datetime import datetime
from uuid import UUID

from assignments.moving import move_chart
from assignments.pends.reasons import get_reason
from assignments.pends.rules import LONGEST_NOTE
from assignments.pulling import finish, lock_hold
from assignments.rules import ChartState, Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field

#: What stands as the reason when a question was not answered until its last day.
NO_ANSWER = "No answer in time"


async def close_not_codable(
    coder: Actor, *, chart_id: UUID, fence: int, reason_id: UUID, note: str = "", now: datetime
) -> str:
    """Close a chart that the coder holds: there is nothing to code. Its number; with the same fence again nothing more.

    Raises Conflict if the chart is no longer theirs or is being corrected, Invalid for a reason that is not offered.
    """
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"This is too long: keep the note within {LONGEST_NOTE:,} characters.")
    async with acting_as(coder):
        try:
            hold = await lock_hold(chart_id=chart_id, stage=Stage.CODING, fence=fence)
        except Conflict:
            if not await DB.value(
                "SELECT 1 FROM not_codable WHERE chart_id = $1 AND fence = $2 AND decided_by = acting_person()",
                chart_id, fence,
            ):  # fmt: skip
                raise
            return "The chart"
        number = await DB.value("SELECT number FROM chart WHERE id = $1", chart_id)
        reason = await get_reason(reason_id, client_id=hold.client_id, use="not codable")
        await move_chart(
            coder, chart_id=chart_id, to=ChartState.NOT_CODABLE, now=now, details={"reason": str(reason_id)}
        )
        row_id = new_id()
        key = await get_active_key(hold.client_id)
        await DB.execute(
            "INSERT INTO not_codable (id, client_id, chart_id, reason_id, reason, note_sealed, decided_by, decided_at,"
            " queue_entry_id, fence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            row_id, hold.client_id, chart_id, reason.id, reason.name,
            seal_field(key, "not_codable.note", row_id, note) if note else None, coder.person_id, now, hold.entry_id,
            fence,
        )  # fmt: skip
        await finish(hold, how="not codable", reason=reason.name)
    return str(number)


async def close_unanswered(worker: Actor, *, pend_id: UUID, client_id: UUID, chart_id: UUID, now: datetime) -> None:
    """Close a chart whose question nobody answered, inside the current transaction."""
    await move_chart(
        worker, chart_id=chart_id, to=ChartState.NOT_CODABLE, now=now, details={"pend": str(pend_id), "reason": None}
    )
    await DB.execute(
        "INSERT INTO not_codable (id, client_id, chart_id, reason, pend_id, decided_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(), client_id, chart_id, NO_ANSWER, pend_id, now,
    )  # fmt: skip

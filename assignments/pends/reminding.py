"""What time does to a pend: reminders, and the last resort when nobody answers. For the worker, every minute."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.pends.closing import close_unanswered
from assignments.pends.ending import back_in_line, close_pend, lock_pend, note_step
from assignments.pends.rules import LastResort, Outcome, next_step
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import DB, acting_as


async def take_steps(*, now: datetime | None = None, at_most: int = 200) -> int:
    """Remind of, or end, every pend whose time has come, one transaction each; how many."""
    now = now or utc_now()
    async with acting_as(WORKER):
        rows = await DB.fetch(
            "SELECT id FROM pend WHERE next_step_at <= $1 AND ended_at IS NULL AND answered_at IS NULL"
            " ORDER BY next_step_at LIMIT $2",
            now, at_most,
        )  # fmt: skip
    return sum([await _take_step(row["id"], now) for row in rows])


async def _take_step(pend_id: UUID, now: datetime) -> bool:
    async with acting_as(WORKER):
        pend = await lock_pend(pend_id)
        # Somebody may have answered while we waited for the row.
        if pend is None or pend["ended_at"] or pend["answered_at"] or not pend["next_step_at"]:
            return False
        if pend["next_step_at"] > now:
            return False
        if pend["due_at"] and pend["due_at"] <= now:
            await _end(pend, now)
        else:
            await _remind(pend, now)
        return True


async def _remind(pend: Mapping[str, Any], now: datetime) -> None:
    """One reminder, however many were missed while nobody worked."""
    reminded = sum(moment <= now for moment in pend["remind_at"])
    await DB.execute(
        "UPDATE pend SET reminded = $2, next_step_at = $3 WHERE id = $1",
        pend["id"], reminded, next_step(pend["remind_at"], reminded, pend["due_at"]),
    )  # fmt: skip
    await note_step(WORKER, pend, kind="reminder", now=now)
    await record(
        WORKER, Action.PEND_REMINDED, object_type="pend", object_id=pend["id"], client_id=pend["client_id"],
        patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", pend["chart_id"]),
        details={"chart": str(pend["chart_id"]), "reminder": reminded},
    )  # fmt: skip


async def _end(pend: Mapping[str, Any], now: datetime) -> None:
    await note_step(WORKER, pend, kind="last resort", now=now)
    if pend["last_resort"] == LastResort.AS_IS:
        await back_in_line(WORKER, pend, outcome=Outcome.AS_IS, now=now)
    else:
        await close_unanswered(
            WORKER, pend_id=pend["id"], client_id=pend["client_id"], chart_id=pend["chart_id"], now=now
        )
        await close_pend(pend["id"], outcome=Outcome.NOT_CODABLE, now=now)

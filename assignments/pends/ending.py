"""End a pend: its chart is put in line again, kept for whoever had it, and then for everybody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.events import tell
from assignments.lining_up import line_up
from assignments.moving import move_chart
from assignments.pends.answering import END_PEND
from assignments.pends.rules import Outcome, next_step
from assignments.promising import kept_until
from assignments.rules import ChartState, Stage
from portal.actor import WORKER, Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.jobs import put_in_line


async def end_answered(pend_id: UUID, *, now: datetime | None = None) -> None:
    """End a pend that was answered, once its documents are checked. Calm when repeated; the worker's job."""
    async with acting_as(WORKER):
        await end_pend(WORKER, pend_id=pend_id, now=now or utc_now())


async def end_pend(worker: Actor, *, pend_id: UUID, now: datetime) -> bool:
    """Put the chart of an answered pend back in line inside the current transaction; True if that was done.

    Not while a document that answers it is being checked. If none of them can be read and there are no words either,
    nothing is answered: it waits on.
    """
    row = await lock_pend(pend_id)
    if row is None or row["answered_at"] is None or row["ended_at"] is not None:
        return False
    said = await DB.fetch_one(
        "SELECT s.is_wordless AS wordless, s.kind,"
        " count(d.*) FILTER (WHERE d.state = 'received')::int AS waiting,"
        " count(d.*) FILTER (WHERE d.state = 'ready')::int AS ready, cardinality(s.documents) AS sent"
        " FROM pend_step s LEFT JOIN document d ON d.client_id = s.client_id AND d.id = ANY (s.documents)"
        " WHERE s.pend_id = $1 AND s.kind IN ('answer', 'withdrawal') GROUP BY s.id"
        " ORDER BY s.recorded_at DESC LIMIT 1",
        pend_id,
    )
    if said and said["waiting"]:
        return False
    if said and said["sent"] and not said["ready"] and said["wordless"]:
        await _wait_on(worker, row, now=now)
        return False
    await back_in_line(worker, row, outcome=Outcome(row["outcome"]), now=row["answered_at"])
    return True


async def lock_pend(pend_id: UUID) -> Mapping[str, Any] | None:
    """A pend, locked inside the current transaction after its chart: the order of everybody who ends one."""
    chart_id = await DB.value("SELECT chart_id FROM pend WHERE id = $1", pend_id)
    await DB.execute("SELECT 1 FROM chart WHERE id = $1 FOR NO KEY UPDATE", chart_id)
    row = await DB.fetch_one(
        "SELECT id, client_id, chart_id, owner, queue_entry_id, opened_by, remind_at, reminded, due_at, last_resort,"
        " answered_at, ended_at, outcome, next_step_at FROM pend WHERE id = $1 FOR UPDATE",
        pend_id,
    )
    return dict(row) if row else None


async def back_in_line(worker: Actor, pend: Mapping[str, Any], *, outcome: Outcome, now: datetime) -> None:
    """Put a pended chart in line for whoever set it aside; whom its place was barred from stays barred."""
    await move_chart(
        worker, chart_id=pend["chart_id"], to=ChartState.READY, now=now,
        details={"pend": str(pend["id"]), "owner": pend["owner"], "outcome": outcome.value},
    )  # fmt: skip
    barred = await DB.value("SELECT barred FROM queue_entry WHERE id = $1", pend["queue_entry_id"])
    await line_up(
        worker, chart_id=pend["chart_id"], stage=Stage.CODING, now=now, barred=barred, preferred=pend["opened_by"],
        preferred_until=await kept_until(pend["chart_id"]),
    )  # fmt: skip
    await close_pend(pend["id"], outcome=outcome, now=now)


async def close_pend(pend_id: UUID, *, outcome: Outcome, now: datetime) -> None:
    """Note that a pend is over, inside the current transaction."""
    await DB.execute(
        "UPDATE pend SET ended_at = $2, outcome = $3, next_step_at = NULL WHERE id = $1", pend_id, now, outcome.value
    )


async def end_if_answered(chart_id: UUID) -> None:
    """Look at a chart's pend once more, now that a document of it is decided; inside the current transaction."""
    pend_id = await DB.value(
        "SELECT id FROM pend WHERE chart_id = $1 AND answered_at IS NOT NULL AND ended_at IS NULL", chart_id
    )
    if pend_id is not None:
        await put_in_line(END_PEND, UUID(bytes=pend_id.bytes))


async def _wait_on(worker: Actor, pend: Mapping[str, Any], *, now: datetime) -> None:
    await DB.execute(
        "UPDATE pend SET answered_at = NULL, answered_by = NULL, outcome = NULL, next_step_at = $2 WHERE id = $1",
        pend["id"], next_step(pend["remind_at"], pend["reminded"], pend["due_at"]),
    )  # fmt: skip
    await note_step(worker, pend, kind="unreadable", now=now)


async def note_step(worker: Actor, pend: Mapping[str, Any], *, kind: str, now: datetime) -> None:
    """Write what nobody did but time, as the pend's history and as a chart event; in the current transaction."""
    await DB.execute(
        "INSERT INTO pend_step (id, client_id, chart_id, pend_id, kind, happened_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(), pend["client_id"], pend["chart_id"], pend["id"], kind, now,
    )  # fmt: skip
    await tell(
        worker, kind=f"pend {kind}", client_id=pend["client_id"], chart_id=pend["chart_id"],
        from_state=ChartState.PENDED.value, to_state=ChartState.PENDED.value, now=now,
        details={"pend": str(pend["id"])},
    )  # fmt: skip

"""What time does to open queries: reminded, escalated, and taken back when their charts wait no more. For the worker."""

from datetime import datetime

import asyncpg

from assignments.querying.history import Kind, tell
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import DB, acting_as


async def age_queries(*, now: datetime | None = None, at_most: int = 500) -> int:
    """Take every step whose time has come, each once, in one transaction; how many.

    A query whose chart waits no more, because the client's last resort came, is taken back without an answer.
    """
    now = now or utc_now()
    async with acting_as(WORKER):
        ended = await DB.fetch(_END, now, at_most)
        await _note(ended, "cancelled", Action.QUERY_CANCELLED, now)
        reminded = await DB.fetch(_REMIND, now, at_most)
        await _note(reminded, "reminded", Action.QUERY_REMINDED, now)
        escalated = await DB.fetch(_ESCALATE, now, at_most)
        await _note(escalated, "escalated", Action.QUERY_ESCALATED, now)
    return len(ended) + len(reminded) + len(escalated)


# Whoever answers at the same moment is not waited for: their query is passed over.
_END = (
    "UPDATE provider_query SET state = 'cancelled', cancelled_at = $1, cancel_reason = 'no answer' WHERE id IN ("
    " SELECT q.id FROM provider_query q JOIN pend p ON p.id = q.pend_id"
    " WHERE q.state = 'open' AND p.ended_at IS NOT NULL ORDER BY q.id LIMIT $2 FOR UPDATE OF q SKIP LOCKED)"
    " RETURNING id, client_id, chart_id, patient_id"
)
_REMIND = (
    "UPDATE provider_query SET reminded_at = $1 WHERE id IN ("
    " SELECT id FROM provider_query WHERE state = 'open' AND remind_at <= $1 AND reminded_at IS NULL"
    " ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, client_id, chart_id, patient_id"
)
_ESCALATE = (
    "UPDATE provider_query SET escalated_at = $1 WHERE id IN ("
    " SELECT id FROM provider_query WHERE state = 'open' AND escalate_at <= $1 AND escalated_at IS NULL"
    " ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, client_id, chart_id, patient_id"
)


async def _note(rows: list[asyncpg.Record], kind: Kind, action: Action, now: datetime) -> None:
    for row in rows:
        await tell(
            WORKER, client_id=row["client_id"], chart_id=row["chart_id"], query_id=row["id"], kind=kind, now=now
        )
        await record(
            WORKER, action, object_type="query", object_id=row["id"], client_id=row["client_id"],
            patient_id=row["patient_id"], details={"chart": str(row["chart_id"])},
        )  # fmt: skip

"""Propose what is due, and purge it after the grace period: pages, texts and originals go; rows, codings, logs stay."""

from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.retention.deliveries import destroy_finished_deliveries
from assignments.retention.rules import GRACE
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.ids import new_id
from storage.deleting import delete_blobs, destroy_blobs

_MOST_PROPOSED = 5000

#: Documents whose years are over, of charts that are done. $2 narrows to one run's, when it is looked at again. Until a
#: dispute is settled a chart is no longer delivered, and a hold keeps what it holds.
_DUE = """
  WITH rule AS (SELECT DISTINCT ON (client_id) client_id, years, basis FROM retention_rule
                 ORDER BY client_id, set_at DESC, id DESC)
  SELECT d.id, d.client_id, d.chart_id
    FROM rule r JOIN client k ON k.id = r.client_id
    JOIN chart c ON c.client_id = r.client_id AND c.state IN ('delivered', 'cancelled', 'not_codable')
    JOIN document d ON d.client_id = c.client_id AND d.chart_id = c.id
    LEFT JOIN purge_item i ON i.document_id = d.id
   WHERE i.purged_at IS NULL AND i.run_id IS NOT DISTINCT FROM $2::uuid AND NOT is_on_hold(d.client_id, d.id)
     AND make_interval(years => r.years) + CASE r.basis WHEN 'closing' THEN k.closed_at ELSE greatest(d.received_at,
           c.delivered_at, (SELECT max(e.happened_at) FROM chart_event e WHERE e.chart_id = c.id)) END <= $1
   ORDER BY d.client_id, d.id LIMIT $3
"""


async def keep_retention() -> None:
    """The worker's round: propose what is due, purge what waited long enough, and what finished deliveries were."""
    now = utc_now()
    await propose_purges(now=now)
    await purge_proposed(now=now)
    while await destroy_finished_deliveries(now=now):
        pass
    while await delete_blobs(WORKER):
        pass


async def propose_purges(*, now: datetime) -> int:
    """Propose every document that is due and not proposed yet, one run for each client; returns how many documents."""
    async with acting_as(WORKER):
        await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended('propose purges', 15))")
        due: dict[UUID, list[asyncpg.Record]] = {}
        for row in await DB.fetch(_DUE, now, None, _MOST_PROPOSED):
            due.setdefault(row["client_id"], []).append(row)
        for client_id, rows in due.items():
            run_id = new_id()
            await DB.execute(
                "INSERT INTO purge_run (id, client_id, kind, proposed_at, purge_from, proposed_count)"
                " VALUES ($1, $2, 'retention', $3, $4, $5)",
                run_id, client_id, now, now + GRACE, len(rows),
            )  # fmt: skip
            await add_items(run_id, client_id, rows)
    return sum(len(rows) for rows in due.values())


async def add_items(run_id: UUID, client_id: UUID, rows: list[asyncpg.Record]) -> None:
    """Put documents into a run, inside the current transaction."""
    await DB.execute(
        "INSERT INTO purge_item (document_id, client_id, chart_id, run_id)"
        " SELECT i.document_id, $2, i.chart_id, $1 FROM unnest($3::uuid[], $4::uuid[]) AS i (document_id, chart_id)",
        run_id, client_id, [row["id"] for row in rows], [row["chart_id"] for row in rows],
    )  # fmt: skip


async def purge_proposed(*, now: datetime) -> int:
    """Purge the runs whose grace period is over; returns how many. What is held or not due any more is left out.

    What is left out can be proposed again.
    """
    async with acting_as(WORKER):
        runs = await DB.fetch(
            "SELECT id FROM purge_run WHERE kind = 'retention' AND finished_at IS NULL AND purge_from <= $1", now
        )
    for run in runs:
        async with acting_as(WORKER):
            await DB.execute("SELECT id FROM purge_run WHERE id = $1 FOR UPDATE", run["id"])
            due = await DB.fetch(_DUE, now, run["id"], None)
            await DB.execute(
                "DELETE FROM purge_item WHERE run_id = $1 AND purged_at IS NULL AND document_id <> ALL ($2::uuid[])",
                run["id"], [row["id"] for row in due],
            )  # fmt: skip
        await purge_items(run["id"], now=now)
    return len(runs)


async def purge_items(run_id: UUID, *, now: datetime) -> None:
    """Destroy the documents of a run, one transaction each, and close it with its counts. Calm when repeated.

    PostgreSQL refuses a document that was put under hold at this moment; the run then stays open.
    """
    async with acting_as(WORKER):
        rows = await DB.fetch(
            "SELECT document_id FROM purge_item WHERE run_id = $1 AND purged_at IS NULL ORDER BY document_id", run_id
        )
    for row in rows:
        await _purge_document(row["document_id"], now)
    while await delete_blobs(WORKER):
        pass
    async with acting_as(WORKER):
        await DB.execute(
            "UPDATE purge_run SET finished_at = $2, document_count = i.documents, object_count = i.objects,"
            " byte_count = i.bytes FROM (SELECT count(*) AS documents, coalesce(sum(object_count), 0) AS objects,"
            "  coalesce(sum(byte_count), 0) AS bytes FROM purge_item WHERE run_id = $1) i"
            " WHERE id = $1 AND finished_at IS NULL",
            run_id, now,
        )  # fmt: skip


async def _purge_document(document_id: UUID, now: datetime) -> None:
    async with acting_as(WORKER):
        item = await DB.fetch_one(
            "SELECT i.client_id, i.chart_id, c.patient_id FROM purge_item i JOIN chart c ON c.id = i.chart_id"
            " WHERE i.document_id = $1 AND i.purged_at IS NULL FOR UPDATE OF i",
            document_id,
        )
        if item is None:
            return
        gone = await destroy_blobs([document_id])
        await DB.execute("DELETE FROM document_signature WHERE document_id = $1", document_id)
        await DB.execute(
            "UPDATE purge_item SET purged_at = $2, object_count = $3, byte_count = $4 WHERE document_id = $1",
            document_id, now, gone.objects, gone.sealed_bytes,
        )  # fmt: skip
        await record(
            WORKER, Action.DOCUMENT_PURGED, object_type="document", object_id=document_id, client_id=item["client_id"],
            patient_id=item["patient_id"], details={"chart": str(item["chart_id"]), "objects": gone.objects},
        )  # fmt: skip

"""A client leaves: it is closed, and once it was given everything, its documents are destroyed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.retention.deliveries import destroy_leftovers, ensure_nothing_is_taken_in
from assignments.retention.holds import ensure_not_held
from assignments.retention.purging import add_items, purge_items
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id


@dataclass(frozen=True, slots=True)
class Purged:
    """The record of a purge, as a certificate of destruction cites it."""

    run_id: UUID
    finished_at: datetime
    documents: int
    objects: int
    sealed_bytes: int
    manifest_sha256: str  # of the export that the client was given


async def close_client(administrator: Actor, *, client_id: UUID, now: datetime) -> None:
    """Close a client: its people sign in no more. Calm when repeated; NotFound for an unknown client."""
    async with acting_as(administrator):
        if await DB.value("SELECT id FROM client WHERE id = $1", client_id) is None:
            raise NotFound
        if await DB.execute("UPDATE client SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL", client_id, now):
            await record(
                administrator, Action.CLIENT_CLOSED, object_type="client", object_id=client_id, client_id=client_id
            )


async def purge_client(*, client_id: UUID, now: datetime) -> Purged:
    """Destroy every document of a closed client, and whatever else is stored for it; returns the record of it.

    Goes on where an earlier try ended. Raises UnderHold under a legal hold, and Conflict for a client that is open,
    whose charts or deliveries are still in work, or whose last export lacks something.
    """
    async with acting_as(WORKER):
        await ensure_not_held(client_id)
        await ensure_nothing_is_taken_in(client_id)
        run_id = await DB.value(
            "SELECT id FROM purge_run WHERE client_id = $1 AND kind = 'exit' ORDER BY proposed_at DESC LIMIT 1",
            client_id,
        )
        left = await DB.value(_LEFT, client_id)
        if run_id is None or left:
            run_id = await _propose(client_id, now)
    beside = await destroy_leftovers(client_id)
    await purge_items(run_id, now=now)
    async with acting_as(WORKER):
        row = await DB.fetch_one(
            "SELECT r.finished_at, r.document_count, r.object_count, r.byte_count, x.manifest_sha256"
            " FROM purge_run r JOIN client_export x ON x.id = r.export_id WHERE r.id = $1",
            run_id,
        )
        assert row is not None
        await record(
            WORKER, Action.CLIENT_PURGED, object_type="client", object_id=client_id, client_id=client_id,
            details={"run": str(run_id), "documents": row["document_count"], "beside": beside,
                     "manifest": row["manifest_sha256"]},
        )  # fmt: skip
    return Purged(
        run_id, row["finished_at"], row["document_count"], row["object_count"], row["byte_count"],
        row["manifest_sha256"],
    )  # fmt: skip


async def get_exit_purge(client_id: UUID) -> Purged | None:
    """The last finished purge of a leaving client, None if there is none; inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT r.id, r.finished_at, r.document_count, r.object_count, r.byte_count, x.manifest_sha256"
        " FROM purge_run r JOIN client_export x ON x.id = r.export_id"
        " WHERE r.client_id = $1 AND r.finished_at IS NOT NULL ORDER BY r.finished_at DESC LIMIT 1",
        client_id,
    )
    return Purged(*row.values()) if row else None


async def _propose(client_id: UUID, now: datetime) -> UUID:
    """Make the run of every document that is left, inside the current transaction."""
    client = await DB.fetch_one("SELECT name, closed_at FROM client WHERE id = $1", client_id)
    if client is None:
        raise NotFound
    if client["closed_at"] is None:
        raise Conflict(f"{client['name']} is not closed. Close it first; its people then sign in no more.")
    open_charts = await DB.value(
        "SELECT count(*) FROM chart WHERE client_id = $1 AND state NOT IN ('delivered', 'cancelled', 'not_codable')",
        client_id,
    )
    if open_charts:
        charts = "1 chart is" if open_charts == 1 else f"{open_charts} charts are"
        raise Conflict(
            f"{client['name']}: {charts} still in work. Let them be delivered or found not codable, then export again."
        )
    export = await DB.fetch_one(
        "SELECT id, made_at >= coalesce((SELECT max(received_at) FROM document WHERE client_id = $1), made_at)"
        " AS has_documents, made_at >= coalesce((SELECT max(delivered_at) FROM chart WHERE client_id = $1), made_at)"
        " AS has_codes FROM client_export WHERE client_id = $1 ORDER BY made_at DESC LIMIT 1",
        client_id,
    )
    if export is None:
        raise Conflict(f"{client['name']} was not given its documents yet. Export them first.")
    if not export["has_documents"]:
        raise Conflict(f"Documents of {client['name']} came in after its last export. Export them again first.")
    if not export["has_codes"]:
        raise Conflict(f"Codes of {client['name']} were delivered after its last export. Export them again first.")
    rows = await DB.fetch(
        "SELECT d.id, d.chart_id FROM document d LEFT JOIN purge_item i ON i.document_id = d.id AND i.purged_at"
        " IS NOT NULL WHERE d.client_id = $1 AND i.document_id IS NULL",
        client_id,
    )
    # What a retention run has proposed goes with the client.
    await DB.execute("DELETE FROM purge_item WHERE client_id = $1 AND purged_at IS NULL", client_id)
    run_id = new_id()
    await DB.execute(
        "INSERT INTO purge_run (id, client_id, kind, proposed_at, purge_from, proposed_count, export_id)"
        " VALUES ($1, $2, 'exit', $3, $3, $4, $5)",
        run_id, client_id, now, len(rows), export["id"],
    )  # fmt: skip
    await add_items(run_id, client_id, rows)
    return run_id


_LEFT = """
  SELECT count(*) FROM document d LEFT JOIN purge_item i ON i.document_id = d.id
    LEFT JOIN purge_run r ON r.id = i.run_id
   WHERE d.client_id = $1 AND i.purged_at IS NULL AND (r.id IS NULL OR r.kind = 'retention')
"""

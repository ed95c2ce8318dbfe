"""What a client may send, and how much of it is used; a manager changes it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from assignments.intake.rules import DEFAULT_LIMITS, Limits, Used, quota_refusal
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid

A_DAY = timedelta(hours=24)


class QuotaFull(Invalid):
    """More was sent than may be; the sentence says which limit it is and who can raise it."""


async def get_limits(client_id: UUID) -> Limits:
    """The limits of a client, read inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT file_bytes, files, pages, upload_bytes, person_day_bytes, client_day_bytes, stored_bytes"
        " FROM intake_limit WHERE client_id = $1",
        client_id,
    )
    return Limits(**row) if row else DEFAULT_LIMITS


async def find_limits(person: Actor, *, client_id: UUID) -> Limits:
    """The limits of a client, for its people and for managers."""
    async with acting_as(person):
        return await get_limits(client_id)


async def change_limits(manager: Actor, *, client_id: UUID, limits: Limits, now: datetime) -> None:
    """Let other limits hold for a client from now on; what has arrived already stays."""
    values = asdict(limits)
    async with acting_as(manager):
        before = asdict(await get_limits(client_id))
        await DB.execute(
            "INSERT INTO intake_limit (client_id, file_bytes, files, pages, upload_bytes, person_day_bytes,"
            " client_day_bytes, stored_bytes, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            " ON CONFLICT (client_id) DO UPDATE SET file_bytes = $2, files = $3, pages = $4, upload_bytes = $5,"
            " person_day_bytes = $6, client_day_bytes = $7, stored_bytes = $8, changed_at = $9, changed_by = $10",
            client_id, *values.values(), now, manager.person_id,
        )  # fmt: skip
        await record(
            manager, Action.CLIENT_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
            changes=sorted(name for name in values if values[name] != before[name]),
        )  # fmt: skip


async def ensure_room(person: Actor, *, client_id: UUID, size: int) -> None:
    """Raise QuotaFull if `size` more bytes are more than the person or the client may send, inside the transaction.

    Two uploads of one client that ask at once come one after the other here, so that both see what the other took.
    """
    await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"intake of {client_id}")
    refusal = quota_refusal(await get_limits(client_id), await _used(person, client_id), size)
    if refusal:
        raise QuotaFull(refusal)


async def _used(person: Actor, client_id: UUID) -> Used:
    row = await DB.fetch_one(
        "SELECT coalesce((SELECT sum(b.plain_size) FROM document d JOIN blob b ON b.id = d.original_blob_id"
        "   WHERE d.client_id = $1 AND d.received_by = $2 AND b.created_at > clock_timestamp() - $3::interval), 0)"
        " AS sent,"
        " coalesce((SELECT sum(f.size) FROM staged_file f JOIN staged_upload u ON u.id = f.staged_upload_id"
        "   WHERE f.client_id = $1 AND u.person_id = $2 AND u.ended_at IS NULL AND f.state IN ('receiving', 'arrived')"
        " ), 0) AS open,"
        " coalesce((SELECT sum(b.plain_size) FROM blob b WHERE b.client_id = $1 AND b.kind = 'original'"
        "   AND b.state = 'stored' AND b.created_at > clock_timestamp() - $3::interval), 0) AS today,"
        " coalesce((SELECT sum(b.plain_size) FROM blob b WHERE b.client_id = $1 AND b.kind = 'original'"
        "   AND b.state = 'stored'), 0) AS stored,"
        " coalesce((SELECT sum(f.size) FROM staged_file f JOIN staged_upload u ON u.id = f.staged_upload_id"
        "   WHERE f.client_id = $1 AND u.ended_at IS NULL AND f.state = 'receiving'), 0) AS coming",
        client_id, person.person_id, A_DAY,
    )  # fmt: skip
    assert row is not None  # one row always
    return Used(int(row["sent"] + row["open"]), int(row["today"] + row["coming"]), int(row["stored"] + row["coming"]))

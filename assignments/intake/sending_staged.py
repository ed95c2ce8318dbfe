"""The files of an open upload when it is sent, and what becomes of uploads that nobody sends."""

from collections.abc import Sequence
from uuid import UUID

from assignments.intake.rules import KEPT_OPEN
from assignments.intake.staging import ENDED, drop_parts
from assignments.intake.taking_files import Accepted, Refused
from assignments.opening import open_fields
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from storage.blobs import SealedBlob
from storage.deleting import drop_blobs
from storage.sniffing import MediaType

STILL_COMING = "Some files are still on their way. Wait until each has arrived, or remove it from the list, then send."


class StillComing(Invalid):
    """Files of this upload have not arrived yet."""

    message = STILL_COMING


async def find_staged(person: Actor, *, upload_id: UUID) -> list[Accepted | Refused]:
    """The files of the person's open upload, in their order; none if it has none. Raises StillComing."""
    async with acting_as(person):
        rows = await DB.fetch(
            "SELECT f.id, f.name_sealed, f.size, f.state, f.refusal, f.media_type, f.document_id, f.sha256_sealed,"
            " f.client_id, b.id AS blob_id, b.attempt, b.plain_size, b.sealed_size, b.content_mac"
            " FROM staged_file f JOIN staged_upload u ON u.id = f.staged_upload_id"
            " LEFT JOIN blob b ON b.id = f.original_blob_id WHERE u.id = $1 AND u.person_id = acting_person()"
            " AND u.ended_at IS NULL AND f.state <> 'removed' ORDER BY f.position",
            upload_id,
        )
        names = await open_fields("staged_file.name", {row["id"]: row["name_sealed"] for row in rows})
        prints = await open_fields(
            "staged_file.sha256", {row["id"]: row["sha256_sealed"] for row in rows if row["sha256_sealed"]}
        )
    if any(row["state"] == "receiving" for row in rows):
        raise StillComing
    return [
        Refused(names[row["id"]], row["size"], row["refusal"])
        if row["state"] == "refused"
        else Accepted(
            names[row["id"]], row["document_id"], MediaType(row["media_type"]),
            SealedBlob(
                row["blob_id"], row["client_id"], row["attempt"], row["plain_size"], row["sealed_size"],
                bytes(row["content_mac"]),
            ),
            sha256=prints[row["id"]], is_stored=True,
        )
        for row in rows
    ]  # fmt: skip


async def end_staged(*, upload_id: UUID, files: Sequence[Accepted | Refused]) -> None:
    """Close the open upload that these files came from inside the current transaction; they are the upload's now.

    Raises Conflict if a file came or went since they were looked at, or somebody swept or sent the upload meanwhile.
    """
    known = {file.document_id for file in files if isinstance(file, Accepted) and file.is_stored}
    ended = await DB.execute(
        "UPDATE staged_upload SET ended_at = clock_timestamp()"
        " WHERE id = $1 AND person_id = acting_person() AND ended_at IS NULL",
        upload_id,
    )
    if not ended:
        if known:
            raise Conflict(ENDED)
        return
    rows = await DB.fetch(
        "SELECT document_id FROM staged_file WHERE staged_upload_id = $1 AND state IN ('receiving', 'arrived')",
        upload_id,
    )
    if {row["document_id"] for row in rows} != known:
        raise Conflict("Files came or went while this was sent. Look at the list and send once more.")


async def sweep_open_uploads(worker: Actor, *, at_most: int = 20) -> int:
    """End uploads that nobody has touched for a day and give up what was stored of them; returns how many."""
    async with acting_as(worker):
        uploads = await DB.fetch(
            "UPDATE staged_upload SET ended_at = clock_timestamp() WHERE id IN (SELECT id FROM staged_upload"
            " WHERE ended_at IS NULL AND touched_at < clock_timestamp() - $1::interval ORDER BY touched_at LIMIT $2"
            " FOR UPDATE SKIP LOCKED) RETURNING id",
            KEPT_OPEN, at_most,
        )  # fmt: skip
        files = await DB.fetch(
            "SELECT id, original_blob_id FROM staged_file WHERE staged_upload_id = ANY($1::uuid[])"
            " AND state IN ('receiving', 'arrived')",
            [row["id"] for row in uploads],
        )
        ids = [row["id"] for row in files]
        await DB.execute("UPDATE staged_file SET state = 'removed' WHERE id = ANY($1::uuid[])", ids)
        await drop_parts(ids)
        await drop_blobs([row["original_blob_id"] for row in files if row["original_blob_id"]])
    return len(uploads)

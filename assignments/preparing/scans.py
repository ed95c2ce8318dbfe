"""The virus scan of a document before anything else is done with it; without a verdict it waits."""

from uuid import UUID

import structlog

from assignments.preparing import PREPARE_DOCUMENT
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.jobs import put_in_line
from storage.blobs import OpenableBlob, read_blob
from storage.scanning import ScannerUnavailable, Verdict, scan

log = structlog.get_logger()

INFECTED = (
    "A virus was found in this file, so it was not opened and nobody can download it. Have the computer that it comes"
    " from checked, then export or scan the document again and upload that."
)


async def scan_document(document_id: UUID, original: OpenableBlob) -> Verdict | None:
    """Scan a stored document and note the verdict; None if there is none yet: then it waits for another try."""
    try:
        verdict = await scan(read_blob(original))
    except ScannerUnavailable as reason:
        log.warning("no virus scan", why=str(reason), document=str(document_id))
        async with acting_as(WORKER):
            await DB.execute(
                "UPDATE document SET scan_waiting_since = coalesce(scan_waiting_since, clock_timestamp())"
                " WHERE id = $1 AND scanned_at IS NULL",
                document_id,
            )
        return None
    async with acting_as(WORKER):
        await DB.execute(
            "UPDATE document SET scanned_at = clock_timestamp(), scan_verdict = $2, scan_waiting_since = NULL"
            " WHERE id = $1 AND scanned_at IS NULL",
            document_id, verdict.value,
        )  # fmt: skip
    return verdict


async def scan_what_waits(worker: Actor, *, at_most: int = 100) -> int:
    """Put documents that wait for the scanner in line once more; returns how many. For the worker, every minute."""
    async with acting_as(worker):
        rows = await DB.fetch(
            "SELECT id FROM document WHERE scan_waiting_since IS NOT NULL AND state = 'received'"
            " ORDER BY scan_waiting_since LIMIT $1",
            at_most,
        )
        for row in rows:
            await put_in_line(PREPARE_DOCUMENT, UUID(bytes=row["id"].bytes))
    return len(rows)

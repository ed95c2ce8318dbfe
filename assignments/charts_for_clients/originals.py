"""Hand a client its own document back, exactly as it was sent."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from storage.blobs import OpenableBlob, find_blob


@dataclass(frozen=True, slots=True)
class Original:
    """A document's name and what is needed to stream it."""

    name: str
    blob: OpenableBlob


async def open_original(person: Actor, *, document_id: UUID) -> Original:
    """A document of the person's client; the event of the download is committed when this returns. NotFound else."""
    async with acting_as(person):
        row = await DB.fetch_one(
            "SELECT d.client_id, d.chart_id, d.name_sealed, d.original_blob_id, d.scan_verdict, c.patient_id"
            " FROM document d JOIN chart c ON c.id = d.chart_id WHERE d.id = $1",
            document_id,
        )
        if row is None:
            raise NotFound
        if row["scan_verdict"] == "infected":
            raise Conflict("A virus was found in this file, so it is kept under lock. Upload a clean copy of it.")
        names = await open_fields("document.name", {document_id: row["name_sealed"]})
        blob = await find_blob(row["original_blob_id"])
        await record(
            person, Action.DOCUMENT_DOWNLOADED, object_type="document", object_id=document_id,
            client_id=row["client_id"], patient_id=row["patient_id"], details={"chart": str(row["chart_id"])},
        )  # fmt: skip
    return Original(names[document_id], blob)


def attachment(name: str) -> str:
    """The Content-Disposition that saves a download under `name` (RFC 6266, with the plain form for old readers)."""
    name = re.sub(r"[\x00-\x1f\x7f/\\]", "_", name) or "document"
    plain = re.sub(r"[^ !#$&+.0-9A-Z^_`a-z{}~()\[\],;=@-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

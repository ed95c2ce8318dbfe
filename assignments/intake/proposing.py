"""What an arrived file says of its encounter: a proposal for the fields that are still empty."""

from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from storage.blobs import find_blob, read_blob
from storage.facts import Facts
from storage.pages import UnreadableDocument, read_facts
from storage.sniffing import MediaType


async def propose_facts(person: Actor, *, upload_id: UUID, file_id: UUID) -> Facts:
    """What a file of the person's open upload says; the look is recorded. NotFound unless it has arrived."""
    async with acting_as(person):
        row = await DB.fetch_one(
            "SELECT f.media_type, f.original_blob_id FROM staged_file f JOIN staged_upload u"
            " ON u.id = f.staged_upload_id WHERE f.id = $1 AND u.id = $2 AND u.person_id = acting_person()"
            " AND u.ended_at IS NULL AND f.state = 'arrived'",
            file_id, upload_id,
        )  # fmt: skip
        if row is None:
            raise NotFound
        original = await find_blob(row["original_blob_id"])
        await record(person, Action.CHART_OPENED, object_type="upload", object_id=upload_id, client_id=person.client_id)
    try:
        return await read_facts(read_blob(original), MediaType(row["media_type"]))
    except UnreadableDocument:
        return Facts()  # what is wrong with it is told once it is prepared

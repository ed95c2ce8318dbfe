"""One page's bytes: the access event is committed first, then bytes go out."""

from typing import Literal
from uuid import UUID

import anyio.to_thread

from assignments.viewing.watermarks import Mark, mark_image, shrink_image
from assignments.working.measuring import MEASURED, note_work
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.text_layer import TextLayer, unpack_layer

#: What a page is looked at as; the access event says which.
Look = Literal["image", "thumbnail", "text"]


async def get_page_image(actor: Actor, *, page_id: UUID) -> bytes:
    """One page as a JPEG that says who looks at it; NotFound for whoever may not see it."""
    blob, mark = await _look(actor, page_id, "image")
    jpeg = await read_whole_blob(blob)
    return await anyio.to_thread.run_sync(mark_image, jpeg, mark)


async def get_page_thumbnail(actor: Actor, *, page_id: UUID) -> bytes:
    """One page as a JPEG too small to be read, hence without a mark; NotFound for whoever may not see it."""
    blob, _ = await _look(actor, page_id, "thumbnail")
    jpeg = await read_whole_blob(blob)
    return await anyio.to_thread.run_sync(shrink_image, jpeg)


async def get_page_layer(actor: Actor, *, page_id: UUID) -> tuple[TextLayer, Mark]:
    """The words of one page and their places, and who looks; NotFound for whoever may not see them."""
    blob, mark = await _look(actor, page_id, "text")
    return unpack_layer(await read_whole_blob(blob)), mark


async def _look(actor: Actor, page_id: UUID, look: Look) -> tuple[OpenableBlob, Mark]:
    """Record the look at one page and return what is needed to stream it once that is committed."""
    async with acting_as(actor):
        page = await DB.fetch_one(
            "SELECT p.client_id, p.chart_id, c.patient_id, p.number, p.image_blob_id, p.text_blob_id,"
            " clock_timestamp() AS seen_at FROM document_page p JOIN chart c ON c.id = p.chart_id"
            " JOIN document d ON d.id = p.document_id WHERE p.id = $1 AND d.superseded_at IS NULL",
            page_id,
        )
        column = "text_blob_id" if look == "text" else "image_blob_id"
        if page is None or page[column] is None:
            raise NotFound
        blob = await find_blob(page[column])
        event_id = await record(
            actor, Action.PAGE_VIEWED, object_type="page", object_id=page_id, client_id=page["client_id"],
            patient_id=page["patient_id"],
            details={"chart": str(page["chart_id"]), "number": page["number"], "as": look},
        )  # fmt: skip
        # A thumbnail comes by itself with the chart; a page is asked for by whoever goes on reading.
        if look != "thumbnail" and actor.kind in MEASURED:
            await note_work(page["chart_id"])
    return blob, Mark(actor.name, page["seen_at"], event_id)

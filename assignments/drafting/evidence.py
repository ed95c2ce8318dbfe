"""Is a place that somebody points to really on a page of their chart?"""

from uuid import UUID

from assignments.drafting.operations import NO_PLACE
from assignments.drafting.rules import Pin
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid
from storage.blobs import find_blob, read_whole_blob
from storage.text_layer import unpack_layer


async def ensure_place(actor: Actor, *, chart_id: UUID, pin: Pin) -> None:
    """Raise Invalid unless the chart has that page and its text so many characters."""
    async with acting_as(actor):
        blob_id = await DB.value(
            "SELECT p.text_blob_id FROM document_page p JOIN document d ON d.id = p.document_id WHERE p.id = $1"
            " AND p.chart_id = $2 AND d.state = 'ready' AND d.superseded_at IS NULL",
            pin.page_id, chart_id,
        )  # fmt: skip
        blob = await find_blob(blob_id) if blob_id else None
    if blob is None or pin.end > len(unpack_layer(await read_whole_blob(blob)).text):
        raise Invalid(NO_PLACE)

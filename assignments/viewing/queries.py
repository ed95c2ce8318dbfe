"""The pages of a chart, and one page's bytes: the access event is committed first, then bytes go out."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import anyio.to_thread
import asyncpg

from assignments.viewing.notes import Block, has_columns, set_note
from assignments.viewing.watermarks import Mark, mark_image
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.text_layer import unpack_layer


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page of a chart's documents. `place` counts through all documents, from 1."""

    id: UUID
    place: int
    document: int  # position of its document in the chart
    number: int  # within its document
    width: int | None
    height: int | None
    is_image: bool
    has_text: bool
    note: OpenableBlob | None  # of a page that is shown as text


@dataclass(frozen=True, slots=True)
class ViewPage:
    """A page as the viewer shows it: a picture by its address, or the note itself."""

    id: UUID
    place: int
    total: int
    document: int
    number: int
    width: int | None
    height: int | None
    is_image: bool
    has_text: bool
    blocks: tuple[Block, ...] = field(default=())
    columns: bool = False
    mark: str = ""


async def find_pages(chart_id: UUID) -> list[PageRow]:
    """The pages of a chart's usable documents in reading order, read inside the current transaction."""
    rows = await DB.fetch(
        "SELECT p.id, d.position, p.number, p.width, p.height, p.image_blob_id, p.text_blob_id"
        " FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' AND d.superseded_at IS NULL ORDER BY d.position, p.number",
        chart_id,
    )
    return [await _page(row, place) for place, row in enumerate(rows, start=1)]


async def show_pages(rows: list[PageRow], mark: Mark) -> list[ViewPage]:
    """The pages ready to be shown, notes opened. Call it after the transaction that recorded the look."""
    shown = []
    for row in rows:
        text = unpack_layer(await read_whole_blob(row.note)).text if row.note else ""
        shown.append(
            ViewPage(
                row.id, row.place, len(rows), row.document, row.number, row.width, row.height, row.is_image,
                row.has_text, set_note(text), has_columns(text), mark.text,
            )
        )  # fmt: skip
    return shown


async def get_page_image(actor: Actor, *, page_id: UUID) -> bytes:
    """One page as a JPEG that says who looks at it; NotFound for whoever may not see it."""
    row, event = await _look(actor, page_id, "image_blob_id")
    jpeg = await read_whole_blob(row)
    return await anyio.to_thread.run_sync(mark_image, jpeg, event)


async def get_page_text(actor: Actor, *, page_id: UUID) -> tuple[str, Mark]:
    """The text of one page, a note's or what a PDF carries, and who looks; NotFound for whoever may not see it."""
    blob, event = await _look(actor, page_id, "text_blob_id")
    return unpack_layer(await read_whole_blob(blob)).text, event


async def database_now() -> datetime:
    """The database's clock, which the access log goes by; read inside the current transaction."""
    moment: datetime = await DB.value("SELECT clock_timestamp()")
    return moment


async def _page(row: asyncpg.Record, place: int) -> PageRow:
    is_image = row["image_blob_id"] is not None
    return PageRow(
        row["id"], place, row["position"], row["number"], row["width"], row["height"], is_image,
        row["text_blob_id"] is not None, None if is_image else await find_blob(row["text_blob_id"]),
    )  # fmt: skip


async def _look(actor: Actor, page_id: UUID, column: str) -> tuple[OpenableBlob, Mark]:
    """Record the look at one page and return what is needed to stream it once that is committed."""
    async with acting_as(actor):
        page = await DB.fetch_one(
            "SELECT p.client_id, p.chart_id, c.patient_id, p.number, p.image_blob_id, p.text_blob_id"
            " FROM document_page p JOIN chart c ON c.id = p.chart_id JOIN document d ON d.id = p.document_id"
            " WHERE p.id = $1 AND d.superseded_at IS NULL",
            page_id,
        )
        if page is None or page[column] is None:
            raise NotFound
        blob = await find_blob(page[column])
        event_id = await record(
            actor, Action.PAGE_VIEWED, object_type="page", object_id=page_id, client_id=page["client_id"],
            patient_id=page["patient_id"],
            details={"chart": str(page["chart_id"]), "number": page["number"], "as": column.partition("_")[0]},
        )  # fmt: skip
        return blob, Mark(actor.name, await database_now(), event_id)

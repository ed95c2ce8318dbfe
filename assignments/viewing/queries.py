"""The pages of a chart as the viewer needs them, read inside the transaction that records the look at the chart."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.viewing.watermarks import Mark
from portal.database import DB
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.recognition import recognition_state
from storage.text_layer import unpack_layer


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page of a chart's documents. `place` counts through all documents, from 1."""

    id: UUID
    place: int
    document: int  # position of its document in the chart
    number: int  # within its document
    width: int | None  # pixels of its picture
    height: int | None
    is_image: bool
    has_text: bool
    no_words: str  # why a picture has no words, for a person; empty if it has some
    words: OpenableBlob | None  # of a page without a picture: such pages were made before notes were drawn


@dataclass(frozen=True, slots=True)
class ViewPage:
    """A page as the viewer shows it: a picture by its address, or the words of a page that has none."""

    id: UUID
    place: int
    total: int
    document: int
    number: int
    width: int | None
    height: int | None
    is_image: bool
    has_text: bool
    no_words: str = ""
    text: str = ""
    mark: str = ""


async def find_pages(chart_id: UUID) -> list[PageRow]:
    """The pages of a chart's usable documents in reading order, read inside the current transaction."""
    rows = await DB.fetch(
        "SELECT p.id, d.position, p.number, p.width, p.height, p.image_blob_id, p.text_blob_id, p.recognised_at"
        " FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' AND d.superseded_at IS NULL ORDER BY d.position, p.number",
        chart_id,
    )
    return [await _page(row, place) for place, row in enumerate(rows, start=1)]


async def find_places(chart_id: UUID) -> dict[UUID, int]:
    """Which page of the chart an id is, counted through its usable documents; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT p.id FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' AND d.superseded_at IS NULL ORDER BY d.position, p.number",
        chart_id,
    )
    return {UUID(bytes=row["id"].bytes): place for place, row in enumerate(rows, start=1)}


async def show_pages(rows: list[PageRow], mark: Mark) -> list[ViewPage]:
    """The pages ready to be shown. Call it after the transaction that recorded the look."""
    shown = []
    for row in rows:
        text = unpack_layer(await read_whole_blob(row.words)).text if row.words else ""
        shown.append(
            ViewPage(
                row.id, row.place, len(rows), row.document, row.number, row.width, row.height, row.is_image,
                row.has_text, row.no_words, text, mark.text,
            )
        )  # fmt: skip
    return shown


async def database_now() -> datetime:
    """The database's clock, which the access log goes by; read inside the current transaction."""
    moment: datetime = await DB.value("SELECT clock_timestamp()")
    return moment


def _why_no_words(was_read: bool) -> str:
    if was_read:
        return "No words were found on this scan."
    return {
        "off": "No words were found on this scan: text recognition is off.",
        "missing": "No words were found on this scan: text recognition is not installed.",
        "ready": "No words were found on this scan yet: text recognition is under way.",
    }[recognition_state()]


async def _page(row: asyncpg.Record, place: int) -> PageRow:
    is_image = row["image_blob_id"] is not None
    has_text = row["text_blob_id"] is not None
    return PageRow(
        row["id"], place, row["position"], row["number"], row["width"], row["height"], is_image, has_text,
        "" if has_text else _why_no_words(row["recognised_at"] is not None),
        None if is_image else await find_blob(row["text_blob_id"]),
    )  # fmt: skip

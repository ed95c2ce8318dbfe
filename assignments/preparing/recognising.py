"""Words for pages that came without: scans are read by text recognition when everything else is done."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

import structlog

from assignments.duplicates import COMPARE_TEXT
from assignments.late_documents import COMPARE_LATE
from assignments.preparing import RECOGNISE_TEXT
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.jobs import put_in_line
from storage.blobs import OpenableBlob, SealedBlob, confirm_blob, find_blob, read_blob, write_blob
from storage.limits import MAX_FILE_BYTES
from storage.pages import PageImage, render_pages
from storage.recognition import DPI, NotRecognised, recognise, recognition_state
from storage.sniffing import MediaType
from storage.text_layer import pack_layer

log = structlog.get_logger()

#: Behind everything that somebody waits for.
_BEHIND_OTHERS = -10


@dataclass(frozen=True, slots=True)
class _Wordless:
    """A document some of whose pages have no words."""

    id: UUID
    client_id: UUID
    chart_id: UUID
    patient_id: UUID
    media_type: MediaType
    original: OpenableBlob
    pages: dict[int, UUID]  # by number


async def let_recognise(document_id: UUID) -> None:
    """Put a document's recognition in line inside the current transaction, if there is a program for it."""
    if recognition_state() == "ready":
        await DB.execute(
            "UPDATE document SET words_waiting_since = coalesce(words_waiting_since, clock_timestamp()) WHERE id = $1",
            document_id,
        )
        await put_in_line(RECOGNISE_TEXT, document_id, priority=_BEHIND_OTHERS)


async def recognise_what_waits(worker: Actor, *, at_most: int = 100) -> int:
    """Put documents with pages that nobody has read in line, the latest first; returns how many. For the worker."""
    if recognition_state() != "ready":
        return 0
    async with acting_as(worker):
        rows = await DB.fetch(
            "SELECT id FROM document WHERE state = 'ready' AND id IN (SELECT document_id FROM document_page"
            " WHERE text_blob_id IS NULL AND recognised_at IS NULL) ORDER BY received_at DESC LIMIT $1",
            at_most,
        )
        for row in rows:
            await let_recognise(UUID(bytes=row["id"].bytes))
    return len(rows)


async def recognise_text(document_id: UUID) -> None:
    """Find the words of a document's pages that have none, one page after the other. Calm when repeated.

    A page is tried once: what the program fails on stays without words. A worker that is killed has lost one page.
    """
    document = await _find_wordless(document_id)
    if document is None:
        await _note_read(document_id)
        return
    drawn = render_pages(
        read_blob(document.original), document.media_type, first=min(document.pages), last=max(document.pages), dpi=DPI
    )
    async with aclosing(drawn) as pages:
        async for page in pages:
            if page.number in document.pages:
                await _recognise_page(document, page)
    await _note_read(document_id)
    async with acting_as(WORKER):
        await put_in_line(COMPARE_TEXT, document_id)
        await put_in_line(COMPARE_LATE, document_id)


async def _note_read(document_id: UUID) -> None:
    """The document waits for no words any more, whether some were found or not."""
    async with acting_as(WORKER):
        await DB.execute(
            "UPDATE document SET words_waiting_since = NULL WHERE id = $1 AND words_waiting_since IS NOT NULL",
            document_id,
        )


async def _find_wordless(document_id: UUID) -> _Wordless | None:
    if recognition_state() != "ready":
        return None
    async with acting_as(WORKER):
        row = await DB.fetch_one(
            "SELECT d.client_id, d.chart_id, c.patient_id, d.media_type, d.original_blob_id"
            " FROM document d JOIN chart c ON c.id = d.chart_id JOIN blob b ON b.id = d.original_blob_id"
            " WHERE d.id = $1 AND d.state = 'ready' AND b.state = 'stored'",
            document_id,
        )
        pages = await DB.fetch(
            "SELECT id, number FROM document_page"
            " WHERE document_id = $1 AND text_blob_id IS NULL AND recognised_at IS NULL",
            document_id,
        )
        if row is None or not pages:
            return None
        return _Wordless(
            document_id, row["client_id"], row["chart_id"], row["patient_id"], MediaType(row["media_type"]),
            await find_blob(row["original_blob_id"]), {page["number"]: page["id"] for page in pages},
        )  # fmt: skip


async def _recognise_page(document: _Wordless, page: PageImage) -> None:
    page_id = document.pages[page.number]
    try:
        layer = await recognise(page)
    except NotRecognised as reason:
        log.warning("a page was not recognised", why=str(reason), page=str(page_id))
        layer = None
    text = None
    if layer:
        text = await write_blob(
            WORKER, _whole(pack_layer(layer)), client_id=document.client_id, owner_id=document.id, kind="text",
            most=MAX_FILE_BYTES,
        )  # fmt: skip
    await _keep(document, page_id, text)


async def _keep(document: _Wordless, page_id: UUID, text: SealedBlob | None) -> None:
    """One transaction for what was found on a page; what comes too late is swept."""
    async with acting_as(WORKER):
        # Another job may have been faster, and a document that is on its way out gets nothing new.
        kept = await DB.execute(
            "UPDATE document_page p SET text_blob_id = $2, recognised_at = clock_timestamp()"
            " WHERE p.id = $1 AND p.text_blob_id IS NULL AND p.recognised_at IS NULL"
            " AND EXISTS (SELECT FROM blob b WHERE b.id = p.image_blob_id AND b.state = 'stored')"
            " AND NOT EXISTS (SELECT FROM purge_item i WHERE i.document_id = p.document_id)",
            page_id, text.id if text else None,
        )  # fmt: skip
        if not kept:
            return
        if text:
            await confirm_blob(text)
        await record(
            WORKER, Action.PAGE_RECOGNISED, object_type="page", object_id=page_id, client_id=document.client_id,
            patient_id=document.patient_id,
            details={"chart": str(document.chart_id), "words": "found" if text else "none"},
        )  # fmt: skip


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content

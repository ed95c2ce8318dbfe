"""Prepare one document: look at it in a process of its own, keep its pages sealed, or refuse it with a sentence."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from assignments.due_times import lock_work_on
from assignments.duplicates import COMPARE_TEXT
from assignments.duplicates.finding import note_files
from assignments.pends.ending import end_if_answered
from assignments.preparing.additions import place_addition
from assignments.preparing.charts import settle_chart
from assignments.preparing.recognising import let_recognise
from assignments.preparing.scans import INFECTED, scan_document
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.jobs import put_in_line
from storage.blobs import OpenableBlob, SealedBlob, confirm_blob, find_blob, read_blob, write_blob
from storage.limits import MAX_FILE_BYTES, MAX_PAGES
from storage.pages import PageImage, UnreadableDocument, render_pages
from storage.scanning import Verdict
from storage.sniffing import MediaType
from storage.text_layer import pack_layer

#: What may pass by itself (a machine that is too busy) is tried again until this long after the upload. Five tries of
#: two minutes each take longer, so the last of them decides and no chart waits for ever.
PATIENCE = timedelta(minutes=8)
TOO_MANY_PAGES = (
    "The document has more than {} pages. Split it into several files, one per visit if it holds more than one, and"
    " upload those."
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A document that is to be prepared."""

    id: UUID
    client_id: UUID
    chart_id: UUID
    media_type: MediaType
    original: OpenableBlob
    is_urgent: bool  # waited so long since its scan that this try decides
    verdict: Verdict | None
    most_pages: int


@dataclass(frozen=True, slots=True)
class _SealedPage:
    number: int
    width: int  # pixels
    height: int
    image: SealedBlob
    text: SealedBlob | None  # its text layer; a scan has none


async def prepare_document(document_id: UUID, *, now: datetime | None = None) -> None:
    """Check a document, make its pages, and let its chart go on if it was the last one. Calm when repeated.

    Raises UnreadableDocument only if another try may succeed.
    """
    waiting = await _find_waiting(document_id)
    if waiting is None:
        return
    verdict = waiting.verdict or await scan_document(document_id, waiting.original)
    if verdict is None:
        return  # no scanner, no page: it is put in line again until there is one
    if verdict is Verdict.INFECTED:
        await _decide(waiting, pages=[], refusal=INFECTED, now=now or utc_now(), reason="infected")
        return
    try:
        pages = await _seal_pages(waiting)
    except UnreadableDocument as refusal:
        if refusal.passing and not waiting.is_urgent:
            raise
        await _decide(waiting, pages=[], refusal=refusal.message, now=now or utc_now())
    else:
        await _decide(waiting, pages=pages, refusal=None, now=now or utc_now())


async def _find_waiting(document_id: UUID) -> _Waiting | None:
    async with acting_as(WORKER):
        row = await DB.fetch_one(
            "SELECT client_id, chart_id, media_type, original_blob_id, scan_verdict,"
            " coalesce(scanned_at < clock_timestamp() - $2::interval, false) AS is_urgent"
            " FROM document WHERE id = $1 AND state = 'received'",
            document_id, PATIENCE,
        )  # fmt: skip
        if row is None:
            return None
        most_pages = await DB.value("SELECT pages FROM intake_limit WHERE client_id = $1", row["client_id"])
        return _Waiting(
            document_id, row["client_id"], row["chart_id"], MediaType(row["media_type"]),
            await find_blob(row["original_blob_id"]), row["is_urgent"],
            Verdict(row["scan_verdict"]) if row["scan_verdict"] else None, most_pages or MAX_PAGES,
        )  # fmt: skip


async def _seal_pages(waiting: _Waiting) -> list[_SealedPage]:
    pages = []
    async with aclosing(render_pages(read_blob(waiting.original), waiting.media_type)) as drawn:
        async for page in drawn:
            if page.number > waiting.most_pages:
                raise UnreadableDocument(TOO_MANY_PAGES.format(waiting.most_pages))
            pages.append(await _seal_page(waiting, page))
    return pages


async def _seal_page(waiting: _Waiting, page: PageImage) -> _SealedPage:
    image = await write_blob(
        WORKER, _whole(page.jpeg), client_id=waiting.client_id, owner_id=waiting.id, kind="page", most=MAX_FILE_BYTES
    )
    text = None
    if page.layer:
        text = await write_blob(
            WORKER, _whole(pack_layer(page.layer)), client_id=waiting.client_id, owner_id=waiting.id, kind="text",
            most=MAX_FILE_BYTES,
        )  # fmt: skip
    return _SealedPage(page.number, page.width, page.height, image, text)


async def _decide(
    waiting: _Waiting, *, pages: list[_SealedPage], refusal: str | None, now: datetime, reason: str | None = None
) -> None:
    """One transaction for what becomes of the document, and of the chart if this was its last one."""
    async with acting_as(WORKER):
        await lock_work_on(waiting.chart_id)  # an added document may bring it back
        # The chart's row first: two documents of one chart that are done at the same moment come one after the other,
        # so that the second sees the first decided. The same holds for two jobs for one document.
        patient_id = await DB.value("SELECT patient_id FROM chart WHERE id = $1 FOR UPDATE", waiting.chart_id)
        if await DB.value("SELECT state FROM document WHERE id = $1", waiting.id) != "received":
            return  # the other job was faster; what this one sealed is swept
        for page in pages:
            await _add_page(waiting, page)
        await DB.execute(
            "UPDATE document SET state = $2, refusal = $3, page_count = $4, ready_at = clock_timestamp() WHERE id = $1",
            waiting.id, "refused" if refusal else "ready", refusal, len(pages) or None,
        )  # fmt: skip
        await record(
            WORKER, Action.DOCUMENT_REFUSED if refusal else Action.DOCUMENT_PREPARED, object_type="document",
            object_id=waiting.id, client_id=waiting.client_id, patient_id=patient_id, reason=reason,
            details={"chart": str(waiting.chart_id), "pages": len(pages)},
        )  # fmt: skip
        if pages:
            await note_files(WORKER, document_id=waiting.id)
            await put_in_line(COMPARE_TEXT, waiting.id)
            if not all(page.text for page in pages):
                await let_recognise(waiting.id)
            await place_addition(WORKER, chart_id=waiting.chart_id, document_id=waiting.id, now=now)
        await settle_chart(WORKER, chart_id=waiting.chart_id, now=now)
        await end_if_answered(waiting.chart_id)


async def _add_page(waiting: _Waiting, page: _SealedPage) -> None:
    for blob in (page.image, page.text):
        if blob:
            await confirm_blob(blob)
    await DB.execute(
        "INSERT INTO document_page (id, client_id, chart_id, document_id, number, width, height, image_blob_id,"
        " text_blob_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new_id(), waiting.client_id, waiting.chart_id, waiting.id, page.number, page.width, page.height,
        page.image.id, page.text.id if page.text else None,
    )  # fmt: skip


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content

"""What documents that came after a coding change: for its coder word by word, for managers in figures and codes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import anyio.to_thread

from assignments.codesets.icd10cm import get_code
from assignments.coding.versions import find_latest, find_lines
from assignments.drafting.editing import begin_draft
from assignments.drafting.rules import Lines, Pin, letter
from assignments.late_documents.texts import Comparison, PageText, Touch, compare, touches
from assignments.pulling import LOST, find_hold
from assignments.rules import Stage
from assignments.viewing.queries import database_now, find_places
from assignments.viewing.watermarks import Mark
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.text_layer import unpack_layer


@dataclass(frozen=True, slots=True)
class TouchedLine:
    """One code line and how the new pages touch it; `is_pinned` if it rests on a place."""

    mark: str
    code: str
    title: str
    is_pinned: bool
    touches: tuple[Touch, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What came since a chart was coded, set aside or pulled. `places` says which page of the chart an id is."""

    number: str
    pages: int  # that came
    wordless: int  # of them, with no words to compare
    compared: Comparison
    lines: tuple[TouchedLine, ...]
    places: Mapping[UUID, int]
    mark: str

    @property
    def touched(self) -> tuple[TouchedLine, ...]:
        """The lines that something touches."""
        return tuple(line for line in self.lines if line.touches)


@dataclass(frozen=True, slots=True)
class _Page:
    id: UUID
    document_id: UUID
    is_new: bool
    is_gone: bool
    words: OpenableBlob | None


async def find_since(chart_id: UUID, *, otherwise: datetime) -> datetime:
    """Since when a document of a chart is new: its last coding or pend; inside the current transaction."""
    moment: datetime | None = await DB.value(
        "SELECT max(recorded_at) FROM chart_event WHERE chart_id = $1"
        " AND kind IN ('coded', 'corrected', 'not codable', 'pended')",
        chart_id,
    )
    return moment or otherwise


async def count_new_documents(chart_id: UUID, *, since: datetime) -> int:
    """How many documents of a chart came since and can be read; inside the current transaction."""
    return int(
        await DB.value(
            "SELECT count(*) FROM document WHERE chart_id = $1 AND state = 'ready' AND is_added AND ready_at > $2"
            " AND superseded_at IS NULL",
            chart_id, since,
        )
    )  # fmt: skip


async def open_impact(coder: Actor, *, chart_id: UUID) -> Impact:
    """What is new in a chart that the coder holds, and which of their lines it touches; the look is recorded.

    Raises NotFound for a chart that is not theirs to see, Conflict if they do not hold it.
    """
    async with acting_as(coder):
        chart = await DB.fetch_one("SELECT number, service_on, patient_id FROM chart WHERE id = $1", chart_id)
        if chart is None:
            raise NotFound
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
        if hold is None:
            raise Conflict(LOST)
        draft = await begin_draft(chart_id=chart_id, stage=Stage.CODING, start=await _find_coded(chart_id))
        pages = await _find_pages(chart_id, await find_since(chart_id, otherwise=hold.pulled_at))
        places = await find_places(chart_id)
        event_id = await record(
            coder, Action.DOCUMENTS_COMPARED, object_type="chart", object_id=chart_id, client_id=hold.client_id,
            patient_id=chart["patient_id"], details={"pages": sum(page.is_new for page in pages)},
        )  # fmt: skip
        mark = Mark(coder.name, await database_now(), event_id)
    compared, lines = await _weigh(pages, draft.lines, chart["service_on"])
    new = [page for page in pages if page.is_new and not page.is_gone]
    return Impact(
        chart["number"], len(new), sum(page.words is None for page in new), compared, lines, places, mark.text
    )


async def compare_late(document_id: UUID) -> None:
    """Keep what a document that came after the delivery changes, in figures and codes. Calm when repeated.

    Runs once its pages are made, and again when they get words.
    """
    async with acting_as(WORKER):
        late = await DB.fetch_one(
            "SELECT l.chart_id, c.service_on FROM late_document l JOIN chart c ON c.id = l.chart_id"
            " WHERE l.document_id = $1",
            document_id,
        )
        if late is None:
            return
        chart_id = UUID(bytes=late["chart_id"].bytes)
        lines = await _find_coded(chart_id)
        since = await find_since(chart_id, otherwise=await DB.value("SELECT clock_timestamp()"))
        pages = [
            page for page in await _find_pages(chart_id, since) if not page.is_new or page.document_id == document_id
        ]
    compared, weighed = await _weigh(pages, lines, late["service_on"])
    said = {
        "sentences": compared.sentences, "new": len(compared.new), "changed": len(compared.changed),
        "wordless": sum(page.is_new and page.words is None for page in pages),
        "touched": [[line.code, line.touches[0].how.value] for line in weighed if line.touches],
    }  # fmt: skip
    async with acting_as(WORKER):
        await DB.execute(
            "UPDATE late_document SET impact = $2::jsonb WHERE document_id = $1", document_id, json.dumps(said)
        )


async def _find_coded(chart_id: UUID) -> Lines:
    latest = await find_latest(chart_id, "coder")
    return await find_lines(latest.id) if latest else Lines()


async def _find_pages(chart_id: UUID, since: datetime) -> list[_Page]:
    """Every page of the chart, those of replaced documents too, in reading order."""
    rows = await DB.fetch(
        "SELECT p.id, p.document_id, p.text_blob_id, d.superseded_at IS NOT NULL AS is_gone,"
        " coalesce(d.is_added AND d.ready_at > $2, false) AS is_new"
        " FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' ORDER BY d.position, p.number",
        chart_id, since,
    )  # fmt: skip
    return [
        _Page(
            UUID(bytes=row["id"].bytes), UUID(bytes=row["document_id"].bytes), row["is_new"], row["is_gone"],
            await find_blob(row["text_blob_id"]) if row["text_blob_id"] else None,
        )
        for row in rows
    ]  # fmt: skip


async def _weigh(pages: Sequence[_Page], lines: Lines, on: date) -> tuple[Comparison, tuple[TouchedLine, ...]]:
    texts = [
        PageText(page.id, unpack_layer(await read_whole_blob(page.words)).text, page.is_new, page.is_gone)
        for page in pages if page.words
    ]  # fmt: skip
    return await anyio.to_thread.run_sync(_compare, texts, lines, on)


def _compare(texts: Sequence[PageText], lines: Lines, on: date) -> tuple[Comparison, tuple[TouchedLine, ...]]:
    compared, by_id = compare(texts), {page.id: page for page in texts}
    weighed = []
    for at, diagnosis in enumerate(lines.diagnoses, start=1):
        found = get_code(diagnosis.code, on)
        weighed.append(
            _line(by_id, compared, letter(at), diagnosis.code, found.title if found else "", diagnosis.evidence)
        )
    for at, procedure in enumerate(lines.procedures, start=1):
        weighed.append(_line(by_id, compared, str(at), procedure.code, "", procedure.evidence))
    return compared, tuple(weighed)


def _line(
    pages: Mapping[UUID, PageText], compared: Comparison, mark: str, code: str, title: str, pins: Sequence[Pin]
) -> TouchedLine:
    return TouchedLine(mark, code, title, bool(pins), touches(pages, compared, pins, title))

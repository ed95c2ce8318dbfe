"""Codes, findings and the words they rest on, for one chart; every look is recorded before a word goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from assignments.codesets.icd10cm import get_code
from assignments.coding.versions import find_latest, find_lines
from assignments.desk.queries import Correction, find_findings
from assignments.drafting.entries import write_procedure
from assignments.drafting.operations import pointer_letters
from assignments.drafting.rules import Lines, Pin, letter
from assignments.viewing.queries import database_now, find_places
from assignments.viewing.watermarks import Mark
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.text_layer import unpack_layer

#: So much of a page is quoted at most, in characters, and so much around it.
MOST_QUOTED = 600
AROUND = 60


@dataclass(frozen=True, slots=True)
class Quote:
    """The words at one pinned place. `page` counts through the chart's documents; 0 if that page was replaced."""

    page: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class ProvenLine:
    """One code with the words that it rests on, and what the auditor found about it."""

    mark: str
    written: str
    title: str
    quotes: tuple[Quote, ...]
    findings: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything on the packet's page.

    `of_auditor` are lines that only the auditor has, `earlier` findings about a version before this one.
    """

    number: str
    client: str | None
    provider: str
    service_on: date
    version: int
    submitted_at: datetime
    release: str
    lines: tuple[ProvenLine, ...]
    of_auditor: tuple[ProvenLine, ...]
    earlier: tuple[Correction, ...]
    mark: str


async def open_packet(actor: Actor, *, chart_id: UUID) -> Packet:
    """The packet of a chart that the actor works on or worked on.

    Raises NotFound for a chart that they may not see, Conflict before anything of it is submitted.
    """
    async with acting_as(actor):
        chart = await DB.fetch_one(_CHART, chart_id)
        if chart is None:
            raise NotFound
        coding = await find_latest(chart_id, "coder")
        if coding is None:
            raise Conflict("Nothing of this chart is submitted yet, so there are no codes to prove.")
        audited = await find_latest(chart_id, "auditor")
        lines = await find_lines(coding.id)
        auditor = await find_lines(audited.id) if audited else Lines()
        findings, places = await find_findings(chart_id), await find_places(chart_id)
        pages = await _find_texts(chart_id, _pins(lines) | _pins(auditor))
        event_id = await record(
            actor, Action.EVIDENCE_OPENED, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"], details={"coding": str(coding.id), "pages": len(pages)},
        )  # fmt: skip
        mark = Mark(actor.name, await database_now(), event_id)
    texts = {page_id: unpack_layer(await read_whole_blob(blob)).text for page_id, blob in pages.items()}
    on = chart["service_on"]
    earlier = tuple(finding for finding in findings if finding.version != coding.version)  # its lines were others
    findings = tuple(finding for finding in findings if finding.version == coding.version)
    extra = tuple(
        line for line in _prove(auditor, findings, "auditor", texts, places, on)
        if any(finding.coder_line is None for finding in line.findings)
    )  # fmt: skip
    return Packet(
        chart["number"], chart["client"], chart["provider"], on, coding.version, coding.submitted_at, coding.release,
        _prove(lines, findings, "coder", texts, places, on), extra, earlier, mark.text,
    )  # fmt: skip


def quote(text: str, pin: Pin, page: int) -> Quote:
    """The words of a place with some of what stands around them, white space made single."""
    before = " ".join(text[max(pin.start - AROUND, 0) : pin.start].split())
    after = " ".join(text[pin.end : pin.end + AROUND].split())
    words = " ".join(text[pin.start : pin.end].split())
    if before and text[pin.start - 1].isspace():
        before += " "
    if after and text[pin.end].isspace():
        after = f" {after}"
    return Quote(page, before, f"{words[:MOST_QUOTED]}…" if len(words) > MOST_QUOTED else words, after)


_CHART = (
    "SELECT c.number, c.service_on, c.client_id, c.patient_id, k.name AS client, e.provider FROM chart c"
    " JOIN encounter e ON e.id = c.encounter_id LEFT JOIN client k ON k.id = c.client_id WHERE c.id = $1"
)


def _pins(lines: Lines) -> set[UUID]:
    pinned = [line.evidence for line in lines.diagnoses] + [line.evidence for line in lines.procedures]
    return {pin.page_id for pins in pinned for pin in pins}


async def _find_texts(chart_id: UUID, wanted: set[UUID]) -> dict[UUID, OpenableBlob]:
    rows: list[asyncpg.Record] = await DB.fetch(
        "SELECT id, text_blob_id FROM document_page WHERE chart_id = $1 AND id = ANY ($2::uuid[])"
        " AND text_blob_id IS NOT NULL",
        chart_id, list(wanted),
    )  # fmt: skip
    return {UUID(bytes=row["id"].bytes): await find_blob(row["text_blob_id"]) for row in rows}


def _prove(
    lines: Lines, findings: Sequence[Correction], side: str, texts: Mapping[UUID, str], places: Mapping[UUID, int],
    on: date,
) -> tuple[ProvenLine, ...]:  # fmt: skip
    proven = []
    for at, diagnosis in enumerate(lines.diagnoses, start=1):
        found = get_code(diagnosis.code, on)
        proven.append(
            ProvenLine(
                letter(at), diagnosis.code, found.title if found else "", _quotes(diagnosis.evidence, texts, places),
                _about(findings, side, at, is_diagnosis=True),
            )
        )  # fmt: skip
    for at, line in enumerate(lines.procedures, start=1):
        proven.append(
            ProvenLine(
                str(at), write_procedure(line, pointer_letters(line.pointers), on), "",
                _quotes(line.evidence, texts, places), _about(findings, side, at, is_diagnosis=False),
            )
        )  # fmt: skip
    return tuple(proven)


def _quotes(pins: Sequence[Pin], texts: Mapping[UUID, str], places: Mapping[UUID, int]) -> tuple[Quote, ...]:
    return tuple(quote(texts.get(pin.page_id, ""), pin, places.get(pin.page_id, 0)) for pin in pins)


def _about(findings: Sequence[Correction], side: str, at: int, *, is_diagnosis: bool) -> tuple[Correction, ...]:
    about = []
    for finding in findings:
        line = finding.coder_line if side == "coder" else finding.auditor_line
        if line and line["at"] == at and (line["system"] == "ICD-10-CM") == is_diagnosis:
            about.append(finding)
    return tuple(about)

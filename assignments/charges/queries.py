"""Charge exports as people look at them: the list, one with its charts, its file; and the client's answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.charges.rules import REJECTIONS, filename_of
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.web.paging import Paging, read_paging
from storage.blobs import find_blob, read_whole_blob


@dataclass(frozen=True, slots=True)
class Export:
    """One file with its control totals and what the client said of it."""

    id: UUID
    client_id: UUID
    client: str
    code: str
    time_zone: str
    number: int
    corrects_id: UUID | None
    corrects: int | None  # the number of the export that it corrects
    delimiter: str
    mapping_version: int
    made_at: datetime
    made_by: str | None
    charts: int
    lines: int
    units: int
    hash: int
    byte_count: int
    sha256: bytes
    blob_id: UUID
    verdict: str | None
    reason: str | None
    answered_at: datetime | None
    answered_by: str | None

    @property
    def filename(self) -> str:
        """What the file is called."""
        return filename_of(self.code, self.number, self.corrects, self.delimiter)

    @property
    def reason_words(self) -> str:
        """Why it was rejected."""
        return REJECTIONS.get(self.reason or "", self.reason or "")


@dataclass(frozen=True, slots=True)
class ExportedChart:
    """A chart of an export, and whether something else has been delivered since it was sent last."""

    chart_id: UUID
    number: str
    delivery: int
    lines: int
    units: int
    has_changed: bool


@dataclass(frozen=True, slots=True)
class ExportPage:
    """One export with a page of its charts and its corrections."""

    export: Export
    charts: Sequence[ExportedChart]
    paging: Paging
    corrections: Sequence[Export]
    changed: int  # charts of it that have changed since they were sent


async def find_exports(*, limit: int, offset: int = 0) -> list[Export]:
    """The exports that whoever acts may see, newest first, inside the current transaction."""
    rows = await DB.fetch(f"{_EXPORTS} ORDER BY x.made_at DESC, x.number DESC LIMIT $1 OFFSET $2", limit, offset)
    return [Export(**row) for row in rows]


async def count_exports() -> int:
    """How many there are, inside the current transaction."""
    return int(await DB.value("SELECT count(*) FROM charge_export"))


async def open_export(actor: Actor, *, export_id: UUID, query: dict[str, str]) -> ExportPage:
    """One export with its charts; raises NotFound for another client's."""
    async with acting_as(actor):
        export = await _get(export_id)
        paging = read_paging(query, export.charts)
        every = await DB.fetch(_CHARTS, export_id)
        rows = await DB.fetch(f"{_EXPORTS} WHERE x.corrects_id = $1 ORDER BY x.number", export_id)
        await record(
            actor, Action.EXPORT_OPENED, object_type="charge export", object_id=export_id, client_id=export.client_id
        )
    charts = [ExportedChart(**row) for row in every]
    here = charts[paging.offset : paging.offset + paging.limit]
    changed = sum(chart.has_changed for chart in charts)
    return ExportPage(export, here, paging, [Export(**row) for row in rows], changed)


async def take_file(person: Actor, *, export_id: UUID) -> tuple[Export, bytes]:
    """The file exactly as it was made; each of its patients' is an access event. NotFound for another client's."""
    async with acting_as(person):
        export = await _get(export_id)
        blob = await find_blob(export.blob_id)
        rows = await DB.fetch(
            "SELECT DISTINCT c.patient_id FROM charge_export_chart x JOIN chart c ON c.id = x.chart_id"
            " WHERE x.export_id = $1",
            export_id,
        )
        await record_patients(
            person, Action.CODING_EXPORTED, patients=[row["patient_id"] for row in rows], client_id=export.client_id,
            details={"export": str(export_id)},
        )  # fmt: skip
    content = await read_whole_blob(blob)
    if hashlib.sha256(content).digest() != export.sha256:
        raise RuntimeError("a charge export is not what was made")
    return export, content


async def answer_export(person: Actor, *, export_id: UUID, verdict: str, reason: str, now: datetime) -> None:
    """Note that a file was taken in, or why not. The same answer again changes nothing.

    Raises NotFound for another client's export, Invalid for an answer that is none, Conflict after another answer.
    """
    if verdict not in ("accepted", "rejected") or (verdict == "rejected" and reason not in REJECTIONS):
        raise Invalid("Say whether the file was taken in; if it was not, choose why.")
    reason = reason if verdict == "rejected" else ""
    async with acting_as(person):
        export = await _get(export_id)
        if export.verdict:
            if (export.verdict, export.reason or "") != (verdict, reason):
                raise Conflict("This export was answered already. If it must go out again, send it as a correction.")
            return
        try:
            await DB.execute(
                "INSERT INTO charge_export_answer (export_id, client_id, verdict, reason, answered_at, answered_by)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                export_id, export.client_id, verdict, reason or None, now, person.person_id,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Conflict("Somebody answered this export just now. Reload the page to see how.") from None
        await record(
            person, Action.EXPORT_ANSWERED, object_type="charge export", object_id=export_id,
            client_id=export.client_id, reason=verdict,
        )  # fmt: skip


async def _get(export_id: UUID) -> Export:
    row = await DB.fetch_one(f"{_EXPORTS} WHERE x.id = $1", export_id)
    if row is None:
        raise NotFound
    return Export(**row)


_EXPORTS = """
  SELECT x.id, x.client_id, k.name AS client, k.code, k.time_zone, x.number, x.corrects_id, o.number AS corrects,
         m.delimiter, m.version AS mapping_version, x.made_at, p.name AS made_by, x.chart_count AS charts,
         x.line_count AS lines, x.unit_total AS units, x.hash_total AS hash, x.byte_count, x.sha256, x.blob_id,
         a.verdict, a.reason, a.answered_at, q.name AS answered_by
    FROM charge_export x JOIN client k ON k.id = x.client_id JOIN export_mapping m ON m.id = x.mapping_id
    LEFT JOIN charge_export o ON o.id = x.corrects_id LEFT JOIN person p ON p.id = x.made_by
    LEFT JOIN charge_export_answer a ON a.export_id = x.id LEFT JOIN person q ON q.id = a.answered_by
"""
_CHARTS = """
  SELECT c.id AS chart_id, c.number, x.delivery, x.lines, x.units,
         (SELECT d.coding_id FROM delivered_version d WHERE d.chart_id = c.id ORDER BY d.version DESC LIMIT 1)
         <> (SELECT s.coding_id FROM charge_export_chart s JOIN charge_export e ON e.id = s.export_id
              WHERE s.chart_id = c.id ORDER BY e.number DESC LIMIT 1) AS has_changed
    FROM charge_export_chart x JOIN chart c ON c.id = x.chart_id
   WHERE x.export_id = $1 ORDER BY length(c.number), c.number
"""

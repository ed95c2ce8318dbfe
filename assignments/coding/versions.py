"""Versions of a coding: one for each submission, by its coder or its auditor; none is ever overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from assignments.drafting.rules import DiagnosisLine, Header, Lines, Pin, ProcedureLine
from assignments.pulling import Hold
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id

Role = Literal["coder", "auditor"]


@dataclass(frozen=True, slots=True)
class Version:
    """One submission of code lines."""

    id: UUID
    chart_id: UUID
    role: Role
    version: int
    author_id: UUID
    release: str
    submitted_at: datetime


async def find_versions(chart_id: UUID) -> list[Version]:
    """Every version of a chart's coding, oldest first, read inside the current transaction."""
    rows = await DB.fetch(
        "SELECT id, chart_id, role, version, author_id, release, submitted_at FROM coding WHERE chart_id = $1"
        " ORDER BY submitted_at, id",
        chart_id,
    )
    return [Version(**dict(row)) for row in rows]


async def find_latest(chart_id: UUID, role: Role) -> Version | None:
    """The last version by a coder or an auditor, read inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT id, chart_id, role, version, author_id, release, submitted_at FROM coding"
        " WHERE chart_id = $1 AND role = $2 ORDER BY version DESC LIMIT 1",
        chart_id, role,
    )  # fmt: skip
    return Version(**dict(row)) if row else None


async def find_lines(coding_id: UUID) -> Lines:
    """The code lines of one version with their evidence and header, read inside the current transaction."""
    header = await DB.fetch_one(_HEADER, coding_id)
    lines = collect_lines(await DB.fetch(_LINES, coding_id))
    said = {name: value for name, value in header.items() if value is not None} if header else {}
    return replace(lines, header=Header(**said))


def collect_lines(rows: Sequence[asyncpg.Record]) -> Lines:
    """The lines of one coding out of its rows, in their order, each with its `pins`."""
    return Lines(
        tuple(DiagnosisLine(row["code"], row["poa"] or "", _pins(row)) for row in rows if row["kind"] == "diagnosis"),
        tuple(_procedure(row) for row in rows if row["kind"] == "procedure"),
    )


async def add_version(
    author: Actor, *, hold: Hold, role: Role, lines: Lines, request_id: UUID, release: str, now: datetime
) -> UUID:
    """Write the chart's next version of this role inside the current transaction and return its id.

    The holder of the entry is the only one who can: of two at once the second waits in `lock_hold`.
    """
    coding_id = new_id()
    header = lines.header
    await DB.execute(
        "INSERT INTO coding (id, client_id, chart_id, version, role, author_id, queue_entry_id, fence, request_id,"
        " release, submitted_at, payer_class, place, acquaintance, rendering, supervising, assistant, referring,"
        " service_from, service_until) SELECT $1, $2, $3,"
        " 1 + coalesce((SELECT max(version) FROM coding WHERE chart_id = $3 AND role = $4), 0),"
        " $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19",
        coding_id, hold.client_id, hold.chart_id, role, author.person_id, hold.entry_id, hold.fence, request_id,
        release, now, header.payer_class or None, header.place or None, header.acquaintance or None,
        header.rendering or None, header.supervising or None, header.assistant or None, header.referring or None,
        header.service_from, header.service_until,
    )  # fmt: skip
    for position, diagnosis in enumerate(lines.diagnoses, start=1):
        await DB.execute(
            "INSERT INTO code_line (coding_id, client_id, chart_id, kind, position, system, code, poa)"
            " VALUES ($1, $2, $3, 'diagnosis', $4, 'ICD-10-CM', $5, $6)",
            coding_id, hold.client_id, hold.chart_id, position, diagnosis.code, diagnosis.poa or None,
        )  # fmt: skip
        await _add_evidence(hold, coding_id, "diagnosis", position, diagnosis.evidence)
    for position, line in enumerate(lines.procedures, start=1):
        await DB.execute(
            "INSERT INTO code_line (coding_id, client_id, chart_id, kind, position, system, code, modifiers, units,"
            " pointers, service_on, rendering, ndc, ndc_unit, ndc_quantity, minutes)"
            " VALUES ($1, $2, $3, 'procedure', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            coding_id, hold.client_id, hold.chart_id, position, line.system, line.code, list(line.modifiers),
            line.units, list(line.pointers), line.service_on, line.rendering or None, line.ndc or None,
            line.ndc_unit or None, line.ndc_quantity, line.minutes,
        )  # fmt: skip
        await _add_evidence(hold, coding_id, "procedure", position, line.evidence)
    return coding_id


_HEADER = (
    "SELECT payer_class, place, acquaintance, rendering, supervising, assistant, referring, service_from,"
    " service_until FROM coding WHERE id = $1"
)
_LINES = (
    "SELECT kind, system, code, poa, modifiers, units, pointers, service_on, rendering, ndc, ndc_unit, ndc_quantity,"
    " minutes, (SELECT array_agg((e.page_id, e.start_at, e.end_at) ORDER BY e.ordinal) FROM evidence e"
    "  WHERE e.coding_id = l.coding_id AND e.kind = l.kind AND e.position = l.position) AS pins"
    " FROM code_line l WHERE coding_id = $1 ORDER BY position"
)


async def _add_evidence(hold: Hold, coding_id: UUID, kind: str, position: int, pins: Sequence[Pin]) -> None:
    for ordinal, pin in enumerate(pins, start=1):
        await DB.execute(
            "INSERT INTO evidence (coding_id, client_id, chart_id, kind, position, ordinal, page_id, start_at, end_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            coding_id, hold.client_id, hold.chart_id, kind, position, ordinal, pin.page_id, pin.start, pin.end,
        )  # fmt: skip


def _procedure(row: asyncpg.Record) -> ProcedureLine:
    return ProcedureLine(
        row["system"], row["code"], tuple(row["modifiers"]), row["units"], tuple(row["pointers"]), row["service_on"],
        row["rendering"] or "", row["ndc"] or "", row["ndc_unit"] or "", row["ndc_quantity"], row["minutes"],
        _pins(row),
    )  # fmt: skip


def _pins(row: asyncpg.Record) -> tuple[Pin, ...]:
    return tuple(Pin(UUID(bytes=page_id.bytes), start, end) for page_id, start, end in row["pins"] or ())

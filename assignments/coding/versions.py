"""Versions of a coding: one for each submission, by its coder or its auditor; none is ever overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
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
    """The code lines of one version, read inside the current transaction."""
    return _lines(
        await DB.fetch(
            "SELECT kind, system, code, modifiers, units, pointers FROM code_line WHERE coding_id = $1"
            " ORDER BY position",
            coding_id,
        )
    )


async def add_version(
    author: Actor, *, hold: Hold, role: Role, lines: Lines, request_id: UUID, release: str, now: datetime
) -> UUID:
    """Write the chart's next version of this role inside the current transaction and return its id.

    The holder of the entry is the only one who can: of two at once the second waits in `lock_hold`.
    """
    coding_id = new_id()
    await DB.execute(
        "INSERT INTO coding (id, client_id, chart_id, version, role, author_id, queue_entry_id, fence, request_id,"
        " release, submitted_at) SELECT $1, $2, $3,"
        " 1 + coalesce((SELECT max(version) FROM coding WHERE chart_id = $3 AND role = $4), 0),"
        " $4, $5, $6, $7, $8, $9, $10",
        coding_id, hold.client_id, hold.chart_id, role, author.person_id, hold.entry_id, hold.fence, request_id,
        release, now,
    )  # fmt: skip
    for position, diagnosis in enumerate(lines.diagnoses, start=1):
        await DB.execute(
            "INSERT INTO code_line (coding_id, client_id, chart_id, kind, position, system, code)"
            " VALUES ($1, $2, $3, 'diagnosis', $4, 'ICD-10-CM', $5)",
            coding_id, hold.client_id, hold.chart_id, position, diagnosis.code,
        )  # fmt: skip
    for position, procedure in enumerate(lines.procedures, start=1):
        await DB.execute(
            "INSERT INTO code_line (coding_id, client_id, chart_id, kind, position, system, code, modifiers, units,"
            " pointers) VALUES ($1, $2, $3, 'procedure', $4, $5, $6, $7, $8, $9)",
            coding_id, hold.client_id, hold.chart_id, position, procedure.system, procedure.code,
            list(procedure.modifiers), procedure.units, list(procedure.pointers),
        )  # fmt: skip
    return coding_id


def _lines(rows: Iterable[asyncpg.Record]) -> Lines:
    rows = list(rows)
    return Lines(
        tuple(DiagnosisLine(row["code"]) for row in rows if row["kind"] == "diagnosis"),
        tuple(
            ProcedureLine(row["system"], row["code"], tuple(row["modifiers"]), row["units"], tuple(row["pointers"]))
            for row in rows
            if row["kind"] == "procedure"
        ),
    )

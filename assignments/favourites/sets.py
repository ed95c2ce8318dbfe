"""Sets of lines: kept by a coder, pushed by a manager, put on a chart in one move."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assignments.codesets.icd10cm import explain_invalid, release_in_force
from assignments.codesets.procedure_codes import explain_procedure_on
from assignments.codesets.procedures import LineError
from assignments.drafting.editing import save_lines
from assignments.drafting.entries import read_lines, write_procedure
from assignments.drafting.operations import pointer_letters
from assignments.drafting.plain import from_plain, to_plain
from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from assignments.favourites.rules import Applied, apply_set, plain_lines
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A set with its lines; `to` says for whom a manager pushed it, None for one's own."""

    id: UUID
    name: str
    lines: Lines
    to: str | None

    @property
    def entries(self) -> tuple[str, ...]:
        """Its lines as one types them."""
        return (
            *(line.code for line in self.lines.diagnoses),
            *(write_procedure(line, pointer_letters(line.pointers)) for line in self.lines.procedures),
        )


async def find_sets(chart_id: UUID) -> list[CodeSet]:
    """The sets for a chart, one's own first, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT s.id, s.name, s.lines, s.owner_id, s.specialty, l.name AS line, c.name AS client FROM code_set s"
        "  JOIN chart t ON t.id = $1"
        "  LEFT JOIN client c ON c.id = s.client_id"
        "  LEFT JOIN service_line l ON l.client_id = s.client_id AND l.id = s.service_line_id"
        " WHERE s.ended_at IS NULL AND (s.owner_id IS NOT NULL OR ("
        "       (s.client_id IS NULL OR s.client_id = t.client_id)"
        "   AND (s.specialty IS NULL OR s.specialty = t.specialty)"
        "   AND (s.service_line_id IS NULL OR s.service_line_id = t.service_line_id)))"
        " ORDER BY s.owner_id IS NULL, lower(s.name), s.id LIMIT 200",
        chart_id,
    )
    return [
        CodeSet(
            row["id"], row["name"], from_plain(json.loads(row["lines"])),
            None if row["owner_id"] else " · ".join(filter(None, (row["client"], row["line"], row["specialty"]))),
        )
        for row in rows
    ]  # fmt: skip


async def find_pushed_sets() -> list[CodeSet]:
    """Every set that is pushed, inside a manager's transaction."""
    rows = await DB.fetch(
        "SELECT s.id, s.name, s.lines, s.specialty, l.name AS line, c.name AS client FROM code_set s"
        "  LEFT JOIN client c ON c.id = s.client_id"
        "  LEFT JOIN service_line l ON l.client_id = s.client_id AND l.id = s.service_line_id"
        " WHERE s.ended_at IS NULL AND s.owner_id IS NULL ORDER BY lower(s.name), s.id LIMIT 500"
    )
    return [
        CodeSet(row["id"], row["name"], from_plain(json.loads(row["lines"])),
                " · ".join(filter(None, (row["client"], row["line"], row["specialty"]))))
        for row in rows
    ]  # fmt: skip


async def keep_set(actor: Actor, *, chart_id: UUID, name: str, now: datetime) -> UUID:
    """Keep the lines of the actor's draft as a set of their own; raises Invalid without a name or lines."""
    name = _named(name)
    async with acting_as(actor):
        stored = await DB.value(
            "SELECT lines FROM coding_draft WHERE chart_id = $1 AND stage = 'coding' AND person_id = acting_person()",
            chart_id,
        )
        lines = plain_lines(from_plain(json.loads(stored))) if stored else Lines()
        if lines.are_empty:
            raise Invalid("There are no lines to keep yet. Code some first.")
        set_id = new_id()
        await DB.execute(
            "INSERT INTO code_set (id, owner_id, name, lines, created_at, created_by)"
            " VALUES ($1, acting_person(), $2, $3::jsonb, $4, acting_person())",
            set_id, name, json.dumps(to_plain(lines)), now,
        )  # fmt: skip
    return set_id


async def push_set(
    actor: Actor, *, name: str, entries: str, specialty: str, client_id: UUID | None, service_line_id: UUID | None,
    now: datetime,
) -> UUID:  # fmt: skip
    """A set for every coder of a specialty, a client or its service line; `entries` has a line a row, as one types it.

    Raises Invalid where a row cannot be read or nobody is named, NotFound for a line that is not the client's.
    """
    name = _named(name)
    if not specialty and client_id is None:
        raise Invalid("Say for whom: choose a specialty, a client, or both.")
    try:
        lines = read_lines(row for row in entries.splitlines() if row.strip())
    except LineError as error:
        raise Invalid(str(error)) from None
    if lines.are_empty:
        raise Invalid("Type the lines of the set, one a row.")
    async with acting_as(actor):
        if service_line_id is not None and not await DB.value(
            "SELECT count(*) FROM service_line WHERE id = $1 AND client_id = $2", service_line_id, client_id
        ):
            raise NotFound
        set_id = new_id()
        await DB.execute(
            "INSERT INTO code_set (id, client_id, service_line_id, specialty, name, lines, created_at, created_by)"
            " VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, acting_person())",
            set_id, client_id, service_line_id, specialty or None, name, json.dumps(to_plain(lines)), now,
        )  # fmt: skip
    return set_id


async def end_set(actor: Actor, *, set_id: UUID, now: datetime) -> None:
    """Take a set away from everybody who had it; calm when repeated. What it once put on charts stays."""
    async with acting_as(actor):
        if not await DB.value("SELECT count(*) FROM code_set WHERE id = $1", set_id):
            raise NotFound
        await DB.execute(
            "UPDATE code_set SET ended_at = $2, ended_by = acting_person() WHERE id = $1 AND ended_at IS NULL",
            set_id, now,
        )  # fmt: skip


async def put_set(actor: Actor, *, chart_id: UUID, fence: int, revision: int, set_id: UUID) -> str:
    """Put a set on a chart as one change that undo takes back; what was done, in a sentence.

    Raises NotFound for a set that is not for this chart, and what `save_lines` raises.
    """
    async with acting_as(actor):
        found = next((one for one in await find_sets(chart_id) if one.id == set_id), None)
    if found is None:
        raise NotFound
    done: list[Applied] = []

    def change(lines: Lines, on: date) -> Lines:
        done.append(apply_set(lines, found.lines, lambda line: explain_line(line, on)))
        return done[-1].lines

    await save_lines(actor, chart_id=chart_id, stage=Stage.CODING, fence=fence, revision=revision, change=change)
    applied = done[-1]
    said = f"{found.name}: {applied.added} line{'' if applied.added == 1 else 's'} added."
    if applied.left_out:
        said += f" Not added, for they are not valid on this date of service: {', '.join(applied.left_out)}."
    return said


def explain_line(line: DiagnosisLine | ProcedureLine, on: date) -> str | None:
    """Why a line cannot be coded on this date of service; None if it can, or if nothing here can know."""
    if isinstance(line, DiagnosisLine):
        return explain_invalid(line.code, on) if release_in_force(on) else None
    return explain_procedure_on(line.code, on)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"Give the set a name of at most {LONGEST_NAME} letters.")
    return name

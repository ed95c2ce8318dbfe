"""The earlier visits of a held chart's patient at the same client, with what was coded then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assignments.codesets.icd10cm import explain_date, explain_invalid, get_code
from assignments.codesets.procedures import write_pointers
from assignments.coding.versions import collect_lines
from assignments.drafting.editing import find_draft
from assignments.drafting.entries import write_procedure
from assignments.drafting.rules import Lines, letter
from assignments.pulling import LOST, find_hold
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class OldLine:
    """One line of an earlier coding. `why_not` says why it cannot be copied; `is_here` that it is here already."""

    name: str  # d1 or p2
    mark: str  # its letter or number
    written: str
    title: str
    why_not: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One earlier visit."""

    coding_id: UUID
    number: str
    service_on: date
    specialty: str
    provider: str
    lines: tuple[OldLine, ...]


@dataclass(frozen=True, slots=True)
class Visits:
    """The earlier visits, newest first, and what a form needs to change the present chart."""

    visits: tuple[Visit, ...]
    number: str
    service_on: date
    fence: int
    revision: int


async def find_visits(coder: Actor, *, chart_id: UUID) -> Visits:
    """The earlier visits of the patient of a chart that the coder holds; the look is recorded.

    Raises NotFound for a chart that they may not see, Conflict for one that they do not hold.
    """
    async with acting_as(coder):
        chart = await DB.fetch_one(
            "SELECT number, service_on, client_id, patient_id FROM chart WHERE id = $1", chart_id
        )
        if chart is None:
            raise NotFound
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
        if hold is None:
            raise Conflict(LOST)
        draft = await find_draft(chart_id=chart_id, stage=Stage.CODING)
        rows = await DB.fetch("SELECT * FROM prior_codings($1)", chart_id)
        lines = await find_old_lines(chart_id)
        await record(
            coder, Action.PATIENT_LOOKED_UP, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"], details={"visits": len(rows)},
        )  # fmt: skip
    here = draft.lines if draft else Lines()
    return Visits(
        tuple(
            Visit(
                row["coding_id"], row["number"], row["service_on"], row["specialty"], row["provider"],
                tuple(_show(lines.get(row["coding_id"], Lines()), here, chart["service_on"])),
            )
            for row in rows
        ),
        chart["number"], chart["service_on"], hold.fence, draft.revision if draft else 1,
    )  # fmt: skip


async def find_old_lines(chart_id: UUID) -> Mapping[UUID, Lines]:
    """What the earlier visits were coded with, by coding and without evidence; inside the current transaction."""
    rows = await DB.fetch("SELECT *, NULL AS pins FROM prior_lines($1)", chart_id)
    codings = {row["coding_id"]: [other for other in rows if other["coding_id"] == row["coding_id"]] for row in rows}
    return {coding_id: collect_lines(of) for coding_id, of in codings.items()}


def why_not(code: str, on: date) -> str:
    """Why a diagnosis cannot be copied to a date of service; empty if it can, or if nobody here can know."""
    return "" if explain_date(on) else explain_invalid(code, on) or ""


def _show(lines: Lines, here: Lines, on: date) -> list[OldLine]:
    there = {line.code for line in here.diagnoses}
    diagnoses = []
    for at, line in enumerate(lines.diagnoses, start=1):
        found = get_code(line.code, on)
        title = found.title if found else ""
        diagnoses.append(OldLine(f"d{at}", letter(at), line.code, title, why_not(line.code, on), line.code in there))
    coded = {line.code for line in here.procedures}
    return diagnoses + [
        OldLine(f"p{at}", str(at), write_procedure(line, write_pointers(line.pointers), on), "", "", line.code in coded)
        for at, line in enumerate(lines.procedures, start=1)
    ]

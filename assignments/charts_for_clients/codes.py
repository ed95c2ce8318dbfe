"""The codes of a delivered chart, with the titles of the release in force on its date of service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assignments.codesets.icd10cm import get_code
from assignments.rules import ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound

_LETTERS = "ABCDEFGHIJKL"


@dataclass(frozen=True, slots=True)
class FinalLine:
    """One line of the delivered coding; `pointers` are the letters of the diagnoses that it stands on."""

    kind: str
    position: int
    system: str
    code: str
    title: str
    modifiers: str
    units: int
    pointers: str

    @property
    def letter(self) -> str:
        """What a procedure's pointer calls this diagnosis."""
        return _LETTERS[self.position - 1] if self.kind == "diagnosis" else ""


@dataclass(frozen=True, slots=True)
class FinalCodes:
    """The coding that was delivered."""

    version: int
    release: str
    diagnoses: Sequence[FinalLine]
    procedures: Sequence[FinalLine]


@dataclass(frozen=True, slots=True)
class CodesFile:
    """What the file of a chart's codes holds."""

    chart_number: str
    service_on: date
    codes: FinalCodes


async def find_final_codes(chart_id: UUID, *, state: str, service_on: date) -> FinalCodes | None:
    """The codes of a chart inside the current transaction; None before its delivery, whatever is coded already."""
    if state != ChartState.DELIVERED:
        return None
    coding = await DB.fetch_one(
        "SELECT id, version, release FROM coding WHERE chart_id = $1 AND role = 'coder' ORDER BY version DESC LIMIT 1",
        chart_id,
    )
    if coding is None:
        return None
    rows = await DB.fetch(
        "SELECT kind, position, system, code, modifiers, units, pointers FROM code_line WHERE coding_id = $1"
        " ORDER BY kind, position",
        coding["id"],
    )
    lines = [
        FinalLine(
            row["kind"], row["position"], row["system"], row["code"], _title(row["system"], row["code"], service_on),
            " ".join(row["modifiers"]), row["units"], "".join(_LETTERS[pointer - 1] for pointer in row["pointers"]),
        )
        for row in rows
    ]  # fmt: skip
    return FinalCodes(
        coding["version"], coding["release"], [line for line in lines if line.kind == "diagnosis"],
        [line for line in lines if line.kind == "procedure"],
    )  # fmt: skip


async def export_codes(person: Actor, *, chart_id: UUID) -> CodesFile:
    """The delivered codes for a file, recorded; NotFound for other clients' charts, Conflict before the delivery."""
    async with acting_as(person):
        chart = await DB.fetch_one(
            "SELECT number, client_id, patient_id, state, service_on FROM chart WHERE id = $1", chart_id
        )
        if chart is None:
            raise NotFound
        codes = await find_final_codes(chart_id, state=chart["state"], service_on=chart["service_on"])
        if codes is None:
            raise Conflict("The codes of this chart are not delivered yet. Its page says how far it is.")
        await record(
            person, Action.CODING_EXPORTED, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"],
        )  # fmt: skip
    return CodesFile(chart["number"], chart["service_on"], codes)


def _title(system: str, code: str, on: date) -> str:
    found = get_code(code, on) if system == "ICD-10-CM" else None
    return found.title if found else ""

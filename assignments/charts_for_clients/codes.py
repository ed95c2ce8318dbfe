"""The codes of a delivered chart, with the titles of the release in force on its date of service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import asyncpg

from assignments.codesets.icd10cm import get_code
from assignments.codesets.procedure_codes import get_procedure
from assignments.rules import ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound

_LETTERS = "ABCDEFGHIJKL"


@dataclass(frozen=True, slots=True)
class FinalLine:
    """One line of the delivered coding; `pointers` are the letters of the diagnoses that it stands on.

    `service_on` and `rendering` (an NPI) stand where they are not those of the whole chart.
    """

    kind: str
    position: int
    system: str
    code: str
    title: str
    modifiers: str
    units: int
    pointers: str
    service_on: date | None = None
    rendering: str = ""
    ndc: str = ""
    ndc_unit: str = ""
    ndc_quantity: Decimal | None = None
    minutes: int | None = None
    poa: str = ""  # whether a diagnosis was there at admission, where that is asked

    @property
    def details(self) -> str:
        """What else stands on the line, in words; empty for most lines."""
        amount = f" {self.ndc_unit} {self.ndc_quantity.normalize():f}" if self.ndc_quantity else ""
        parts = (
            f"POA {self.poa}" if self.poa else "",
            f"on {self.service_on}" if self.service_on else "",
            f"by NPI {self.rendering}" if self.rendering else "",
            f"NDC {self.ndc}{amount}" if self.ndc else "",
            f"{self.minutes} minutes" if self.minutes else "",
        )
        return " · ".join(part for part in parts if part)

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
    delivery: int = 1  # which delivery this is; the second has a notice of what changed
    changes: Sequence[str] = ()
    deliveries: Sequence[tuple[int, datetime, Sequence[str]]] = ()  # each with what it changed, newest first


@dataclass(frozen=True, slots=True)
class CodesFile:
    """What the file of a chart's codes holds."""

    chart_number: str
    service_on: date
    codes: FinalCodes


async def find_final_codes(chart_id: UUID, *, state: str, service_on: date) -> FinalCodes | None:
    """The codes of a chart inside the current transaction; None before its delivery, whatever is coded already.

    While a delivered chart is coded again, what was delivered last still stands.
    """
    sent = await DB.fetch(
        "SELECT v.id, v.version, v.release, d.version AS delivery, d.delivered_at"
        " FROM delivered_version d JOIN coding v ON v.id = d.coding_id"
        " WHERE d.chart_id = $1 ORDER BY d.version DESC",
        chart_id,
    )
    coding = sent[0] if sent else None
    if coding is None and state == ChartState.DELIVERED:  # from before deliveries were written down
        coding = await DB.fetch_one(
            "SELECT id, version, release, 1 AS delivery FROM coding WHERE chart_id = $1 AND role = 'coder'"
            " ORDER BY version DESC LIMIT 1",
            chart_id,
        )
    if coding is None:
        return None
    lines = await _find_lines(coding["id"], service_on)
    each = [lines, *[await _find_lines(row["id"], service_on) for row in sent[1:]]]
    told = [what_changed(before, after) for after, before in pairwise(each)]
    return FinalCodes(
        coding["version"], coding["release"], [line for line in lines if line.kind == "diagnosis"],
        [line for line in lines if line.kind == "procedure"], coding["delivery"],
        told[0] if told else (),
        [(row["delivery"], row["delivered_at"], changes) for row, changes in zip(sent, [*told, ()], strict=False)],
    )  # fmt: skip


def what_changed(before: Sequence[FinalLine], after: Sequence[FinalLine]) -> list[str]:
    """The notice that comes with another delivery: a sentence for each code that came, went or changed."""
    old, new = {(line.system, line.code): line for line in before}, {(line.system, line.code): line for line in after}
    said = [f"{code} ({system}) is no longer there." for system, code in old if (system, code) not in new]
    said += [f"{code} ({system}) is new." for system, code in new if (system, code) not in old]
    said += [f"{key[1]} ({key[0]}) is changed: {_told(line)}." for key, line in new.items()
             if key in old and _told(line) != _told(old[key])]  # fmt: skip
    return said or ["Nothing: the codes are as they were."]


def _told(line: FinalLine) -> str:
    if line.kind == "diagnosis":
        return ", ".join(filter(None, (f"place {line.letter}", line.details)))
    parts = (f"modifiers {line.modifiers or 'none'}", f"units {line.units}", f"diagnoses {line.pointers or 'none'}")
    return ", ".join((*parts, line.details) if line.details else parts)


async def _find_lines(coding_id: UUID, service_on: date) -> list[FinalLine]:
    rows = await DB.fetch(
        "SELECT kind, position, system, code, modifiers, units, pointers, service_on, rendering, ndc, ndc_unit,"
        " ndc_quantity, minutes, poa FROM code_line WHERE coding_id = $1 ORDER BY kind, position",
        coding_id,
    )
    return final_lines(rows, service_on)


def final_lines(rows: Sequence[asyncpg.Record], service_on: date) -> list[FinalLine]:
    """Rows of code_line as a client reads them, with the titles of the release in force on the date of service."""
    return [
        FinalLine(
            row["kind"], row["position"], row["system"], row["code"], _title(row["system"], row["code"], service_on),
            " ".join(row["modifiers"]), row["units"], "".join(_LETTERS[pointer - 1] for pointer in row["pointers"]),
            row["service_on"], row["rendering"] or "", row["ndc"] or "", row["ndc_unit"] or "", row["ndc_quantity"],
            row["minutes"], row["poa"] or "",
        )
        for row in rows
    ]  # fmt: skip


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
    if system == "CPT":  # its descriptors are the licensee's, not for every client's files
        return ""
    found = get_code(code, on) if system == "ICD-10-CM" else get_procedure(code, on)
    return found.title if found else ""

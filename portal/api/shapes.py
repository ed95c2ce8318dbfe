"""What travels over the API, as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec

_NAMED = msgspec.Meta(max_length=200, description="By name; may be left out if you have one")


class ReportLine(msgspec.Struct, frozen=True):
    """What became of one line of a delivery."""

    line: int
    file: str
    state: Annotated[str, msgspec.Meta(description="waiting, taken, already or refused")]
    reason: Annotated[str | None, msgspec.Meta(description="A sentence, where the line was not taken")]
    chart: Annotated[UUID | None, msgspec.Meta(description="Ask for it at /api/v1/charts/{id}")]
    chart_number: str | None


class Delivery(msgspec.Struct, frozen=True):
    """A delivery and how far it has come."""

    id: UUID
    state: Annotated[str, msgspec.Meta(description="received, working, splitting, done or refused")]
    reason: Annotated[str | None, msgspec.Meta(description="Why the delivery as a whole was refused")]
    received_at: datetime
    finished_at: datetime | None
    lines: int
    taken: int
    already: Annotated[int, msgspec.Meta(description="Lines whose chart was here before")]
    refused: int
    waiting: int
    report: list[ReportLine]


class NewEncounter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The facts of one encounter, and the names of the documents whose content will follow."""

    encounter_number: Annotated[str, msgspec.Meta(max_length=60, examples=["ENC-1001"])]
    service_on: Annotated[str, msgspec.Meta(max_length=20, description="Date of service", examples=["2026-09-14"])]
    provider: Annotated[str, msgspec.Meta(max_length=120, examples=["Ida Renner, MD"])]
    patient_name: Annotated[str, msgspec.Meta(max_length=200, examples=["Sample, Pat"])]
    mrn: Annotated[str, msgspec.Meta(max_length=60, examples=["MRN-204"])]
    born_on: Annotated[str, msgspec.Meta(max_length=20, examples=["1961-05-04"])]
    documents: Annotated[list[str], msgspec.Meta(description="File names, 1 to 20", examples=[["visit.pdf"]])]
    service_line: Annotated[str, _NAMED] = ""
    location: Annotated[str, _NAMED] = ""
    payer: Annotated[str, msgspec.Meta(max_length=120)] = ""
    sex: Annotated[str, msgspec.Meta(max_length=30, description="female, male, other or unknown")] = ""
    stat: Annotated[bool, msgspec.Meta(description="Due within the STAT hours of its service line")] = False


class Awaited(msgspec.Struct, frozen=True):
    """A document whose content is awaited."""

    file: str
    href: Annotated[str, msgspec.Meta(description="PUT the content here")]


class Encounter(msgspec.Struct, frozen=True):
    """An encounter that waits for its documents."""

    id: UUID
    documents: list[Awaited]


class DocumentTaken(msgspec.Struct, frozen=True):
    """What a document's arrival has led to."""

    missing: Annotated[int, msgspec.Meta(description="Documents still to come")]
    chart: Annotated[UUID | None, msgspec.Meta(description="The chart, once the last document is there")]


class ResultLine(msgspec.Struct, frozen=True):
    """One line of a chart's delivered codes."""

    kind: Annotated[str, msgspec.Meta(description="diagnosis or procedure")]
    position: int
    system: Annotated[str, msgspec.Meta(description="ICD-10-CM, CPT or HCPCS")]
    code: str
    title: Annotated[str, msgspec.Meta(description="Empty where no title may be given, as with CPT")]
    modifiers: list[str]
    units: int
    diagnoses: Annotated[str, msgspec.Meta(description="Letters of the diagnoses that a procedure points to")]
    service_on: Annotated[date | None, msgspec.Meta(description="The line's own date, where it is not the chart's")]
    rendering: Annotated[str, msgspec.Meta(description="NPI, where it is not the one of the whole claim")]
    ndc: str
    ndc_unit: str
    ndc_quantity: Decimal | None
    minutes: Annotated[int | None, msgspec.Meta(description="Of anesthesia")]


class ChartResults(msgspec.Struct, frozen=True):
    """The codes of a chart as they were delivered last."""

    chart: UUID
    number: str
    version: Annotated[int, msgspec.Meta(description="Which delivery of this chart it is")]
    delivered_at: datetime
    release: Annotated[str, msgspec.Meta(description="The code set that was in force")]
    reopened: Annotated[bool, msgspec.Meta(description="It is being coded again: another version will follow")]
    changes: Annotated[list[str], msgspec.Meta(description="What changed since version 1, in sentences")]
    lines: list[ResultLine]


class ChargeExport(msgspec.Struct, frozen=True):
    """A charge export with its control totals."""

    id: UUID
    number: int
    corrects: Annotated[int | None, msgspec.Meta(description="The number of the export that it corrects")]
    file: str
    made_at: datetime
    charts: int
    lines: Annotated[int, msgspec.Meta(description="Procedure lines")]
    units: int
    hash: Annotated[int, msgspec.Meta(description="The sum of the numbers in the charts' numbers")]
    bytes: int
    sha256: str
    verdict: Annotated[str | None, msgspec.Meta(description="accepted, rejected, or nothing yet")]
    reason: str | None


class ExportAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an export was taken in."""

    verdict: Annotated[str, msgspec.Meta(description="accepted or rejected", max_length=20)]
    reason: Annotated[
        str,
        msgspec.Meta(
            max_length=20, description="If rejected: totals, layout, patient, missing, twice, codes or damaged"
        ),
    ] = ""


class Chart(msgspec.Struct, frozen=True):
    """How far a chart has come."""

    id: UUID
    number: str
    state: Annotated[str, msgspec.Meta(description="received, ready, assigned, coded, final, delivered, cancelled, …")]
    is_stat: bool
    received_at: datetime
    due_at: datetime
    delivered_at: datetime | None

"""What the upload page offers, and what a receipt shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.opening import open_fields
from assignments.rules import with_specialty
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from storage.facts import SEXES
from storage.sniffing import MediaType


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service line that charts can be sent for."""

    id: UUID
    name: str
    specialty: str
    promise_hours: int
    in_own_system: bool = False  # it may be coded in the client's own system


@dataclass(frozen=True, slots=True)
class Choices:
    """What a client's people can choose from when they send documents."""

    time_zone: str
    lines: Sequence[ServiceLine]
    locations: Sequence[tuple[UUID, str]]
    providers: Sequence[str]

    @property
    def line_options(self) -> list[tuple[UUID, str]]:
        """The service lines as a person chooses among them."""
        return [
            (line.id, f"{with_specialty(line.name, line.specialty)} · promised in {line.promise_hours} h")
            for line in self.lines
        ]

    @property
    def sexes(self) -> list[tuple[str, str]]:
        """The words for a patient's administrative sex, each with its name."""
        return list(SEXES.items())

    @property
    def in_own_system(self) -> list[str]:
        """The names of the service lines that may be coded in the client's own system."""
        return [line.name for line in self.lines if line.in_own_system]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What became of one file: `state` is received, ready or refused; `refusal` a sentence of ours."""

    position: int
    name: str
    size: int  # bytes
    state: str
    refusal: str | None
    page_count: int | None
    media_type: str | None
    sha256: str
    waits_for_scan: bool

    @property
    def kind(self) -> str:
        """The kind of a file that was accepted, in a word."""
        return MediaType(self.media_type).words if self.media_type else ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one upload."""

    id: UUID
    received_at: datetime
    time_zone: str
    chart_id: UUID | None
    chart_number: str | None
    chart_state: str | None
    is_addition: bool
    in_own_system: bool
    lines: Sequence[ReceiptLine]

    @property
    def is_decided(self) -> bool:
        """True if no file is being checked any more, and the chart knows it."""
        return all(line.state != "received" for line in self.lines) and self.chart_state != "received"


async def get_choices(person: Actor) -> Choices:
    """What `person` can choose from when they send documents."""
    async with acting_as(person):
        zone = await DB.value("SELECT time_zone FROM client WHERE id = $1", person.client_id)
        lines = await DB.fetch(
            "SELECT id, name, specialty, promise_hours, ehr_url IS NOT NULL AS in_own_system FROM service_line"
            " WHERE retired_at IS NULL ORDER BY name"
        )
        locations = await DB.fetch("SELECT id, name FROM location ORDER BY name")
        providers = await DB.fetch("SELECT DISTINCT provider FROM encounter ORDER BY provider LIMIT 200")
    return Choices(
        zone,
        [ServiceLine(**row) for row in lines],
        [(row["id"], row["name"]) for row in locations],
        [row["provider"] for row in providers],
    )


async def get_receipt(person: Actor, upload_id: UUID) -> Receipt:
    """The receipt of an upload, with the names of its files; the look is recorded. NotFound for other clients."""
    async with acting_as(person):
        upload = await _get_upload(upload_id)
        rows = await _find_lines(upload_id)
        names = await open_fields("upload_file.name", {row["id"]: row["name_sealed"] for row in rows})
        prints = await open_fields(
            "document.sha256", {row["document_id"]: row["sha256_sealed"] for row in rows if row["sha256_sealed"]}
        )
        await record(
            person, Action.CHART_OPENED, object_type="upload", object_id=upload_id, client_id=person.client_id,
            patient_id=upload["patient_id"],
            details={"chart": str(upload["chart_id"])} if upload["chart_id"] else None,
        )  # fmt: skip
    return _receipt(upload, rows, names, prints)


async def get_progress(person: Actor, upload_id: UUID) -> Receipt:
    """The receipt without the names of the files: what is asked for again and again tells nothing of a patient."""
    async with acting_as(person):
        upload = await _get_upload(upload_id)
        rows = await _find_lines(upload_id)
    return _receipt(upload, rows, {}, {})


async def _get_upload(upload_id: UUID) -> asyncpg.Record:
    upload = await DB.fetch_one(
        "SELECT u.id, u.received_at, u.chart_id, k.time_zone, c.number, c.state, c.patient_id,"
        " EXISTS (SELECT FROM ehr_visit v WHERE v.chart_id = u.chart_id) AS in_own_system"
        " FROM upload u JOIN client k ON k.id = u.client_id LEFT JOIN chart c ON c.id = u.chart_id WHERE u.id = $1",
        upload_id,
    )
    if upload is None:
        raise NotFound
    return upload


async def _find_lines(upload_id: UUID) -> list[asyncpg.Record]:
    return await DB.fetch(
        "SELECT f.id, f.position, f.name_sealed, f.size, coalesce(d.state, 'refused') AS state,"
        " coalesce(f.refusal, d.refusal) AS refusal, d.page_count, f.document_id, d.media_type, d.sha256_sealed,"
        " coalesce(d.is_added, false) AS is_added, d.scan_waiting_since IS NOT NULL AS waits"
        " FROM upload_file f LEFT JOIN document d ON d.id = f.document_id WHERE f.upload_id = $1 ORDER BY f.position",
        upload_id,
    )


def _receipt(
    upload: asyncpg.Record, rows: Sequence[asyncpg.Record], names: Mapping[UUID, str], prints: Mapping[UUID, str]
) -> Receipt:
    return Receipt(
        upload["id"], upload["received_at"], upload["time_zone"], upload["chart_id"], upload["number"], upload["state"],
        any(row["is_added"] for row in rows),
        upload["in_own_system"],
        [
            ReceiptLine(
                row["position"], names.get(row["id"], ""), row["size"], row["state"], row["refusal"], row["page_count"],
                row["media_type"], prints.get(row["document_id"], ""), row["waits"] and row["state"] == "received",
            )
            for row in rows
        ],
    )  # fmt: skip

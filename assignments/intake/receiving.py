"""Receive an upload: one request with an encounter's facts and its files becomes a chart and a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.events import tell
from assignments.intake.patients import check_encounter, check_patient, make_encounter, make_patient
from assignments.intake.rules import NewChart
from assignments.intake.taking_files import Accepted, Refused
from assignments.preparing import PREPARE_DOCUMENT
from assignments.rules import ChartState, due_at, ensure_can_move
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id
from portal.jobs import put_in_line
from storage.blobs import confirm_blob
from storage.client_keys import ClientKey, get_active_key
from storage.sealed_fields import index_of, seal_field


class CannotReceive(Invalid):
    """What stands on file speaks against this chart: a sentence for a field, and the chart that is there already."""

    def __init__(self, field: str, message: str, *, chart_id: UUID | None = None, number: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.chart_id = chart_id
        self.number = number


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that may go on; if it is repeated, its receipt is there and its files are not needed."""

    id: UUID
    is_repeated: bool


async def begin_upload(person: Actor, *, upload_id: UUID, new: NewChart) -> Begun:
    """Look, before any file is taken, whether this chart can be received, and whether the form was received before.

    Raises CannotReceive if the patient, the encounter or an earlier chart speaks against it, and Conflict if the same
    form comes again with another encounter. A form whose files were all refused may be sent again, for another receipt.
    """
    client_id = _client_of(person)
    async with acting_as(person):
        key = await get_active_key(client_id)
        earlier = await _find_upload(upload_id)
        if earlier and earlier["chart_id"]:
            _ensure_same(key, earlier, new)
            return Begun(upload_id, is_repeated=True)
        await _find_or_refuse(key, new)
    return Begun(new_id() if earlier else upload_id, is_repeated=False)


async def record_upload(
    person: Actor, *, upload_id: UUID, new: NewChart, files: Sequence[Accepted | Refused], now: datetime
) -> UUID:
    """Make the chart of the accepted files and write the receipt; returns the upload's id. Calm when repeated.

    If every file was refused there is a receipt, but no chart. Raises CannotReceive as `prepare_receiving` does:
    somebody else may have sent the same meanwhile. What was sealed for nothing is swept.
    """
    client_id = _client_of(person)
    accepted = [file for file in files if isinstance(file, Accepted)]
    async with acting_as(person):
        key = await get_active_key(client_id)
        # The client's counter comes first, for its row's lock: of two uploads of one client the second waits here
        # until the first is done, and then finds the patient, the encounter, the chart or the receipt it has made.
        number = await DB.value("SELECT next_chart_number()") if accepted else None
        earlier = await _find_upload(upload_id)
        if earlier:
            _ensure_same(key, earlier, new)
            return upload_id
        chart_id = await _make_chart(person, key, new, number, accepted, now) if number else None
        written = await DB.execute(
            "INSERT INTO upload (id, client_id, person_id, chart_id, received_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING",
            upload_id, client_id, person.person_id, chart_id, now,
        )  # fmt: skip
        if not written:
            raise Conflict("This form has been sent already. Open the upload page again for the next encounter.")
        for position, file in enumerate(files, start=1):
            await _write_receipt_line(person, key, upload_id, position, file)
    return upload_id


async def _find_upload(upload_id: UUID) -> asyncpg.Record | None:
    return await DB.fetch_one(
        "SELECT u.chart_id, e.number_index, c.service_line_id FROM upload u LEFT JOIN chart c ON c.id = u.chart_id"
        " LEFT JOIN encounter e ON e.id = c.encounter_id WHERE u.id = $1",
        upload_id,
    )


def _ensure_same(key: ClientKey, earlier: asyncpg.Record, new: NewChart) -> None:
    """A browser can bring back a form that was sent long ago; what it holds now must not vanish behind that receipt."""
    received = (earlier["number_index"], earlier["service_line_id"])
    if earlier["chart_id"] and received != (index_of(key, "encounter", new.encounter_number), new.service_line_id):
        raise Conflict(
            "This form was sent before and has its receipt. Open the upload page again for the next encounter."
        )


async def _find_or_refuse(key: ClientKey, new: NewChart) -> tuple[UUID | None, UUID | None]:
    patient_id, sentence = await check_patient(key, new)
    if sentence:
        raise CannotReceive("mrn", sentence)
    encounter_id, sentence = await check_encounter(key, new, patient_id)
    if sentence:
        raise CannotReceive("encounter_number", sentence)
    there = await DB.fetch_one(
        "SELECT id, number FROM chart WHERE client_id = $1 AND encounter_id = $2 AND service_line_id = $3"
        " AND state <> 'cancelled'",
        key.client_id, encounter_id, new.service_line_id,
    )  # fmt: skip
    if there:
        raise CannotReceive(
            "encounter_number",
            f"Chart {there['number']} has this encounter and service line already. Nothing was sent twice.",
            chart_id=there["id"], number=there["number"],
        )  # fmt: skip
    return patient_id, encounter_id


async def _make_chart(
    person: Actor, key: ClientKey, new: NewChart, number: str, files: Sequence[Accepted], now: datetime
) -> UUID:
    patient_id, encounter_id = await _find_or_refuse(key, new)
    patient_id = patient_id or await make_patient(key, new, now)
    encounter_id = encounter_id or await make_encounter(key, new, patient_id, now)
    line = await DB.fetch_one(
        "SELECT specialty, promise_hours FROM service_line WHERE id = $1 AND retired_at IS NULL", new.service_line_id
    )
    if line is None:
        raise CannotReceive("service_line", "This service line has been retired. Choose another one.")
    chart_id = new_id()
    await DB.execute(
        "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
        " is_stat, service_on, received_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        chart_id, key.client_id, number, encounter_id, new.service_line_id, patient_id, line["specialty"],
        ChartState.RECEIVED.value, new.is_stat, new.service_on, now,
        due_at(now, promise_hours=line["promise_hours"], is_stat=new.is_stat),
    )  # fmt: skip
    for position, file in enumerate(files, start=1):
        await confirm_blob(file.blob)
        await DB.execute(
            "INSERT INTO document (id, client_id, chart_id, position, name_sealed, media_type, size, state,"
            " original_blob_id, received_at, received_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', $8, $9, $10)",
            file.document_id, key.client_id, chart_id, position,
            seal_field(key, "document.name", file.document_id, file.name), file.media_type.value, file.size,
            file.blob.id, now, person.person_id,
        )  # fmt: skip
        await record(
            person, Action.DOCUMENT_UPLOADED, object_type="document", object_id=file.document_id,
            client_id=key.client_id, patient_id=patient_id, details={"chart": str(chart_id)},
        )  # fmt: skip
        await put_in_line(PREPARE_DOCUMENT, file.document_id)
    await tell(
        person, kind=ensure_can_move(None, ChartState.RECEIVED), client_id=key.client_id, chart_id=chart_id,
        from_state=None, to_state=ChartState.RECEIVED.value, now=now, details={"documents": len(files)},
    )  # fmt: skip
    return chart_id


async def _write_receipt_line(
    person: Actor, key: ClientKey, upload_id: UUID, position: int, file: Accepted | Refused
) -> None:
    file_id = new_id()
    refusal, document_id = (None, file.document_id) if isinstance(file, Accepted) else (file.reason, None)
    await DB.execute(
        "INSERT INTO upload_file (id, client_id, upload_id, position, name_sealed, size, refusal, document_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        file_id, key.client_id, upload_id, position, seal_field(key, "upload_file.name", file_id, file.name), file.size,
        refusal, document_id,
    )  # fmt: skip
    if refusal:
        await record(
            person, Action.DOCUMENT_REFUSED, object_type="upload", object_id=upload_id, client_id=key.client_id,
            details={"file": position},
        )  # fmt: skip


def _client_of(person: Actor) -> UUID:
    if person.client_id is None:
        raise Invalid("Only people of a client can send documents.")
    return person.client_id

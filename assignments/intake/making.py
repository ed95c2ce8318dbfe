"""Make a chart: the patient and the encounter are found or made, and its documents are on their way."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assignments.duplicates.finding import note_visit
from assignments.ehr.visits import note_ehr_visit
from assignments.events import tell
from assignments.intake.patients import check_encounter, check_patient, make_encounter, make_patient, note_sex
from assignments.intake.rules import NOT_THERE, NewChart
from assignments.intake.taking_files import Accepted
from assignments.preparing import PREPARE_DOCUMENT, SETTLE_CHART
from assignments.promising import promise
from assignments.rules import ChartState, ensure_can_move
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB
from portal.errors import Invalid
from portal.ids import new_id
from portal.jobs import put_in_line
from portal.tenancy.agreements import NO_AGREEMENT, has_agreement
from storage.blobs import confirm_blob
from storage.client_keys import ClientKey
from storage.sealed_fields import seal_field


class CannotReceive(Invalid):
    """What stands on file speaks against this chart: a sentence for a field, and the chart that is there already."""

    def __init__(self, field: str, message: str, *, chart_id: UUID | None = None, number: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.chart_id = chart_id
        self.number = number


async def ensure_agreement(client_id: UUID, *, now: datetime) -> None:
    """Raise CannotReceive unless a business associate agreement is in force; inside the current transaction."""
    if not await has_agreement(client_id, now=now):
        raise CannotReceive("", NO_AGREEMENT)


async def find_or_refuse(key: ClientKey, new: NewChart) -> tuple[UUID | None, UUID | None]:
    """The patient and the encounter that are there; raises CannotReceive if what is on file speaks against it."""
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


async def make_chart(
    person: Actor, key: ClientKey, new: NewChart, number: str, files: Sequence[Accepted], now: datetime
) -> UUID:
    """A chart `number` of an encounter and its documents, inside the current transaction; returns its id.

    The transaction has taken the number first: the lock on the client's counter puts what arrives at once in a row.
    """
    await ensure_agreement(key.client_id, now=now)
    patient_id, encounter_id = await find_or_refuse(key, new)
    if patient_id is None:
        patient_id = await make_patient(key, new, now)
    else:
        await note_sex(key, new, patient_id)
    encounter_id = encounter_id or await make_encounter(key, new, patient_id, now)
    line = await DB.fetch_one(
        "SELECT specialty, ehr_url FROM service_line WHERE id = $1 AND retired_at IS NULL", new.service_line_id
    )
    if line is None:
        raise CannotReceive("service_line", "This service line has been retired. Choose another one.")
    if new.in_own_system and not line["ehr_url"]:
        raise CannotReceive("in_own_system", NOT_THERE)
    promised = await promise(service_line_id=new.service_line_id, received_at=now, is_stat=new.is_stat)
    chart_id = new_id()
    await DB.execute(
        "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
        " is_stat, service_on, received_at, counts_from, due_at, promised_due_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        chart_id, key.client_id, number, encounter_id, new.service_line_id, patient_id, line["specialty"],
        ChartState.RECEIVED.value, new.is_stat, new.service_on, now, promised.counts_from, promised.due_at,
        promised.promised_due_at,
    )  # fmt: skip
    await note_visit(person, key, chart_id=chart_id, encounter_number=new.encounter_number)
    if new.in_own_system:
        await note_ehr_visit(
            person, key, chart_id=chart_id, patient_id=patient_id, reference=new.encounter_number, now=now
        )
    await attach_documents(person, key, chart_id=chart_id, patient_id=patient_id, files=files, now=now)
    if not files:
        await put_in_line(SETTLE_CHART, chart_id)
    await tell(
        person, kind=ensure_can_move(None, ChartState.RECEIVED), client_id=key.client_id, chart_id=chart_id,
        from_state=None, to_state=ChartState.RECEIVED.value, now=now, details={"documents": len(files)},
    )  # fmt: skip
    return chart_id


async def attach_documents(
    person: Actor, key: ClientKey, *, chart_id: UUID, patient_id: UUID, files: Sequence[Accepted], now: datetime,
    first: int = 1, is_added: bool = False, supersedes_below: int | None = None,
) -> None:  # fmt: skip
    """Make documents of a chart out of sealed files, from position `first` on, and send them to be prepared.

    `is_added`: the chart was made before. `supersedes_below`: once one of them can be read, it takes the place of
    every document before that position.
    """
    for position, file in enumerate(files, start=first):
        if not file.is_stored:
            await confirm_blob(file.blob)
        await DB.execute(
            "INSERT INTO document (id, client_id, chart_id, position, name_sealed, media_type, size, state,"
            " original_blob_id, received_at, received_by, sha256_sealed, is_added, supersedes_below)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', $8, $9, $10, $11, $12, $13)",
            file.document_id, key.client_id, chart_id, position,
            seal_field(key, "document.name", file.document_id, file.name), file.media_type.value, file.size,
            file.blob.id, now, person.person_id,
            seal_field(key, "document.sha256", file.document_id, file.sha256) if file.sha256 else None, is_added,
            supersedes_below,
        )  # fmt: skip
        await record(
            person, Action.DOCUMENT_UPLOADED, object_type="document", object_id=file.document_id,
            client_id=key.client_id, patient_id=patient_id, details={"chart": str(chart_id)},
        )  # fmt: skip
        await put_in_line(PREPARE_DOCUMENT, file.document_id)

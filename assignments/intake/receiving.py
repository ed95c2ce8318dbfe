"""Receive an upload: one request with an encounter's facts and its files becomes a chart and a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.intake.limits import ensure_room
from assignments.intake.making import ensure_agreement, find_or_refuse, make_chart
from assignments.intake.rules import NewChart
from assignments.intake.sending_staged import end_staged
from assignments.intake.staging import client_of
from assignments.intake.taking_files import Accepted, Refused
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.ids import new_id
from storage.client_keys import ClientKey, get_active_key
from storage.sealed_fields import index_of, seal_field


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that may go on; if it is repeated, its receipt is there and its files are not needed."""

    id: UUID
    is_repeated: bool


async def begin_upload(person: Actor, *, upload_id: UUID, new: NewChart, now: datetime, size: int = 0) -> Begun:
    """Look, before any file is taken, whether this chart can be received, and whether the form was received before.

    `size` is how many bytes come with the form; QuotaFull if they are more than may be sent. Raises CannotReceive if no
    agreement is in force, or if the patient, the encounter or an earlier chart speaks against it, and Conflict if the
    same form comes again with another encounter. A form whose files were all refused may be sent again, for another
    receipt.
    """
    client_id = client_of(person)
    async with acting_as(person):
        key = await get_active_key(client_id)
        earlier = await _find_upload(upload_id)
        if earlier and earlier["chart_id"]:
            _ensure_same(key, earlier, new)
            return Begun(upload_id, is_repeated=True)
        await ensure_agreement(client_id, now=now)
        await find_or_refuse(key, new)
        if size:
            await ensure_room(person, client_id=client_id, size=size)
    return Begun(new_id() if earlier else upload_id, is_repeated=False)


async def record_upload(
    person: Actor, *, upload_id: UUID, new: NewChart, files: Sequence[Accepted | Refused], now: datetime,
    staged_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Make the chart of the accepted files and write the receipt; returns the upload's id. Calm when repeated.

    `staged_id` is the open upload that some of the files came from; it ends in the same transaction.

    If every file was refused there is a receipt, but no chart; an encounter that is coded in the client's own system
    may come with none. Raises CannotReceive as `prepare_receiving` does:
    somebody else may have sent the same meanwhile. What was sealed for nothing is swept.
    """
    client_id = client_of(person)
    accepted = [file for file in files if isinstance(file, Accepted)]
    without_files = new.in_own_system and not files
    async with acting_as(person):
        key = await get_active_key(client_id)
        await ensure_room(person, client_id=client_id, size=sum(file.size for file in accepted if not file.is_stored))
        # The client's counter comes first, for its row's lock: of two uploads of one client the second waits here
        # until the first is done, and then finds the patient, the encounter, the chart or the receipt it has made.
        number = await DB.value("SELECT next_chart_number()") if accepted or without_files else None
        earlier = await _find_upload(upload_id)
        if earlier:
            _ensure_same(key, earlier, new)
            return upload_id
        chart_id = await make_chart(person, key, new, number, accepted, now) if number else None
        await write_receipt(person, key, upload_id=upload_id, chart_id=chart_id, files=files, now=now)
        if staged_id:
            await end_staged(upload_id=staged_id, files=files)
    return upload_id


async def write_receipt(
    person: Actor, key: ClientKey, *, upload_id: UUID, chart_id: UUID | None, files: Sequence[Accepted | Refused],
    now: datetime,
) -> None:  # fmt: skip
    """Write down what became of each file of an upload, inside the current transaction."""
    written = await DB.execute(
        "INSERT INTO upload (id, client_id, person_id, chart_id, received_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        upload_id, key.client_id, person.person_id, chart_id, now,
    )  # fmt: skip
    if not written:
        raise Conflict("This form has been sent already. Open the upload page again for the next encounter.")
    for position, file in enumerate(files, start=1):
        await _write_receipt_line(person, key, upload_id, position, file)


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

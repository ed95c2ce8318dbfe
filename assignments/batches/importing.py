"""Import a schedule: read, shown, and only then kept; the same file again changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from assignments.batches.reading import Known, Reading, ScheduleLine, read_schedule
from assignments.batches.sealing import SchedulePatient, open_patient, write_patient
from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound, NotPermitted
from portal.ids import new_id
from storage.client_keys import ClientKey, get_active_key
from storage.sealed_fields import index_of, seal_field

_DRAFT = "schedule_draft.file"
_NUMBER, _PATIENT = "expected_encounter.number", "expected_encounter.patient"


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of a file, and what importing it would do: new, changed or same."""

    line: ScheduleLine
    effect: str
    expected_id: UUID | None
    index: bytes


@dataclass(frozen=True, slots=True)
class Preview:
    """A schedule as it was understood, before anything of it is kept."""

    draft_id: UUID
    reading: Reading
    planned: Sequence[Planned]
    locations: Mapping[UUID, str]
    lines: Mapping[UUID, str]

    def count(self, effect: str) -> int:
        """How many lines are new, changed or same."""
        return sum(1 for one in self.planned if one.effect == effect)


async def draft_schedule(person: Actor, *, data: bytes, now: datetime) -> UUID:
    """Seal a file to look at it, and return the draft's id; an earlier draft of the same person goes.

    Raises Unreadable if it is no schedule.
    """
    client_id = _client_of(person)
    async with acting_as(person):
        key = await get_active_key(client_id)
        await _read(data, client_id, now)
        await DB.execute(
            "DELETE FROM schedule_draft WHERE client_id = $1 AND person_id = $2", client_id, person.person_id
        )
        draft_id = new_id()
        # Bytes of any encoding as text of one, for fields are text.
        sealed = seal_field(key, _DRAFT, draft_id, data.decode("latin-1"))
        await DB.execute(
            "INSERT INTO schedule_draft (id, client_id, person_id, file_sealed, made_at) VALUES ($1, $2, $3, $4, $5)",
            draft_id, client_id, person.person_id, sealed, now,
        )  # fmt: skip
    return draft_id


async def open_draft(person: Actor, *, draft_id: UUID, now: datetime) -> Preview:
    """What a draft says and would do; the look is recorded. Raises NotFound for another's draft."""
    async with acting_as(person):
        preview = await _preview(person, draft_id, now)
        await record(
            person, Action.SCHEDULE_READ, object_type="schedule", object_id=draft_id, client_id=person.client_id,
            details={"lines": len(preview.planned)},
        )  # fmt: skip
    return preview


async def discard_draft(person: Actor, *, draft_id: UUID) -> None:
    """Forget a draft. Raises NotFound for another's draft."""
    async with acting_as(person):
        if not await DB.execute(
            "DELETE FROM schedule_draft WHERE id = $1 AND person_id = $2", draft_id, person.person_id
        ):
            raise NotFound


async def import_draft(person: Actor, *, draft_id: UUID, now: datetime) -> Preview:
    """Keep the lines of a draft that can be used; what it did. Lines that are there already are changed or left alone.

    A released or closed batch that gets a new line is open again. Raises NotFound for another's draft, or one that was
    imported before.
    """
    client_id = _client_of(person)
    async with acting_as(person):
        key = await get_active_key(client_id)
        # An upload of the same encounter at this moment waits until this is done, or this until it is.
        await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"encounters of {client_id}")
        preview = await _preview(person, draft_id, now)
        batches = await _find_batches(client_id, preview.planned, now)
        touched = set()
        for one in preview.planned:
            batch_id = batches[one.line.location_id, one.line.service_on]
            if one.effect != "same":
                await _write(person, key, one, batch_id, now)
                touched.add(batch_id)
        await _link(client_id, preview.planned)
        await _reopen(person, client_id, touched, now)
        await DB.execute("DELETE FROM schedule_draft WHERE id = $1", draft_id)
        await record(
            person, Action.SCHEDULE_IMPORTED, object_type="schedule", object_id=draft_id, client_id=client_id,
            details={effect: preview.count(effect) for effect in ("new", "changed", "same")},
        )  # fmt: skip
    return preview


async def _preview(person: Actor, draft_id: UUID, now: datetime) -> Preview:
    draft = await DB.fetch_one(
        "SELECT client_id, file_sealed FROM schedule_draft WHERE id = $1 AND person_id = $2", draft_id, person.person_id
    )
    if draft is None:
        raise NotFound
    text = await open_fields(_DRAFT, {draft_id: draft["file_sealed"]})
    reading, known = await _read(text[draft_id].encode("latin-1"), draft["client_id"], now)
    planned = await _plan(await get_active_key(draft["client_id"]), reading.lines)
    lines = {one: name for one, name, _ in known.lines}
    return Preview(draft_id, reading, planned, dict(known.locations), lines)


async def _read(data: bytes, client_id: UUID, now: datetime) -> tuple[Reading, Known]:
    zone = await DB.value("SELECT time_zone FROM client WHERE id = $1", client_id)
    locations = await DB.fetch("SELECT id, name FROM location WHERE client_id = $1 ORDER BY name", client_id)
    lines = await DB.fetch(
        "SELECT id, name, specialty FROM service_line WHERE client_id = $1 AND retired_at IS NULL ORDER BY name",
        client_id,
    )
    known = Known(
        [(row["id"], row["name"]) for row in locations], [(row["id"], row["name"], row["specialty"]) for row in lines]
    )
    return read_schedule(data, known=known, today=now.astimezone(ZoneInfo(zone)).date()), known


async def _plan(key: ClientKey, lines: Sequence[ScheduleLine]) -> list[Planned]:
    indexes = [index_of(key, "encounter", line.number) for line in lines]
    there: dict[tuple[bytes, UUID], asyncpg.Record] = {
        (bytes(row["number_index"]), row["service_line_id"]): row
        for row in await DB.fetch(
            "SELECT x.id, x.number_index, x.service_line_id, x.patient_sealed, x.provider, b.service_on, b.location_id"
            " FROM expected_encounter x JOIN batch b ON b.id = x.batch_id"
            " WHERE x.client_id = $1 AND x.number_index = ANY ($2::bytea[])",
            key.client_id,
            indexes,
        )
    }
    patients = await open_fields(
        _PATIENT, {row["id"]: row["patient_sealed"] for row in there.values() if row["patient_sealed"]}
    )
    planned = []
    for line, index in zip(lines, indexes, strict=True):
        row = there.get((index, line.service_line_id))
        if row is None:
            planned.append(Planned(line, "new", None, index))
            continue
        known = patients.get(row["id"])
        patient = open_patient(known) if known else SchedulePatient(None, None, None)
        is_same = (row["service_on"], row["location_id"], row["provider"], patient) == (
            line.service_on, line.location_id, line.provider, line.patient,
        )  # fmt: skip
        planned.append(Planned(line, "same" if is_same else "changed", row["id"], index))
    return planned


async def _find_batches(
    client_id: UUID, planned: Sequence[Planned], now: datetime
) -> dict[tuple[UUID | None, object], UUID]:
    wanted = {(one.line.location_id, one.line.service_on) for one in planned}
    return {
        (place, day): await DB.value("SELECT batch_of($1, $2, $3, $4)", client_id, place, day, now)
        for place, day in sorted(wanted, key=str)
    }


async def _write(person: Actor, key: ClientKey, one: Planned, batch_id: UUID, now: datetime) -> None:
    expected_id = one.expected_id or new_id()
    line = one.line
    patient = None if line.patient.is_empty else seal_field(key, _PATIENT, expected_id, write_patient(line.patient))
    if one.expected_id:
        await DB.execute(
            "UPDATE expected_encounter SET batch_id = $2, provider = $3, patient_sealed = $4, imported_at = $5,"
            " imported_by = $6 WHERE id = $1",
            expected_id, batch_id, line.provider, patient, now, person.person_id,
        )  # fmt: skip
    else:
        await DB.execute(
            "INSERT INTO expected_encounter (id, client_id, batch_id, service_line_id, number_sealed, number_index,"
            " patient_sealed, provider, imported_at, imported_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            expected_id, key.client_id, batch_id, line.service_line_id,
            seal_field(key, _NUMBER, expected_id, line.number), one.index, patient, line.provider, now,
            person.person_id,
        )  # fmt: skip


async def _link(client_id: UUID, planned: Sequence[Planned]) -> None:
    """Documents that came before the schedule."""
    await DB.execute(
        "UPDATE expected_encounter x SET encounter_id = e.id FROM encounter e"
        " WHERE x.client_id = $1 AND x.number_index = ANY ($2::bytea[]) AND x.encounter_id IS NULL"
        "   AND e.client_id = x.client_id AND e.number_index = x.number_index",
        client_id, [one.index for one in planned],
    )  # fmt: skip


async def _reopen(person: Actor, client_id: UUID, batches: set[UUID], now: datetime) -> None:
    reopened = await DB.fetch(
        "UPDATE batch SET state = 'open', released_at = NULL, released_by = NULL, missing_at_release = NULL,"
        " closed_at = NULL WHERE client_id = $1 AND id = ANY ($2::uuid[]) AND state <> 'open' RETURNING id",
        client_id, list(batches),
    )  # fmt: skip
    for row in reopened:
        await DB.execute(
            "INSERT INTO batch_event (id, client_id, batch_id, kind, reason, actor_id, happened_at)"
            " VALUES ($1, $2, $3, 'reopened', 'schedule-changed', $4, $5)",
            new_id(), client_id, row["id"], person.person_id, now,
        )  # fmt: skip


def _client_of(person: Actor) -> UUID:
    if person.client_id is None:
        raise NotPermitted
    return person.client_id

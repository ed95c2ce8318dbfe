"""Take a delivery in: the worker's part, done in the name of the person who sent it, chart by chart."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.bulk.archive import Archive, BrokenMember, open_archive
from assignments.bulk.lines import Line, find_lines, lock_waiting, mark_refused, mark_taken, write_lines
from assignments.bulk.manifest import read_manifest
from assignments.bulk.planning import TOGETHER, Group, group, plan
from assignments.bulk.rules import UnusableDelivery
from assignments.intake.making import CannotReceive, find_or_refuse, make_chart
from assignments.intake.queries import get_choices
from assignments.intake.taking_files import Accepted, Refused, take_one
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER, Actor, Kind, Origin
from portal.clock import utc_now
from portal.database import DB, acting_as
from storage.blobs import find_blob
from storage.client_keys import get_active_key

BROKEN = "The file is damaged inside the ZIP. Pack it again and send it with its line."
SENDER_GONE = "Whoever sent this has been switched off meanwhile, so it was not taken in. Somebody else can send it."


async def take_delivery(delivery_id: UUID, *, now: datetime | None = None) -> None:
    """Take in what still waits of a delivery. Calm when repeated, and goes on where a killed worker stopped.

    Each chart is one transaction with the lines that it comes from, so a line is taken if, and only if, its chart is
    there.
    """
    person, is_disabled = await _find_sender(delivery_id)
    if person is None:
        return
    async with acting_as(person):
        delivery = await DB.fetch_one(
            "SELECT kind, state, blob_id, received_at FROM delivery WHERE id = $1", delivery_id
        )
    if delivery is None or delivery["state"] not in ("received", "working"):
        return
    if is_disabled:
        await refuse_delivery(person, delivery_id, SENDER_GONE, now=now or utc_now())
    elif delivery["kind"] == "zip":
        await _take_zip(person, delivery_id, delivery, now or utc_now())


async def refuse_delivery(person: Actor, delivery_id: UUID, sentence: str, *, now: datetime) -> None:
    """Say of a whole delivery why nothing (more) of it is taken in."""
    async with acting_as(person):
        changed = await DB.execute(
            "UPDATE delivery SET state = 'refused', refusal = $2, finished_at = $3"
            " WHERE id = $1 AND state NOT IN ('refused', 'done')",
            delivery_id, sentence, now,
        )  # fmt: skip
        if changed:
            await record(
                person, Action.DELIVERY_TAKEN, object_type="delivery", object_id=delivery_id,
                client_id=person.client_id, outcome="denied", reason="unusable",
            )  # fmt: skip


async def finish_delivery(person: Actor, delivery_id: UUID, *, now: datetime) -> None:
    """Say that a delivery is done once none of its lines waits; calm when repeated."""
    async with acting_as(person):
        states = await DB.fetch(
            "SELECT state, count(*) AS count FROM delivery_line WHERE delivery_id = $1 GROUP BY state", delivery_id
        )
        counts = {row["state"]: row["count"] for row in states}
        if counts.get("waiting"):
            return
        changed = await DB.execute(
            "UPDATE delivery SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'working'", delivery_id, now
        )
        if changed:
            await record(
                person, Action.DELIVERY_TAKEN, object_type="delivery", object_id=delivery_id,
                client_id=person.client_id, details=counts,
            )  # fmt: skip


async def take_group(
    person: Actor, one: Group, files: Sequence[Accepted], *, received_at: datetime
) -> None:
    """Make the chart of a group out of its sealed files, and say so on its lines, in one transaction."""
    assert person.client_id is not None
    try:
        async with acting_as(person):
            key = await get_active_key(person.client_id)
            # The client's counter first, as every door of intake does: what arrives at once comes one after the other.
            number = await DB.value("SELECT next_chart_number()")
            if not await lock_waiting(one.lines):
                return  # another worker was faster; what this one sealed is swept
            chart_id = await make_chart(person, key, one.new, number, files, received_at)
            await mark_taken(one.lines, files, chart_id)
    except CannotReceive as refusal:
        await refuse_lines(person, dict.fromkeys(one.lines, refusal.message), refusal.chart_id)


async def refuse_lines(person: Actor, reasons: dict[Line, str], chart_id: UUID | None = None) -> None:
    """Say on lines why they are not taken."""
    async with acting_as(person):
        await mark_refused({line.id: reason for line, reason in reasons.items()}, chart_id=chart_id)


async def can_be_made(person: Actor, one: Group) -> bool:
    """True unless what is on file speaks against a chart, which then stands on its lines; before any file is read."""
    assert person.client_id is not None
    try:
        async with acting_as(person):
            await find_or_refuse(await get_active_key(person.client_id), one.new)
    except CannotReceive as refusal:
        await refuse_lines(person, dict.fromkeys(one.lines, refusal.message), refusal.chart_id)
        return False
    return True


async def _find_sender(delivery_id: UUID) -> tuple[Actor | None, bool]:
    """The person who sent a delivery, as an actor, and whether they have been switched off."""
    async with acting_as(WORKER):
        row = await DB.fetch_one(
            "SELECT p.id, p.client_id, p.name, p.disabled_at, d.request_id FROM delivery d"
            " JOIN person p ON p.id = d.person_id AND p.client_id = d.client_id WHERE d.id = $1",
            delivery_id,
        )
    if row is None:
        return None, False
    person_id, client_id = UUID(bytes=row["id"].bytes), UUID(bytes=row["client_id"].bytes)
    origin = Origin(request_id=UUID(bytes=row["request_id"].bytes) if row["request_id"] else None)
    return Actor(Kind.CLIENT, person_id, client_id, row["name"], origin=origin), row["disabled_at"] is not None


async def _take_zip(person: Actor, delivery_id: UUID, delivery: asyncpg.Record, now: datetime) -> None:
    async with acting_as(person):
        blob = await find_blob(delivery["blob_id"])
    try:
        archive = await open_archive(blob)
        if delivery["state"] == "received":
            await _write_plan(person, delivery_id, archive, now)
    except UnusableDelivery as refusal:
        await refuse_delivery(person, delivery_id, str(refusal), now=now)
        return
    choices = await get_choices(person)
    async with acting_as(person):
        waiting = await find_lines(delivery_id, "waiting")
    groups, refused = group(waiting, choices=choices, now=now)
    await refuse_lines(person, refused)
    for one in groups:
        if await can_be_made(person, one) and (files := await _take_files(person, archive, one)):
            await take_group(person, one, files, received_at=delivery["received_at"])
    await finish_delivery(person, delivery_id, now=now)


async def _write_plan(person: Actor, delivery_id: UUID, archive: Archive, now: datetime) -> None:
    lines = read_manifest(await archive.read_manifest())
    names = {name.casefold(): name for name in archive.names}
    planned = plan(lines, names, choices=await get_choices(person), now=now)
    assert person.client_id is not None
    async with acting_as(person):
        begun = await DB.execute(
            "UPDATE delivery SET state = 'working' WHERE id = $1 AND state = 'received'", delivery_id
        )
        if begun:
            await write_lines(await get_active_key(person.client_id), delivery_id, planned)


async def _take_files(person: Actor, archive: Archive, one: Group) -> list[Accepted]:
    """The sealed files of a group; none if any of them is refused, which then stands on its lines."""
    assert person.client_id is not None
    accepted: list[Accepted] = []
    for line in one.lines:
        try:
            taken = await _take_file(person, archive, line, person.client_id)
        except BrokenMember:
            taken = Refused(line.name, 0, BROKEN)
        if isinstance(taken, Refused):
            await refuse_lines(person, {**dict.fromkeys(one.lines, TOGETHER), line: taken.reason})
            return []
        accepted.append(taken)
    return accepted


async def _take_file(person: Actor, archive: Archive, line: Line, client_id: UUID) -> Accepted | Refused:
    name = line.name.rpartition("/")[2]
    async with aclosing(archive.read(line.name)) as pieces:
        taken = await take_one(person, name, pieces, client_id=client_id)
    return replace(taken, name=name[:255]) if isinstance(taken, Accepted) else taken

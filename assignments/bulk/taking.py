"""Take a delivery in: the worker's part, done in the name of the person who sent it, chart by chart."""

from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.bulk.archive import Archive, BrokenMember, open_archive
from assignments.bulk.deciding import can_be_made, finish_delivery, refuse_delivery, refuse_lines, take_group
from assignments.bulk.lines import Line, find_lines, write_lines
from assignments.bulk.manifest import read_manifest
from assignments.bulk.planning import TOGETHER, Group, group, plan
from assignments.bulk.rules import UnusableDelivery
from assignments.bulk.taking_parts import draw_delivery, take_parts
from assignments.intake.queries import get_choices
from assignments.intake.taking_files import Accepted, Refused, take_one
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
    elif delivery["kind"] == "pdf" and delivery["state"] == "received":
        await draw_delivery(person, delivery_id, blob_id=delivery["blob_id"], now=now or utc_now())
    elif delivery["kind"] == "pdf":
        await take_parts(person, delivery_id, blob_id=delivery["blob_id"], now=now or utc_now())


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

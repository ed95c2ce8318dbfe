"""Clients and what belongs to them: locations and service lines are added, service lines retired."""

from datetime import datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from portal.tenancy.rules import ensure_code, ensure_zone


async def add_client(manager: Actor, *, code: str, name: str, time_zone: str, now: datetime) -> UUID:
    """Write a client inside the current transaction and return its id.

    Raises Invalid for an unusable code or time zone, Conflict if the code is taken.
    """
    client_id = new_id()
    try:
        await DB.execute(
            "INSERT INTO client (id, code, name, time_zone, created_at) VALUES ($1, $2, $3, $4, $5)",
            client_id, ensure_code(code), name.strip(), ensure_zone(time_zone), now,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict(f"{code.strip().upper()} is another client’s code already. Choose a different one.") from None
    await record(manager, Action.CLIENT_CREATED, object_type="client", object_id=client_id, client_id=client_id)
    return client_id


async def add_location(manager: Actor, *, client_id: UUID, name: str) -> UUID:
    """Write a location inside the current transaction and return its id; Conflict if the name is taken."""
    location_id = new_id()
    try:
        await DB.execute(
            "INSERT INTO location (id, client_id, name) VALUES ($1, $2, $3)", location_id, client_id, name.strip()
        )
    except asyncpg.UniqueViolationError:
        raise Conflict("This client has a location of that name already. Choose a different name.") from None
    await record(
        manager, Action.CLIENT_CHANGED, object_type="location", object_id=location_id, client_id=client_id,
        changes=["location added"],
    )  # fmt: skip
    return location_id


async def add_service_line(
    manager: Actor, *, client_id: UUID, name: str, specialty: str, promise_hours: int, now: datetime
) -> UUID:  # fmt: skip
    """Write a service line inside the current transaction and return its id; Conflict if the name is taken.

    A specialty that is known in another spelling of capitals keeps the known one: people are matched by that word.
    """
    line_id, specialty = new_id(), specialty.strip()
    known = await DB.value("SELECT specialty FROM service_line WHERE lower(specialty) = lower($1) LIMIT 1", specialty)
    try:
        await DB.execute(
            "INSERT INTO service_line (id, client_id, name, specialty, promise_hours, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            line_id, client_id, name.strip(), known or specialty, promise_hours, now,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("This client has a service line of that name already. Choose a different name.") from None
    await record(
        manager, Action.CLIENT_CHANGED, object_type="service line", object_id=line_id, client_id=client_id,
        changes=["service line added"],
    )  # fmt: skip
    return line_id


async def open_location(manager: Actor, *, client_id: UUID, name: str) -> UUID:
    """Add a location to a client and return its id. NotFound for an unknown client, Conflict for a taken name."""
    async with acting_as(manager):
        await ensure_client(client_id)
        return await add_location(manager, client_id=client_id, name=name)


async def retire_service_line(manager: Actor, *, client_id: UUID, service_line_id: UUID, now: datetime) -> None:
    """Take a service line off the list that uploads choose from; charts that are there go on. Calm when repeated.

    Raises NotFound for a service line that is not the client's.
    """
    async with acting_as(manager):
        changed = await DB.execute(
            "UPDATE service_line SET retired_at = $3 WHERE client_id = $1 AND id = $2 AND retired_at IS NULL",
            client_id, service_line_id, now,
        )  # fmt: skip
        if changed:
            await record(
                manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id,
                client_id=client_id, changes=["service line retired"],
            )  # fmt: skip
        else:
            await ensure_service_line(client_id, service_line_id)


async def ensure_client(client_id: UUID) -> None:
    """Raise NotFound unless there is such a client that whoever acts may see."""
    if not await DB.value("SELECT 1 FROM client WHERE id = $1", client_id):
        raise NotFound


async def ensure_service_line(client_id: UUID, service_line_id: UUID) -> None:
    """Raise NotFound unless the client has this service line and whoever acts may see it."""
    if not await DB.value("SELECT 1 FROM service_line WHERE client_id = $1 AND id = $2", client_id, service_line_id):
        raise NotFound

"""A client's calendar: until when a day's charts count, on which days anybody works, and STAT hours."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.tenancy.clients import ensure_client
from portal.tenancy.rules import LONGEST_STAT

EVERY_WORKDAY = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Days:
    """A client's cut-off (minutes after midnight; None: there is none), ISO working days and holidays by day."""

    cut_off_minute: int | None
    working_days: Sequence[int]
    holidays: Sequence[tuple[date, str]]


async def get_days(client_id: UUID) -> Days:
    """A client's calendar, inside the current transaction; every moment counts if nothing was agreed."""
    row = await DB.fetch_one("SELECT cut_off_minute, working_days FROM client_calendar WHERE client_id = $1", client_id)
    holidays = await DB.fetch("SELECT day, name FROM client_holiday WHERE client_id = $1 ORDER BY day", client_id)
    return Days(
        row["cut_off_minute"] if row else None, row["working_days"] if row else EVERY_WORKDAY,
        [(one["day"], one["name"]) for one in holidays],
    )  # fmt: skip


async def set_cut_off(
    manager: Actor, *, client_id: UUID, cut_off_minute: int | None, working_days: Collection[int], now: datetime
) -> None:
    """Agree until when a day's charts count, and on which ISO weekdays anybody works.

    Charts that are there keep their due time. Raises NotFound for an unknown client, Invalid for a week without a
    working day.
    """
    if not working_days or not set(working_days) <= set(range(1, 8)):
        raise Invalid("Choose at least one working day: a promise could never start otherwise.")
    async with acting_as(manager):
        await ensure_client(client_id)
        await DB.execute(
            "INSERT INTO client_calendar (client_id, cut_off_minute, working_days, changed_at, changed_by)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (client_id) DO UPDATE SET cut_off_minute = $2, working_days = $3,"
            " changed_at = $4, changed_by = $5",
            client_id, cut_off_minute, sorted(set(working_days)), now, manager.person_id,
        )  # fmt: skip
        await _changed(manager, client_id, "cut-off")


async def add_holiday(manager: Actor, *, client_id: UUID, day: date, name: str) -> None:
    """Note a day on which nobody works for a client. Raises NotFound, and Conflict if the day is noted already."""
    async with acting_as(manager):
        await ensure_client(client_id)
        try:
            await DB.execute(
                "INSERT INTO client_holiday (client_id, day, name) VALUES ($1, $2, $3)", client_id, day, name.strip()
            )
        except asyncpg.UniqueViolationError:
            raise Conflict(f"{day} is on the list already. Take it off first if its name is wrong.") from None
        await _changed(manager, client_id, "holiday added")


async def remove_holiday(manager: Actor, *, client_id: UUID, day: date) -> None:
    """Take a day off the list of holidays; calm if it is not on it. Raises NotFound for an unknown client."""
    async with acting_as(manager):
        await ensure_client(client_id)
        if await DB.execute("DELETE FROM client_holiday WHERE client_id = $1 AND day = $2", client_id, day):
            await _changed(manager, client_id, "holiday removed")


async def set_stat_hours(manager: Actor, *, client_id: UUID, service_line_id: UUID, hours: int) -> None:
    """Agree in how many hours a STAT chart of a service line is due. Charts that are there keep their due time.

    Raises NotFound for a service line that is not the client's, Invalid for hours that nobody would promise.
    """
    if not 1 <= hours <= LONGEST_STAT:
        raise Invalid(f"STAT is promised within 1 to {LONGEST_STAT} hours.")
    async with acting_as(manager):
        changed = await DB.execute(
            "UPDATE service_line SET stat_hours = $3 WHERE client_id = $1 AND id = $2",
            client_id, service_line_id, hours,
        )  # fmt: skip
        if not changed:
            raise NotFound
        await record(
            manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id, client_id=client_id,
            changes=["STAT hours"],
        )  # fmt: skip


async def _changed(manager: Actor, client_id: UUID, what: str) -> None:
    await record(
        manager, Action.CLIENT_CHANGED, object_type="client", object_id=client_id, client_id=client_id, changes=[what]
    )

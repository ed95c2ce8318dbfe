"""Calendars: until when a day's charts count, on which days and hours anybody works; a client's, or a line's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.tenancy.clients import ensure_client, ensure_service_line
from portal.tenancy.public_holidays import find_public_holidays
from portal.tenancy.rules import ensure_week


@dataclass(frozen=True, slots=True)
class Week:
    """When anybody works: cut-off (None: there is none), hours as minutes after midnight, ISO working days."""

    cut_off_minute: int | None = None
    working_days: Collection[int] = (1, 2, 3, 4, 5)
    opens_minute: int = 0
    closes_minute: int = 1440


@dataclass(frozen=True, slots=True)
class Days:
    """A calendar: its week, and the holidays that it keeps, by day."""

    week: Week
    holidays: Sequence[tuple[date, str]]
    is_own: bool = False  # a service line's own, not its client's
    keeps_holidays: bool = True


async def get_days(client_id: UUID, *, service_line_id: UUID | None = None) -> Days:
    """A client's calendar, or that of one of its service lines, which may have its own; in the current transaction.

    Every moment counts if nothing was agreed.
    """
    row = await DB.fetch_one(_DAYS, client_id, service_line_id)
    if row is None:
        return Days(Week(), await _find_holidays(client_id))
    week = Week(row["cut_off_minute"], row["working_days"], row["opens_minute"], row["closes_minute"])
    holidays = await _find_holidays(client_id) if row["keeps_holidays"] else []
    return Days(week, holidays, row["is_own"], row["keeps_holidays"])


async def set_week(manager: Actor, *, client_id: UUID, week: Week, now: datetime) -> None:
    """Agree until when a day's charts count, and on which days and hours anybody works for a client.

    Charts that are there keep their due time. Raises NotFound for an unknown client, Invalid for a week without working
    time.
    """
    ensure_week(week.working_days, week.opens_minute, week.closes_minute)
    async with acting_as(manager):
        await ensure_client(client_id)
        await DB.execute(
            "INSERT INTO client_calendar (client_id, cut_off_minute, working_days, opens_minute, closes_minute,"
            " changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (client_id) DO UPDATE SET"
            " cut_off_minute = $2, working_days = $3, opens_minute = $4, closes_minute = $5, changed_at = $6,"
            " changed_by = $7",
            client_id, *_columns(week), now, manager.person_id,
        )  # fmt: skip
        await _changed(manager, client_id, "calendar")


async def set_line_week(
    manager: Actor, *, client_id: UUID, service_line_id: UUID, week: Week, keeps_holidays: bool, now: datetime
) -> None:
    """Give a service line a calendar of its own, with its client's holidays or without any.

    Charts that are there keep their due time. Raises NotFound for a service line that is not the client's, Invalid for
    a week without working time.
    """
    ensure_week(week.working_days, week.opens_minute, week.closes_minute)
    async with acting_as(manager):
        await ensure_service_line(client_id, service_line_id)
        await DB.execute(
            "INSERT INTO service_line_calendar (client_id, service_line_id, cut_off_minute, working_days, opens_minute,"
            " closes_minute, keeps_holidays, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " ON CONFLICT (client_id, service_line_id) DO UPDATE SET cut_off_minute = $3, working_days = $4,"
            " opens_minute = $5, closes_minute = $6, keeps_holidays = $7, changed_at = $8, changed_by = $9",
            client_id, service_line_id, *_columns(week), keeps_holidays, now, manager.person_id,
        )  # fmt: skip
        await _changed(manager, client_id, "own calendar", service_line_id)


async def keep_clients_week(manager: Actor, *, client_id: UUID, service_line_id: UUID) -> None:
    """Let a service line keep its client's calendar; calm if it does. Raises NotFound for a line of somebody else."""
    async with acting_as(manager):
        await ensure_service_line(client_id, service_line_id)
        if await DB.execute(
            "DELETE FROM service_line_calendar WHERE client_id = $1 AND service_line_id = $2",
            client_id, service_line_id,
        ):  # fmt: skip
            await _changed(manager, client_id, "no own calendar", service_line_id)


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


async def adopt_holidays(manager: Actor, *, client_id: UUID, year: int, state: str) -> int:
    """Note every public holiday of a year, federal or a state's (two letters), and return how many were not noted yet.

    A day that is on the list keeps its name. Raises NotFound for an unknown client, Invalid for an unknown state.
    """
    days = find_public_holidays(year, state)
    async with acting_as(manager):
        await ensure_client(client_id)
        added = await DB.execute(
            "INSERT INTO client_holiday (client_id, day, name) SELECT $1, d, n"
            " FROM unnest($2::date[], $3::text[]) AS one (d, n) ON CONFLICT DO NOTHING",
            client_id, [day for day, _ in days], [name for _, name in days],
        )  # fmt: skip
        if added:
            await _changed(manager, client_id, "public holidays added")
    return added


_DAYS = """
  SELECT cut_off_minute, working_days, opens_minute, closes_minute, true AS is_own, keeps_holidays
    FROM service_line_calendar WHERE client_id = $1 AND service_line_id = $2
   UNION ALL
  SELECT cut_off_minute, working_days, opens_minute, closes_minute, false, true
    FROM client_calendar WHERE client_id = $1
   ORDER BY is_own DESC LIMIT 1
"""


async def _find_holidays(client_id: UUID) -> list[tuple[date, str]]:
    rows = await DB.fetch("SELECT day, name FROM client_holiday WHERE client_id = $1 ORDER BY day", client_id)
    return [(row["day"], row["name"]) for row in rows]


def _columns(week: Week) -> tuple[int | None, list[int], int, int]:
    return week.cut_off_minute, sorted(set(week.working_days)), week.opens_minute, week.closes_minute


async def _changed(manager: Actor, client_id: UUID, what: str, service_line_id: UUID | None = None) -> None:
    await record(
        manager, Action.CLIENT_CHANGED, object_type="service line" if service_line_id else "client",
        object_id=service_line_id or client_id, client_id=client_id, changes=[what],
    )  # fmt: skip

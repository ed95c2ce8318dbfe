"""The rules of tenancy: what a client's code, time zone, service lines and agreements may be. Pure."""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from portal.errors import Invalid

#: The zones that most clients are in, from east to west; offered first.
US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)

SHORTEST_PROMISE, LONGEST_PROMISE = 1, 2000  # hours
LONGEST_STAT = 168  # hours
LONGEST_WARNING = 20160  # minutes: two weeks
SHORTEST_WIDENING, LONGEST_WIDENING = 5, 10080  # minutes before a chart is due

#: From how many days before its end on an agreement is warned of, the second time in earnest.
FIRST_WARNING, LAST_WARNING = 60, 30


class AgreementKind(StrEnum):
    """What a signed paper is."""

    BAA = "baa"
    CONTRACT = "contract"


class Standing(StrEnum):
    """How an agreement stands on a day."""

    TO_COME = "to come"
    IN_FORCE = "in force"
    EXPIRES_SOON = "expires soon"
    EXPIRED = "expired"
    ENDED = "ended"


def ensure_code(code: str) -> str:
    """The code that begins a client's chart numbers, in capitals; raises Invalid unless it is two to five letters."""
    code = code.strip().upper()
    if not re.fullmatch(r"[A-Z]{2,5}", code):
        raise Invalid("A code is two to five letters, such as RAD. It begins every chart number of the client.")
    return code


def ensure_zone(zone: str) -> str:
    """An IANA time zone that is known here; raises Invalid otherwise."""
    if zone not in _known_zones():
        raise Invalid("Choose a time zone from the list, such as America/New_York.")
    return zone


@cache
def zones() -> Sequence[str]:
    """Every time zone that can be chosen: those of the United States first, then all others by name."""
    return (*US_ZONES, *sorted(zone for zone in _known_zones() if "/" in zone and zone not in US_ZONES))


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def standing(effective_on: date, expires_on: date | None, ended_on: date | None, *, today: date) -> Standing:
    """How an agreement stands: first and last day are both in force; ended early counts before expiry."""
    if today < effective_on:
        return Standing.TO_COME
    if ended_on and today > ended_on:
        return Standing.ENDED
    if expires_on and today > expires_on:
        return Standing.EXPIRED
    last_on = min((day for day in (expires_on, ended_on) if day), default=None)
    return Standing.EXPIRES_SOON if last_on and (last_on - today).days <= FIRST_WARNING else Standing.IN_FORCE


def ensure_term(signed_on: date, effective_on: date, expires_on: date | None, *, today: date) -> None:
    """Raise Invalid unless these can be the days of a signed paper."""
    if signed_on > today + timedelta(days=1):  # somebody farther east may have signed it tomorrow already
        raise Invalid("An agreement counts once it is signed: the day of signing cannot lie ahead.")
    if expires_on and expires_on < effective_on:
        raise Invalid("The last day lies before the first. Check both days.")
    if expires_on and expires_on < signed_on:
        raise Invalid("The agreement ends before it was signed. Check both days.")


def ensure_week(working_days: Collection[int], opens_minute: int, closes_minute: int) -> None:
    """Raise Invalid unless somebody works for at least an hour of some ISO weekday: a promise would never end."""
    if not working_days or not set(working_days) <= set(range(1, 8)):
        raise Invalid("Choose at least one working day: a promise could never start otherwise.")
    if opens_minute < 0 or closes_minute > 1440 or closes_minute - opens_minute < 60:
        raise Invalid("Working hours end at least an hour after they begin, on the same day.")

"""The rules of tenancy: what a client's code, time zone and service lines may be. Pure."""

import re
from collections.abc import Sequence
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

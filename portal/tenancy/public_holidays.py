"""Public holidays of the United States: federal ones, or those of a state or territory."""

from collections.abc import Sequence
from datetime import date
from functools import cache

import holidays

from portal.errors import Invalid

#: Instead of a state: the federal holidays alone.
FEDERAL = ""
LONGEST_NAME = 80


def find_public_holidays(year: int, state: str = FEDERAL) -> list[tuple[date, str]]:
    """The public holidays of a year by day, with the days on which those of a weekend are observed.

    `state` is the two letters of a state or territory, whose list takes the place of the federal one. Raises Invalid
    for letters that are none.
    """
    if state and state not in states():
        raise Invalid("Choose the federal holidays, or a state from the list.")
    found = holidays.country_holidays("US", subdiv=state or None, years=year)
    return [(day, name[:LONGEST_NAME]) for day, name in sorted(found.items())]


@cache
def states() -> Sequence[str]:
    """The two letters of every state and territory whose holidays are known."""
    return holidays.country_holidays("US").subdivisions

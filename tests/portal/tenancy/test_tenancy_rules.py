"""Codes and time zones, without a database."""

from zoneinfo import ZoneInfo

import pytest

from portal.errors import Invalid
from portal.tenancy.rules import US_ZONES, ensure_code, ensure_zone, zones


@pytest.mark.parametrize(("typed", "code"), [("RAD", "RAD"), (" rad ", "RAD"), ("ab", "AB"), ("abcde", "ABCDE")])
def test_a_code_is_two_to_five_letters_in_capitals(typed: str, code: str) -> None:
    assert ensure_code(typed) == code


@pytest.mark.parametrize("typed", ["", "R", "RADIOL", "R-D", "RÄD", "R1", "RAD\n1"])
def test_any_other_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="two to five letters"):
        ensure_code(typed)


@pytest.mark.parametrize("zone", ["", "EDT5", "New York", "../etc/passwd", "America/Nowhere"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(Invalid, match="from the list"):
        ensure_zone(zone)


def test_every_zone_that_is_offered_is_accepted_and_those_of_the_states_come_first() -> None:
    assert tuple(zones()[: len(US_ZONES)]) == US_ZONES
    assert len(set(zones())) == len(zones())
    for zone in zones():
        assert ZoneInfo(ensure_zone(zone)).key == zone

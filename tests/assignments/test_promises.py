"""When a promise starts and ends: cut-off, days off, clocks that change, STAT."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.promises import Calendar, counts_from, due_at, stat_due_at

ZONES = ("America/New_York", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu", "America/Havana",
         "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo")  # fmt: skip
FIVE = 17 * 60


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    return Calendar(
        draw(st.sampled_from(ZONES)), draw(st.integers(1, 1439)),
        frozenset(draw(st.sets(st.integers(1, 7), min_size=1))),
        frozenset(draw(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=12))),
    )  # fmt: skip


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 28), timezones=st.just(UTC))


@given(moments, calendars())
def test_a_promise_starts_on_a_working_day_and_never_before_receipt(received: datetime, calendar: Calendar) -> None:
    starts = counts_from(received, calendar)

    assert starts >= received
    assert calendar.is_working(starts.astimezone(ZoneInfo(calendar.zone)).date())
    assert counts_from(starts, calendar) == starts


@given(moments, moments, calendars())
def test_what_comes_first_never_starts_later(one: datetime, other: datetime, calendar: Calendar) -> None:
    first, second = sorted((one, other))
    assert counts_from(first, calendar) <= counts_from(second, calendar)


@given(moments, calendars())
def test_no_working_day_is_passed_over(received: datetime, calendar: Calendar) -> None:
    """Between receipt's own day and the day it counts from there are only days off."""
    zone = ZoneInfo(calendar.zone)
    came, counted = received.astimezone(zone).date(), counts_from(received, calendar).astimezone(zone).date()
    between = [came + timedelta(days=step) for step in range(1, (counted - came).days)]
    assert not any(calendar.is_working(day) for day in between)


@given(moments, st.sampled_from(ZONES))
def test_without_a_cut_off_every_moment_counts(received: datetime, zone: str) -> None:
    assert counts_from(received, Calendar(zone, holidays=frozenset({received.date()}))) == received


@given(moments, calendars(), st.integers(1, 2000), st.integers(1, 168))
def test_stat_is_due_at_request_plus_its_hours_and_never_later_than_it_was(
    requested: datetime, calendar: Calendar, promise: int, stat: int
) -> None:
    ordinary = due_at(counts_from(requested, calendar), promise_hours=promise)
    due = stat_due_at(requested, stat_hours=stat, due=ordinary)
    assert due == min(ordinary, requested + timedelta(hours=stat))


def at(day: str, clock: str, zone: str = "America/New_York") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("received", "starts"),
    [
        (("2026-09-14", "16:59:59"), ("2026-09-14", "16:59:59")),  # Monday, before the cut-off
        (("2026-09-14", "17:00"), ("2026-09-15", "00:00")),
        (("2026-09-14", "23:59:59"), ("2026-09-15", "00:00")),
        (("2026-09-15", "00:00"), ("2026-09-15", "00:00")),
        (("2026-09-18", "17:00"), ("2026-09-21", "00:00")),  # Friday evening
        (("2026-09-19", "08:00"), ("2026-09-21", "00:00")),  # Saturday
        (("2026-09-04", "18:00"), ("2026-09-08", "00:00")),  # before Labor Day
        (("2026-03-06", "18:00"), ("2026-03-09", "00:00")),  # the clocks go forward in between
        (("2026-10-30", "18:00"), ("2026-11-02", "00:00")),  # and back
    ],
)
def test_worked_examples(received: tuple[str, str], starts: tuple[str, str]) -> None:
    calendar = Calendar("America/New_York", FIVE, holidays=frozenset({date(2026, 9, 7)}))
    assert counts_from(at(*received), calendar) == at(*starts)


def test_a_promise_of_24_hours_is_24_hours_when_the_clocks_change() -> None:
    starts = at("2026-10-31", "12:00")
    due = due_at(starts, promise_hours=24)
    assert due - starts == timedelta(hours=24)
    assert due.astimezone(ZoneInfo("America/New_York")).hour == 11


def test_a_repeated_hour_does_not_open_a_day_again() -> None:
    """01:30 comes twice on 2026-11-01; the cut-off at 01:15 is passed at the first."""
    calendar = Calendar("America/New_York", 75, working_days=frozenset(range(1, 8)))
    first, second = datetime(2026, 11, 1, 5, 20, tzinfo=UTC), datetime(2026, 11, 1, 6, 5, tzinfo=UTC)  # 01:20, 01:05
    assert counts_from(first, calendar) == counts_from(second, calendar) == at("2026-11-02", "00:00")


def test_a_day_whose_midnight_is_skipped_starts_when_it_starts() -> None:
    """Havana's clocks go from 2026-03-08 00:00 to 01:00."""
    calendar = Calendar("America/Havana", FIVE, working_days=frozenset(range(1, 8)))
    starts = counts_from(at("2026-03-07", "18:00", "America/Havana"), calendar)
    assert starts.astimezone(ZoneInfo("America/Havana")).isoformat() == "2026-03-08T01:00:00-04:00"

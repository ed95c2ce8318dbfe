"""When a promise starts and ends: cut-off, days off, clocks that change, STAT."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.promises import (
    Calendar,
    add_working_time,
    at_risk_from,
    counts_from,
    due_at,
    stat_due_at,
    when_to_widen,
    working_time_between,
)

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


# Working time --------------------------------------------------------------------------------------------------------

HOURS = Calendar("America/New_York", holidays=frozenset({date(2026, 9, 7)}), opens_minute=8 * 60, closes_minute=17 * 60)
lengths = st.timedeltas(timedelta(), timedelta(hours=60))


@st.composite
def with_hours(draw: st.DrawFn) -> Calendar:
    opens = draw(st.integers(0, 1380))
    return replace(draw(calendars()), opens_minute=opens, closes_minute=draw(st.integers(opens + 60, 1440)))


def is_open(moment: datetime, calendar: Calendar) -> bool:
    """True if some working day's hours hold the moment, both ends included: by looking at the days around it."""
    zone = ZoneInfo(calendar.zone)
    today = moment.astimezone(zone).date()
    midnight = time(0)
    for day in (today - timedelta(days=1), today):
        if calendar.is_working(day):
            opens, closes = (
                datetime.combine(day + timedelta(days=minute // 1440), midnight, zone).replace(
                    hour=minute % 1440 // 60, minute=minute % 60
                ).astimezone(UTC)
                for minute in (calendar.opens_minute, calendar.closes_minute)
            )  # fmt: skip
            if opens <= moment <= closes:
                return True
    return False


@given(moments, lengths, with_hours())
def test_what_was_added_is_what_lies_between_and_ends_in_working_hours(
    start: datetime, length: timedelta, calendar: Calendar
) -> None:
    end = add_working_time(start, length, calendar)
    assert end >= start
    assert is_open(end, calendar)
    assert working_time_between(start, end, calendar) == length


@given(moments, lengths, lengths, with_hours())
def test_adding_twice_is_adding_the_sum_and_more_is_never_earlier(
    start: datetime, one: timedelta, other: timedelta, calendar: Calendar
) -> None:
    both = add_working_time(start, one + other, calendar)
    assert add_working_time(add_working_time(start, one, calendar), other, calendar) == both
    assert both >= add_working_time(start, one, calendar)


@given(st.lists(moments, min_size=3, max_size=3), with_hours())
def test_working_time_adds_up_never_exceeds_time_and_leads_back(times: list[datetime], calendar: Calendar) -> None:
    first, second, third = sorted(times)
    whole = working_time_between(first, third, calendar)
    assert whole == working_time_between(first, second, calendar) + working_time_between(second, third, calendar)
    assert timedelta() <= whole <= third - first
    assert working_time_between(third, first, calendar) == timedelta()
    back = add_working_time(first, whole, calendar)
    if back <= third:
        assert working_time_between(back, third, calendar) == timedelta()
    else:  # nothing was left to add: it begins with the next hours
        assert whole == timedelta()


@given(moments, st.integers(0, 3 * 1440), with_hours())
def test_minute_by_minute_it_is_what_the_wall_clock_says(start: datetime, minutes: int, calendar: Calendar) -> None:
    """Counted by looking at a clock each minute, where clocks never change."""
    calendar, start = replace(calendar, zone="America/Phoenix"), start.replace(second=0, microsecond=0)
    zone, open_minutes = ZoneInfo(calendar.zone), 0
    for step in range(minutes):
        local = (start + timedelta(minutes=step)).astimezone(zone)
        minute = local.hour * 60 + local.minute
        open_minutes += calendar.is_working(local.date()) and calendar.opens_minute <= minute < calendar.closes_minute
    end = start + timedelta(minutes=minutes)
    assert working_time_between(start, end, calendar) == timedelta(minutes=open_minutes)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (("2026-09-14", "10:00"), 4, ("2026-09-14", "14:00")),
        (("2026-09-14", "15:00"), 4, ("2026-09-15", "10:00")),
        (("2026-09-14", "08:00"), 9, ("2026-09-14", "17:00")),  # the whole day, and not the next morning
        (("2026-09-14", "06:00"), 0, ("2026-09-14", "08:00")),
        (("2026-09-18", "16:00"), 2, ("2026-09-21", "09:00")),  # over a weekend
        (("2026-09-04", "16:00"), 2, ("2026-09-08", "09:00")),  # over Labor Day
        (("2026-10-30", "16:00"), 10, ("2026-11-02", "17:00")),  # over the night in which an hour comes twice
    ],
)
def test_worked_examples_of_working_hours(start: tuple[str, str], hours: int, end: tuple[str, str]) -> None:
    assert due_at(at(*start), promise_hours=hours, working=HOURS) == at(*end)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-06-07", 24), ("2026-11-01", 25)])
def test_a_day_has_as_many_hours_as_the_clocks_give_it(day: str, hours: int) -> None:
    around_the_clock = Calendar("America/New_York", working_days=frozenset(range(1, 8)))
    following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    between = working_time_between(at(day, "00:00"), at(following, "00:00"), around_the_clock)
    assert between == timedelta(hours=hours)


def test_hours_that_the_clocks_skip_are_no_hours() -> None:
    """02:10 to 03:05 on 2026-03-08: the clocks go from 02:00 to 03:00."""
    night = Calendar("America/New_York", None, frozenset(range(1, 8)), frozenset(), 130, 185)
    assert working_time_between(at("2026-03-08", "00:00"), at("2026-03-09", "00:00"), night) == timedelta()
    assert add_working_time(at("2026-03-08", "00:00"), timedelta(minutes=5), night) == at("2026-03-09", "02:15")


def test_a_calendar_without_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="has some"):
        add_working_time(at("2026-09-14", "10:00"), timedelta(hours=1), Calendar("UTC", working_days=frozenset()))
    with pytest.raises(ValueError, match="added"):
        add_working_time(at("2026-09-14", "10:00"), timedelta(hours=-1), HOURS)


@pytest.mark.parametrize(
    ("hours", "minutes", "before"),
    [(24, None, 4 * 60), (72, None, 4 * 60), (10, None, 2 * 60), (4, None, 48), (24, 90, 90), (1, 300, 300)],
)
def test_at_risk_is_a_fifth_of_the_promise_at_most_four_hours_or_as_agreed(
    hours: int, minutes: int | None, before: int
) -> None:
    due = at("2026-09-15", "10:00")
    assert at_risk_from(due, promise_hours=hours, at_risk_minutes=minutes) == due - timedelta(minutes=before)


def test_the_pool_widens_its_minutes_before_the_due_time_or_never() -> None:
    due = at("2026-09-15", "10:00")
    assert when_to_widen(due, 45) == at("2026-09-15", "09:15")
    assert when_to_widen(due, None) is None

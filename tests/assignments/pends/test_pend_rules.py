"""Reminders and the last resort by a client's calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.pends.rules import LastResort, WaitRule, ensure_rule, next_step, steps_of
from assignments.promises import Calendar
from portal.errors import Invalid

OFFICE = Calendar("America/New_York", None, frozenset({1, 2, 3, 4, 5}), frozenset({date(2026, 11, 26)}), 480, 1020)
ALWAYS = Calendar("UTC", None, frozenset(range(1, 8)), frozenset(), 0, 1440)
ZONE = ZoneInfo("America/New_York")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
rules = st.builds(
    WaitRule, st.lists(st.integers(1, 30), max_size=5, unique=True).map(sorted).map(tuple),
    st.none() | st.integers(31, 90), st.sampled_from(LastResort),
)  # fmt: skip


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE).astimezone(UTC)  # type: ignore[arg-type]  # year, month, day, hour


@pytest.mark.parametrize(
    ("asked", "days", "then"),
    [
        (local(2026, 9, 14, 10), 3, local(2026, 9, 17, 10)),
        (local(2026, 9, 16, 10), 3, local(2026, 9, 21, 8)),  # a Saturday
        (local(2026, 11, 23, 10), 3, local(2026, 11, 27, 8)),  # Thanksgiving
        (local(2026, 10, 30, 23), 3, local(2026, 11, 3, 8)),  # asked at night, after the clocks changed
    ],
)
def test_a_step_comes_on_a_working_day_of_the_client(asked: datetime, days: int, then: datetime) -> None:
    steps = steps_of(asked, WaitRule((days,), days + 1), OFFICE)
    assert steps.remind_at == (then,)


@given(moments, rules)
def test_steps_follow_each_other_and_none_comes_outside_working_hours(asked: datetime, rule: WaitRule) -> None:
    steps = steps_of(asked, ensure_rule(rule), OFFICE)
    assert len(steps.remind_at) == len(rule.remind_days)
    assert (steps.due_at is None) == (rule.last_day is None)
    everything = [*steps.remind_at, *([steps.due_at] if steps.due_at else [])]
    assert everything == sorted(everything)
    for days, moment in zip(rule.remind_days, steps.remind_at, strict=True):
        assert moment >= asked + timedelta(days=days, hours=-1)
        there = moment.astimezone(ZONE)
        assert OFFICE.is_working(there.date())
        assert 480 <= there.hour * 60 + there.minute <= 1020
    taken, at = [], next_step(steps.remind_at, 0, steps.due_at)
    while at is not None:  # as the worker does it: one step after the other, none twice
        taken.append(at)
        if at == steps.due_at:
            break
        at = next_step(steps.remind_at, sum(one <= at for one in steps.remind_at), steps.due_at)
    assert taken == sorted(set(everything))


@given(st.lists(st.integers(-3, 100), max_size=7), st.none() | st.integers(-3, 100))
def test_a_rule_that_is_agreed_can_be_kept(days: list[int], last: int | None) -> None:
    try:
        rule = ensure_rule(WaitRule(tuple(days), last))
    except Invalid:
        assert days != sorted(set(days)) or len(days) > 5 or not all(1 <= day <= 90 for day in days) or (
            last is not None and (not 1 <= last <= 90 or (bool(days) and days[-1] >= last))
        )  # fmt: skip
        return
    steps = steps_of(datetime(2026, 9, 14, tzinfo=UTC), rule, ALWAYS)
    assert steps.due_at is None or all(one < steps.due_at for one in steps.remind_at)

"""Plans of a shift: never more than can be done by whom it may be done, and the right things first."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.planning.planning import make_plan
from assignments.planning.rules import OnDuty, Plan, Planned, WaitingWork, jain, why_infeasible
from portal.commands.bench.plan import command
from tests.assignments.planning.worlds import (
    NOW,
    backlogs,
    backlogs_of_equals,
    entry_id,
    on_duty,
    person_id,
    teams,
    waiting,
)

UNHURRIED = settings(deadline=None, max_examples=40)


@UNHURRIED
@given(backlogs(), teams())
def test_a_plan_gives_nobody_too_much_or_what_they_may_not_take(work: list[WaitingWork], people: list[OnDuty]) -> None:
    plan = make_plan(work, people, now=NOW)

    entries, team = {one.entry_id: one for one in work}, {one.person_id: one for one in people}
    assert sorted([*(one.entry_id for one in plan.planned), *plan.without_a_person]) == sorted(entries)
    left = {one.person_id: one.minutes_left for one in people}
    for one in plan.planned:
        entry, person = entries[one.entry_id], team[one.person_id]
        assert entry.lane_id in person.lanes
        assert one.person_id not in entry.barred
        assert one.starts_at >= NOW
        left[one.person_id] -= entry.minutes / person.speed["Radiology"]
    assert all(minutes > -1e-6 for minutes in left.values())
    # What found nobody fits nobody.
    for one_left in plan.without_a_person:
        entry = entries[one_left]
        for person in people:
            if entry.lane_id in person.lanes and person.person_id not in entry.barred:
                assert entry.minutes / person.speed["Radiology"] > left[person.person_id] - 1e-6


@UNHURRIED
@given(backlogs(), teams(), st.randoms(use_true_random=False))
def test_the_same_backlog_has_the_same_plan_in_whatever_order_it_comes(
    work: list[WaitingWork], people: list[OnDuty], chance: Random
) -> None:
    plan = make_plan(work, people, now=NOW)
    chance.shuffle(work)
    chance.shuffle(people)
    again = make_plan(work, people, now=NOW)
    assert again.planned == plan.planned
    assert set(again.without_a_person) == set(plan.without_a_person)


@UNHURRIED
@given(backlogs_of_equals(), teams(equal=True))
def test_of_equals_as_many_are_planned_as_can_be(work: list[WaitingWork], people: list[OnDuty]) -> None:
    assert len(make_plan(work, people, now=NOW).planned) == _most(work, people)


def _most(work: Sequence[WaitingWork], people: Sequence[OnDuty]) -> int:
    """The size of a largest matching of entries to quarter hours, by augmenting paths."""
    places = [person for person in people for _ in range(int(person.minutes_left // 15))]
    taken: dict[int, WaitingWork] = {}

    def find(one: WaitingWork, seen: set[int]) -> bool:
        for place, person in enumerate(places):
            if place in seen or one.lane_id not in person.lanes or person.person_id in one.barred:
                continue
            seen.add(place)
            if place not in taken or find(taken[place], seen):
                taken[place] = one
                return True
        return False

    return sum(find(one, set()) for one in work)


def test_each_person_does_theirs_one_after_the_other() -> None:
    plan = make_plan([waiting(n, due=600 + n) for n in range(6)], [on_duty(0), on_duty(1, speed=0.5)], now=NOW)
    for number, minutes in ((0, 10), (1, 20)):
        starts = [one.starts_at for one in plan.planned if one.person_id == person_id(number)]
        assert starts == [NOW + timedelta(minutes=minutes * at) for at in range(len(starts))]
    assert [one.starts_at for one in plan.planned] == sorted(one.starts_at for one in plan.planned)


def test_when_time_is_short_the_heavier_and_the_sooner_due_are_planned() -> None:
    plan = make_plan([waiting(1), waiting(2, weight=5), waiting(3, due=60)], [on_duty(0, 20)], now=NOW)
    assert {one.entry_id for one in plan.planned} == {entry_id(2), entry_id(3)}
    assert plan.without_a_person == (entry_id(1),)


def test_what_is_due_soon_is_spread_so_that_it_is_in_time() -> None:
    """One person could do all that is urgent within the shift, the last of it too late."""
    urgent = [waiting(n, due=125, minutes=36) for n in range(4)]
    plan = make_plan([*urgent, *(waiting(100 + n, minutes=36) for n in range(24))], [on_duty(0), on_duty(1)], now=NOW)
    ends = [
        one.starts_at + timedelta(minutes=36) for one in plan.planned if one.entry_id in {u.entry_id for u in urgent}
    ]
    assert len(ends) == 4
    assert max(ends) <= NOW + timedelta(minutes=125)


def test_what_is_hopeless_waits_behind_what_can_be_in_time() -> None:
    plan = make_plan([waiting(1, due=-5), waiting(2, due=20)], [on_duty(0, 10)], now=NOW)
    assert [one.entry_id for one in plan.planned] == [entry_id(2)]


def test_work_returns_to_whom_it_belongs_when_nothing_speaks_against_it() -> None:
    work = [waiting(n, preferred=n % 3) for n in range(30)]
    plan = make_plan(work, [on_duty(n) for n in range(3)], now=NOW)
    assert all(one.person_id == person_id(one.entry_id.int % 3) for one in plan.planned)
    busy = make_plan(work, [on_duty(0, 10), on_duty(1), on_duty(2)], now=NOW)
    assert len(busy.planned) == 30  # continuity costs nobody their place


def test_work_goes_to_the_quick_first_and_otherwise_evenly() -> None:
    work = [waiting(n) for n in range(40)]
    quick = make_plan(work, [on_duty(0), on_duty(1, speed=0.4)], now=NOW)
    assert Counter(one.person_id for one in quick.planned)[person_id(0)] >= 30
    even = Counter(one.person_id for one in make_plan(work, [on_duty(n) for n in range(4)], now=NOW).planned)
    assert jain(list(even.values())) > 0.97


def test_a_plan_for_nobody_or_of_nothing_is_empty() -> None:
    assert make_plan([waiting(1)], [], now=NOW) == Plan((), (entry_id(1),))
    assert make_plan([], [on_duty(0)], now=NOW) == Plan((), ())


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan((), ()), "each entry once"),
        (Plan((Planned(entry_id(1), person_id(0), NOW),) * 2, ()), "each entry once"),
        (Plan((Planned(entry_id(1), person_id(1), NOW),), (entry_id(2),)), "may not take"),
        (Plan((Planned(entry_id(1), person_id(9), NOW),), (entry_id(2),)), "may not take"),
        (Plan((), (entry_id(1), entry_id(2))), None),
        (Plan(tuple(Planned(entry_id(n), person_id(0), NOW) for n in (1, 2)), ()), "more minutes"),
    ],
)
def test_a_wrong_plan_is_seen(plan: Plan, words: str | None) -> None:
    people = [on_duty(0, 15), replace(on_duty(1), lanes=frozenset({7}))]
    said = why_infeasible(plan, [waiting(1), waiting(2)], people)
    assert (said is None) if words is None else (words in (said or ""))


def test_the_benchmark_plans_and_tells_both_shifts() -> None:
    said = CliRunner().invoke(command, ["--entries", "600", "--people", "20", "--json"])
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert 0 < told["planned"] <= told["with_plan"]["finished"] <= 600
    assert "600 entries over 20 people" in CliRunner().invoke(command, ["--entries", "600", "--people", "20"]).stdout

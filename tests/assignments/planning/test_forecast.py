"""What a shift comes to: counted by hand, and what must hold for any shift."""

from datetime import timedelta

from hypothesis import given, settings

from assignments.planning.forecast import Effect, forecast, work_off
from assignments.planning.planning import make_plan
from assignments.planning.rules import OnDuty, WaitingWork
from tests.assignments.planning.worlds import NOW, backlogs, entry_id, on_duty, person_id, teams, waiting

LATER = NOW + timedelta(hours=8)


def _off(
    work: list[WaitingWork], people: list[OnDuty], kept: dict[int, int] | None = None, until: float = 480
) -> Effect:
    named = {entry_id(entry): person_id(person) for entry, person in (kept or {}).items()}
    return work_off(work, people, named, now=NOW, kept_until=NOW + timedelta(minutes=until))


def test_a_shift_counted_by_hand() -> None:
    """Half an hour, four entries of ten minutes in the order of their due times: the third is late, the fourth too."""
    work = [waiting(n, due=due, weight=2) for n, due in enumerate((15, 21, 26, 29))]
    effect = _off(work, [on_duty(0, 30)])
    assert effect == Effect(
        finished=3, late=2, late_weighted=4, longest_lateness=4, minutes={person_id(0): 30}, fairness=1.0
    )


def test_what_is_due_after_the_shift_is_not_late_for_being_undone() -> None:
    assert _off([waiting(1, due=500)], [on_duty(0, 0), on_duty(1, 480, lanes=(5,))]).late == 0


def test_what_is_kept_comes_first_and_stays_away_from_others() -> None:
    work = [waiting(1, due=5, minutes=5), waiting(2, due=900, minutes=60)]
    kept = _off(work, [on_duty(0, lanes=(0,)), on_duty(1, lanes=(5,))], {2: 0})
    assert (kept.late, kept.longest_lateness) == (1, 60)
    others = _off(work, [on_duty(0, 0), on_duty(1)], {2: 0})
    assert (others.finished, others.minutes[person_id(1)]) == (1, 5)


def test_what_was_kept_is_everybodys_after_the_time() -> None:
    work = [waiting(2, due=100, minutes=60)]
    effect = _off(work, [on_duty(0, 0), on_duty(1)], {2: 0}, until=50)
    assert (effect.finished, effect.late, effect.longest_lateness) == (1, 1, 10)


def test_what_is_kept_for_somebody_who_is_not_there_is_everybodys() -> None:
    assert _off([waiting(1)], [on_duty(1)], {1: 0}).finished == 1
    assert _off([waiting(1, preferred=0)], [on_duty(1)]).finished == 1
    assert _off([waiting(1, barred=(0,))], [on_duty(0), on_duty(1)], {1: 0}).minutes[person_id(0)] == 0


def test_a_plan_that_knows_who_is_quick_gets_more_done() -> None:
    """By plain pull both take what is first; planned, each does what they are quick at."""
    ear, eye = {"Ear": 1.0, "Eye": 0.5}, {"Ear": 0.5, "Eye": 1.0}
    people = [OnDuty(person_id(n), frozenset({0, 1}), 120, speed) for n, speed in enumerate((ear, eye))]
    work = [
        WaitingWork(entry_id(n), n // 10, entry_id(0), ("Ear", "Eye")[n // 10], NOW + timedelta(hours=30), 1, 10)
        for n in range(20)
    ]
    seen = forecast(work, people, make_plan(work, people, now=NOW), now=NOW, kept_until=LATER)
    assert seen.planned.finished == 20
    assert seen.plain.finished < 20


@settings(deadline=None, max_examples=40)
@given(backlogs(), teams())
def test_whatever_the_shift(work: list[WaitingWork], people: list[OnDuty]) -> None:
    plan = make_plan(work, people, now=NOW)
    seen = forecast(work, people, plan, now=NOW, kept_until=LATER)
    assert seen == forecast(list(reversed(work)), people[::-1], plan, now=NOW, kept_until=LATER)
    longest = max((one.minutes for one in work), default=0) / 0.5
    for effect in (seen.plain, seen.planned):
        assert 0 <= effect.late + effect.finished <= 2 * len(work)
        assert effect.late_weighted >= effect.late
        assert 0 <= effect.fairness <= 1 + 1e-9
        for person in people:
            assert 0 <= effect.minutes[person.person_id] <= person.minutes_left + longest * (person.minutes_left > 0)
    # Everything that the plan gives somebody is done, though the last of it may end after the shift.
    assert seen.planned.finished >= len(plan.planned)

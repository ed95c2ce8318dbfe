"""The simulated company: the same for the same seed, true to its own rules, and the product's order is worth having."""

import json
from collections import defaultdict
from functools import cache
from itertools import pairwise

import pytest
from click.testing import CliRunner

from assignments.rules import rank
from assignments.simulation.making import make_world
from assignments.simulation.measures import Measures, measure
from assignments.simulation.optimising import plan_ahead
from assignments.simulation.policies import POLICIES, as_work, moment
from assignments.simulation.running import Run, run
from assignments.simulation.world import World, next_shift, shift_end
from portal.commands.simulate import command

SEEDS = (1, 2, 3)


@cache
def _world(seed: int) -> World:
    return make_world(seed, people=40, days=5, specialties=10, clients=20)


@cache
def _run(name: str, seed: int, *, hold: int = 1, returns: bool = True) -> Run:
    return run(_world(seed), POLICIES[name], hold=hold, returns_at_shift_end=returns, planner=plan_ahead)


def _measured(name: str, seed: int, *, hold: int = 1, returns: bool = True) -> Measures:
    return measure(_world(seed), _run(name, seed, hold=hold, returns=returns))


def test_the_same_seed_makes_the_same_company_and_the_same_days() -> None:
    again = make_world(1, people=40, days=5, specialties=10, clients=20)
    assert again == _world(1)
    assert again != _world(2)
    assert run(again, POLICIES["chartway"]) == _run("chartway", 1)
    small = make_world(1, people=10, days=2, specialties=5, clients=5)
    optimised = [run(small, POLICIES["optimiser"], planner=plan_ahead) for _ in range(2)]
    assert optimised[0] == optimised[1]
    assert sum(at is not None for at in optimised[0].finished) > 100


def test_the_company_is_what_it_says() -> None:
    world = _world(1)
    takers = defaultdict(int)
    for person in world.people:
        for lane in person.lanes:
            takers[lane] += 1
    assert {world.lane(chart) for chart in world.charts} <= takers.keys()
    assert min(takers.values()) >= 2
    assert [chart.arrives for chart in world.charts] == sorted(chart.arrives for chart in world.charts)
    assert 0.03 < sum(chart.urgency == 2 for chart in world.charts) / len(world.charts) < 0.07
    busier = make_world(1, load=1.9, people=40, days=5, specialties=10, clients=20)
    assert busier.people == world.people
    assert 1.9 < len(busier.charts) / len(world.charts) < 2.1


def test_shifts_begin_and_end() -> None:
    person = next(person for person in _world(1).people if person.shift_start > 0 and person.days_off == {5, 6})
    monday = next_shift(person, 0.0)
    assert monday == person.shift_start
    end = shift_end(person, monday)
    assert end == monday + person.shift_length
    assert shift_end(person, monday - 1) is None
    assert shift_end(person, monday + person.shift_length) is None
    assert next_shift(person, monday + 4 * 1440) == person.shift_start + 7 * 1440


@pytest.mark.parametrize("name", POLICIES)
def test_people_do_one_chart_at_a_time_that_they_may_do_and_begin_none_off_duty(name: str) -> None:
    world, done = _world(1), _run(name, 1)
    worked = defaultdict(list)
    for chart in world.charts:
        by, at = done.finished_by[chart.number], done.finished[chart.number]
        if by is not None and at is not None:
            person = world.people[by]
            assert world.lane(chart) in person.lanes
            begun = at - chart.minutes / person.speeds[chart.specialty]
            assert begun >= chart.arrives - 1e-6
            assert shift_end(person, begun + 1e-6) is not None
            worked[by].append((begun, at))
    for spans in worked.values():
        spans.sort()
        assert all(end <= begun + 1e-6 for (_, end), (begun, _) in pairwise(spans))
    assert done.leases_lost > 0
    assert sum(at is not None for at in done.finished) > 0.7 * len(world.charts)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_products_order_keeps_more_promises(seed: int) -> None:
    ours, fifo, edf = (_measured(name, seed) for name in ("chartway", "fifo", "edf"))
    assert 100 - ours.on_time < 0.5 * (100 - fifo.on_time)
    assert ours.weighted_on_time > edf.weighted_on_time
    assert ours.worst_client > fifo.worst_client
    assert ours.stat_on_time > fifo.stat_on_time + 20
    assert ours.jain_people > 0.8


def test_an_optimiser_in_the_path_of_a_pull_would_gain_next_to_nothing() -> None:
    assert abs(_measured("chartway", 1).on_time - _measured("optimiser", 1).on_time) < 1


def test_who_knows_a_client_is_quicker_and_to_wait_for_them_gains_next_to_nothing() -> None:
    plain, steady = (
        measure(_world(1), run(_world(1), POLICIES[name], familiarity=0.3)) for name in ("chartway", "continuity")
    )
    assert plain.minutes_each < _measured("chartway", 1).minutes_each / 1.05
    assert steady != plain
    assert abs(steady.minutes_each / plain.minutes_each - 1) < 0.01
    assert abs(steady.on_time - plain.on_time) < 1


def test_hoarding_costs_promises_the_more_is_held_and_kept() -> None:
    one, ten, kept = (
        sum(_measured("chartway", seed, hold=hold, returns=returns).on_time for seed in SEEDS) / 3
        for hold, returns in ((1, True), (10, True), (10, False))
    )
    assert one > ten + 0.2
    assert ten > kept + 3


def test_the_order_of_the_line_is_the_products_own_function() -> None:
    world = _world(1)
    for chart in world.charts[:200]:
        work = as_work(world, chart)
        expected = rank(work.due_at, weight=work.weight, minutes=work.minutes)
        assert moment(POLICIES["chartway"].key(world, chart)) == expected


def test_the_command_prints_a_table_and_ratios() -> None:
    said = CliRunner().invoke(command, [*SMALL, "--policy", "edf", "--policy", "fifo", "--policy", "chartway"])
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0].split()[:2] == ["on", "time"]
    assert [line.split()[0] for line in lines[1:4]] == ["edf", "fifo", "chartway"]
    assert lines[1].split()[-2] == lines[2].split()[-1] == "1.00"
    assert "chartway, company 1 of 1" in said.stderr


def test_the_command_tells_everything_as_json() -> None:
    given = [*SMALL, "--policy", "chartway", "--hold", "3", "--keep", "--put-back", "48", "--json"]
    said = CliRunner().invoke(command, given)
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert (told["hold"], told["keep"], told["put_back_hours"]) == (3, True, 48)
    (only,) = told["results"]
    assert only["policy"] == "chartway"
    assert 0 < only["on_time"] <= 100
    assert only["breaches_to_edf"] is None


SMALL = ["--days", "3", "--coders", "15", "--seeds", "1"]

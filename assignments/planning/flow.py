"""A shift's plan as a minimum-cost flow from groups of work into people's hours; never in the path of a pull."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from assignments.planning.grouping import COLUMNS, Group
from assignments.planning.rules import OnDuty

# Costs are whole numbers. Worth decides what is planned and whether in time; among equals continuity decides, then
# speed, then who has less to do. The small terms together stay below the smallest worth.
_LEAST_WORTH, _MOST_WORTH = 40, 1_000_000
_CONTINUITY = 8
_SLOWEST = 5
_LOAD_STEPS = 16
_CERTAIN = 0.6  # of a column's minutes are counted on: entries are pulled by rank, not as the columns would like

_Floats = npt.NDArray[np.float64]
_Numbers = npt.NDArray[np.int64]


def share_out(groups: Sequence[Group], people: Sequence[OnDuty]) -> list[dict[int, float]]:
    """For each group, how many of its entries each person should have: those who do them in time stand first.

    The units that flow are minutes of work, or entries where all take equally long; the shares are then whole. Each
    person has a node for each column of the shift, from which work may move on to an earlier one, and behind them a
    node whose arcs cost more the fuller the shift is. Work may go into its own column at its worth, into the last one
    at what it is worth late, or nowhere.
    """
    group = np.repeat(np.arange(len(groups)), [len(one.people) for one in groups])
    person = np.fromiter(chain.from_iterable(one.people for one in groups), np.int64, len(group))
    if not len(group):
        return [{} for _ in groups]
    minutes = np.array([one.minutes for one in groups])
    unit = float(minutes[0]) if (minutes == minutes[0]).all() else 1.0
    entries = np.array([len(one.entries) for one in groups])
    units = np.maximum(1, np.round(entries * minutes / unit)).astype(np.int64)

    slowness = _slowness(groups, people, person, group)
    # One figure stands for a person's speeds in several specialties; what it gets wrong, the rounding puts right.
    work = np.bincount(person, units[group], len(people))
    usual = np.where(work > 0, np.bincount(person, units[group] * slowness, len(people)) / np.maximum(work, 1), 1.0)
    left = np.array([one.minutes_left for one in people])[:, None]
    is_before_the_end = np.array(COLUMNS)[None, :] < left
    last = is_before_the_end.sum(axis=1)[person]
    until = np.where(is_before_the_end, _CERTAIN * np.array(COLUMNS)[None, :], left) / usual[:, None] / unit

    prefers = np.array([-1 if one.preferred is None else one.preferred for one in groups])[group]
    extra = np.clip(np.round(3 * (slowness - 0.8)), 0, _SLOWEST) - _CONTINUITY * (person == prefers)
    in_time, late = _worths(groups)
    column = np.array([len(COLUMNS) if one.column is None else one.column for one in groups])[group]
    can_be_late = np.flatnonzero(column < last)

    first_column, totals = len(groups), len(groups) + len(people) * len(COLUMNS)
    sink = totals + len(people)
    columns = first_column + person * len(COLUMNS)
    amount = units[group]
    solver = SimpleMinCostFlow()
    arcs = np.append(
        _add(solver, group, columns + np.minimum(column, last), amount, extra - in_time[group]),
        _add(solver, group[can_be_late], (columns + last)[can_be_late], amount[can_be_late],
             (extra - late[group])[can_be_late]),
    )  # fmt: skip
    _add(solver, np.arange(len(groups)), np.full(len(groups), sink), units, np.zeros(len(groups)))
    _add_hours(solver, _steps_of(np.floor(until + 1e-9).astype(np.int64)), first_column, totals, sink)
    solver.set_nodes_supplies(
        np.append(np.arange(len(groups)), sink).astype(np.int32), np.append(units, -units.sum()).astype(np.int64)
    )
    if solver.solve() != SimpleMinCostFlow.Status.OPTIMAL:
        raise RuntimeError("the network of a plan has no solution")  # all may flow past everybody: cannot be
    flows = np.asarray(solver.flows(arcs))
    shares: list[dict[int, float]] = [{} for _ in groups]
    which = np.append(np.arange(len(group)), can_be_late)
    for at in np.flatnonzero(flows):
        arc = which[at]
        mine, index = shares[group[arc]], int(person[arc])
        mine[index] = mine.get(index, 0.0) + float(flows[at] * entries[group[arc]] / amount[arc])
    return shares


def _worths(groups: Sequence[Group]) -> tuple[_Floats, _Floats]:
    """What a unit of each group is worth in time and late, in whole numbers from the least on."""
    scale = _LEAST_WORTH / min(one.worth_late for one in groups)
    both: _Floats = np.array([[one.worth, one.worth_late] for one in groups]).T * scale
    in_time, late = np.minimum(both, _MOST_WORTH).round()
    return in_time, late


def _slowness(groups: Sequence[Group], people: Sequence[OnDuty], person: _Numbers, group: _Numbers) -> _Floats:
    """For each arc, how many minutes its person takes for a minute of its work."""
    numbers: dict[str, int] = {}
    specialty = np.array([numbers.setdefault(one.entries[0].specialty, len(numbers)) for one in groups])
    each: _Floats = np.array([[1 / one.speed.get(name, 1.0) for name in numbers] for one in people])
    slowness: _Floats = each[person, specialty[group]]
    return slowness


def _steps_of(until: _Numbers) -> _Numbers:
    """What each column adds to those before it."""
    steps = until.copy()
    steps[:, 1:] -= until[:, :-1]
    return steps


def _add_hours(solver: SimpleMinCostFlow, room: _Numbers, first_column: int, totals: int, sink: int) -> None:
    """Columns, the ways back to earlier ones, and each person's total in steps that cost more and more."""
    count, width = room.shape
    node = first_column + np.arange(count * width).reshape(count, width)
    whole = room.sum(axis=1)
    total = totals + np.arange(count)
    _add(solver, node.ravel(), np.repeat(total, width), room.ravel(), np.zeros(count * width))
    back = np.repeat(whole, width - 1)
    _add(solver, node[:, 1:].ravel(), node[:, :-1].ravel(), back, np.zeros(len(back)))
    before = np.zeros(count, np.int64)
    for step in range(_LOAD_STEPS):
        until = whole * (step + 1) // _LOAD_STEPS
        _add(solver, total, np.full(count, sink), until - before, np.full(count, step))
        before = until


def _add(
    solver: SimpleMinCostFlow, tails: _Numbers, heads: _Numbers, capacities: _Numbers, costs: npt.NDArray[np.generic]
) -> npt.NDArray[np.int32]:
    arcs: npt.NDArray[np.int32] = np.asarray(
        solver.add_arcs_with_capacity_and_unit_cost(
            tails.astype(np.int32), heads.astype(np.int32), capacities.astype(np.int64), costs.astype(np.int64)
        ),
        np.int32,
    )
    return arcs

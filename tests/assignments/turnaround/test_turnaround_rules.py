"""Two clocks from a chart's moves: cycles, when each starts, what is waited for apart."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.promises import Calendar, Terms
from assignments.rules import MOVES, ChartState
from assignments.turnaround.rules import CLIENT, LEAD, PROVIDER, Cycle, Move, Wait, cycles_of, measure, ready_due_at

S = ChartState
#: Monday, 09:00 in New York.
START = datetime(2026, 9, 14, 13, 0, tzinfo=UTC)
#: What other features add to the life of a chart.
PENDING = [(S.ASSIGNED, S.PENDED), (S.PENDED, S.READY), (S.ASSIGNED, S.NOT_CODABLE)]
OFFICE = Calendar("America/New_York", opens_minute=8 * 60, closes_minute=17 * 60)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def walk(*steps: tuple[ChartState, float] | tuple[ChartState, float, str]) -> list[Move]:
    """Moves through these states, at these hours after START; the first is receipt."""
    moves, before = [], None
    for state, hours, *owner in steps:
        moves.append(Move(before, state, at(hours), *owner))
        before = state
    return moves


def hours(*lengths: timedelta) -> list[float]:
    return [length / timedelta(hours=1) for length in lengths]


def test_from_receipt_and_from_ready_to_the_delivery() -> None:
    moves = walk((S.RECEIVED, 0), (S.READY, 2), (S.ASSIGNED, 5), (S.READY, 6), (S.ASSIGNED, 7), (S.CODED, 8),
                 (S.FINAL, 8.5), (S.DELIVERED, 9))  # fmt: skip
    [cycle] = cycles_of(moves, received_at=START)
    took = measure(cycle, OFFICE, now=at(100))
    assert (cycle.ready_at, cycle.ended_at, cycle.is_delivered) == (at(2), at(9), True)
    assert took.from_ready is not None
    assert hours(took.from_receipt.elapsed, took.from_ready.elapsed) == [9, 7]
    assert hours(took.from_receipt.working, took.from_ready.working) == [8, 6]  # the office closes eight hours on


def test_pended_time_and_queries_are_counted_apart_and_by_whom_they_wait_for() -> None:
    moves = walk((S.RECEIVED, 0), (S.READY, 1), (S.ASSIGNED, 2), (S.PENDED, 3, CLIENT), (S.READY, 5), (S.ASSIGNED, 5),
                 (S.PENDED, 6, PROVIDER), (S.READY, 10), (S.ASSIGNED, 10), (S.PENDED, 11, LEAD))  # fmt: skip
    [cycle] = cycles_of(moves, received_at=START)
    took = measure(cycle, OFFICE, now=at(12))
    assert cycle.ready_at == at(1), "an answer does not start the second clock again"
    assert hours(took.from_receipt.elapsed, took.pended.elapsed, took.queried.elapsed) == [12, 3, 4]
    assert hours(took.queried.working) == [2]  # from 15:00 to 17:00


def test_each_reopening_after_a_delivery_is_a_cycle_and_one_before_it_is_not() -> None:
    moves = walk((S.RECEIVED, 0), (S.READY, 1), (S.ASSIGNED, 2), (S.CODED, 3), (S.READY, 4), (S.ASSIGNED, 5),
                 (S.CODED, 6), (S.FINAL, 7), (S.DELIVERED, 8), (S.READY, 20), (S.ASSIGNED, 21), (S.CODED, 22),
                 (S.FINAL, 23), (S.DELIVERED, 24))  # fmt: skip
    first, second = cycles_of(moves, received_at=START)
    assert (first.number, first.started_at, first.ready_at, first.ended_at) == (1, at(0), at(4), at(8))
    assert (second.number, second.started_at, second.ready_at, second.ended_at) == (2, at(20), at(20), at(24))


def test_what_was_cancelled_ends_and_goes_on_when_it_is_restored() -> None:
    moves = walk((S.RECEIVED, 0), (S.READY, 1), (S.CANCELLED, 2))
    [closed] = cycles_of(moves, received_at=START)
    assert (closed.ended_at, closed.is_delivered) == (at(2), False)
    [restored] = cycles_of([*moves, Move(S.CANCELLED, S.READY, at(5))], received_at=START)
    assert (restored.ended_at, restored.ready_at) == (None, at(5))


@pytest.mark.parametrize(
    ("waits", "in_working_hours", "due"),
    [
        ((), False, 26),
        ((Wait(CLIENT, at(3), at(6)),), False, 29),
        ((Wait(LEAD, at(3), at(6)),), False, 26),  # a lead is ours
        ((Wait(PROVIDER, at(0), at(1)),), False, 26),  # before it was ready
        ((), True, 48 + 8),  # six hours of Monday, nine of Tuesday and of Wednesday: until 17:00
        ((Wait(PROVIDER, at(3), at(6)),), True, 72 + 2),  # three hours of Thursday
    ],
)
def test_the_second_clock_stands_still_while_others_are_asked(
    waits: tuple[Wait, ...], in_working_hours: bool, due: float
) -> None:
    cycle = Cycle(1, START, at(2), None, waits)
    terms = Terms(OFFICE, 24, 4, in_working_hours)
    assert ready_due_at(cycle, terms) == at(due)


def test_stat_runs_from_the_request_or_from_ready_whichever_is_later() -> None:
    cycle, terms = Cycle(1, START, at(2)), Terms(OFFICE, 24, 4)
    assert ready_due_at(cycle, terms, stat_requested_at=START) == at(6)
    assert ready_due_at(cycle, terms, stat_requested_at=at(3)) == at(7)
    with pytest.raises(ValueError, match="never ready"):
        ready_due_at(Cycle(1, START), terms)


@given(st.lists(st.tuples(st.integers(0, 30), st.timedeltas(timedelta(hours=-2), timedelta(days=3))), max_size=40))
def test_whatever_happens_the_clocks_fit_into_each_other(choices: list[tuple[int, timedelta]]) -> None:
    state, now, moves = S.RECEIVED, START, [Move(None, S.RECEIVED, START)]
    for choice, passed in choices:
        ways = [to for way, to in (*MOVES, *PENDING) if way is state]
        if not ways:
            break
        now += passed
        moves.append(Move(state, ways[choice % len(ways)], now, (CLIENT, PROVIDER, LEAD)[choice % 3]))
        state = moves[-1].to_state
    cycles = cycles_of(moves, received_at=START)

    assert [cycle.number for cycle in cycles] == list(range(1, len(cycles) + 1))
    assert sum(cycle.is_delivered for cycle in cycles) == sum(move.to_state is S.DELIVERED for move in moves)
    assert sum(len(cycle.waits) for cycle in cycles) == sum(move.to_state is S.PENDED for move in moves)
    for cycle in cycles:
        took = measure(cycle, OFFICE, now=now + timedelta(days=4))
        ready = took.from_ready.elapsed if took.from_ready else timedelta()
        assert timedelta() <= ready <= took.from_receipt.elapsed
        assert took.pended.elapsed + took.queried.elapsed <= took.from_receipt.elapsed
        assert took.from_receipt.working <= took.from_receipt.elapsed

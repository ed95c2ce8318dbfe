"""The moves of a batch, and that every encounter has one fate."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assignments.batches.rules import DONE, MOVES, BatchState, Fate, account_of, ensure_can_move, fate_of
from assignments.rules import ChartState
from portal.errors import Conflict

STATES = st.sampled_from([None, *ChartState])


@dataclass
class Life:
    """A batch as its rules let it live."""

    state: BatchState = BatchState.OPEN
    charts: list[ChartState] = field(default_factory=list)

    @property
    def open_charts(self) -> int:
        return sum(1 for chart in self.charts if chart not in DONE)


class Batches(RuleBasedStateMachine):
    """Whatever people and charts do, a closed batch has no open chart and only written moves are made."""

    def __init__(self) -> None:
        super().__init__()
        self.batch = Life()

    @rule(wanted=st.sampled_from(BatchState))
    def move(self, wanted: BatchState) -> None:
        before = self.batch.state
        try:
            ensure_can_move(before, wanted, open_charts=self.batch.open_charts)
        except Conflict:
            assert (before, wanted) not in MOVES or (wanted is BatchState.CLOSED and self.batch.open_charts)
        else:
            assert (before, wanted) in MOVES
            self.batch.state = wanted

    @rule(state=st.sampled_from(ChartState))
    def come(self, state: ChartState) -> None:
        self.batch.charts.append(state)
        if self.batch.state is BatchState.CLOSED and state not in DONE:
            self.batch.state = BatchState.OPEN  # as the database does; shown in test_batches

    @rule()
    def finish(self) -> None:
        self.batch.charts = [ChartState.DELIVERED for _ in self.batch.charts]

    @invariant()
    def nothing_open_in_a_closed_one(self) -> None:
        assert self.batch.state is not BatchState.CLOSED or not self.batch.open_charts


TestBatches = Batches.TestCase


def test_a_refusal_says_how_many_are_open() -> None:
    with pytest.raises(Conflict, match="3 charts are still in work"):
        ensure_can_move(BatchState.RELEASED, BatchState.CLOSED, open_charts=3)


@given(st.lists(st.tuples(STATES, st.booleans(), st.booleans()), max_size=60))
def test_the_sum_always_holds(encounters: list[tuple[ChartState | None, bool, bool]]) -> None:
    """Expected = coded + in work + pended + not billable + missing, counted in another way on the left."""
    real = [one for one in encounters if one[0] is not None or one[1]]  # neither chart nor schedule: nothing is there
    account = account_of(
        (fate_of(state, is_scheduled=scheduled, is_not_coming=excused), scheduled, 1)
        for state, scheduled, excused in real
    )

    gone = [
        one for one in real
        if one[1] and one[2] and one[0] in (None, ChartState.CANCELLED)
    ]  # fmt: skip
    assert account.expected == len(real) - len(gone)
    assert account.not_coming == len(gone)
    assert account.unscheduled == sum(1 for one in real if not one[1])
    assert account.expected == sum(account.count(fate) for fate in Fate) - account.not_coming


@given(STATES, st.booleans(), st.booleans())
def test_what_came_is_never_missing(state: ChartState | None, scheduled: bool, excused: bool) -> None:
    fate = fate_of(state, is_scheduled=scheduled, is_not_coming=excused)
    here = state is not None and state is not ChartState.CANCELLED
    assert (fate in (Fate.MISSING, Fate.NOT_COMING)) == (not here and scheduled)

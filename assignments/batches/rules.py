"""The rules of batches: their states and moves, and what became of each encounter. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from assignments.rules import ChartState
from portal.errors import Conflict


class BatchState(StrEnum):
    """Where a batch is."""

    OPEN = "open"
    RELEASED = "released"
    CLOSED = "closed"


#: The whole life of a batch: (from, to) and the kind of event that tells of it. What is not here cannot happen.
MOVES: dict[tuple[BatchState, BatchState], str] = {
    (BatchState.OPEN, BatchState.RELEASED): "released",
    (BatchState.RELEASED, BatchState.CLOSED): "closed",
    (BatchState.RELEASED, BatchState.OPEN): "reopened",
    (BatchState.CLOSED, BatchState.OPEN): "reopened",
}

#: Why somebody opens a batch again.
REOPEN_REASONS = {
    "late-chart": "Documents came late",
    "schedule-changed": "The schedule has changed",
    "released-by-mistake": "It was released by mistake",
}

#: Why documents of a scheduled encounter will never come.
NOT_COMING = {
    "cancelled": "The visit was cancelled",
    "no-show": "The patient did not come",
    "moved": "Moved to another day",
    "entered-twice": "Entered twice in the schedule",
}

#: Charts on which nobody has work to do any more: a batch of nothing else can be closed.
DONE = frozenset({ChartState.DELIVERED, ChartState.NOT_CODABLE, ChartState.CANCELLED})


def ensure_can_move(current: BatchState, wanted: BatchState, *, open_charts: int = 0) -> str:
    """The kind of event that tells of this move; raises Conflict with a sentence if it cannot be made."""
    kind = MOVES.get((current, wanted))
    if kind is None:
        raise Conflict(f"This batch is {current.value}, so it cannot become {wanted.value} now. Reload the page.")
    if wanted is BatchState.CLOSED and open_charts:
        charts = "1 chart is" if open_charts == 1 else f"{open_charts} charts are"
        raise Conflict(f"{charts} still in work, so this batch cannot be closed. Close it once all are delivered.")
    return kind


class Fate(StrEnum):
    """What became of an encounter that was expected, or that came without being expected."""

    CODED = "coded"
    IN_WORK = "in-work"
    PENDED = "pended"
    NOT_BILLABLE = "not-billable"
    MISSING = "missing"
    NOT_COMING = "not-coming"


FATES: dict[Fate, str] = {
    Fate.CODED: "Coded",
    Fate.IN_WORK: "In work",
    Fate.PENDED: "Pended",
    Fate.NOT_BILLABLE: "Not billable",
    Fate.MISSING: "Missing",
    Fate.NOT_COMING: "Not coming",
}

#: The colour of each, and none for what simply goes on.
TONES: dict[Fate, str] = {
    Fate.CODED: "good",
    Fate.IN_WORK: "accent",
    Fate.PENDED: "warn",
    Fate.NOT_BILLABLE: "",
    Fate.MISSING: "bad",
    Fate.NOT_COMING: "",
}

_BY_STATE: dict[ChartState, Fate] = {
    ChartState.RECEIVED: Fate.IN_WORK,
    ChartState.POSSIBLE_DUPLICATE: Fate.PENDED,
    ChartState.READY: Fate.IN_WORK,
    ChartState.ASSIGNED: Fate.IN_WORK,
    ChartState.PENDED: Fate.PENDED,
    ChartState.NOT_CODABLE: Fate.NOT_BILLABLE,
    ChartState.CODED: Fate.CODED,
    ChartState.CORRECTING: Fate.CODED,
    ChartState.FINAL: Fate.CODED,
    ChartState.DELIVERED: Fate.CODED,
}


def fate_of(state: ChartState | None, *, is_scheduled: bool, is_not_coming: bool = False) -> Fate:
    """What became of an encounter; `state` is its chart's, None if there is no chart.

    A cancelled chart could not be read: if the encounter is scheduled, its documents are still missing; otherwise
    nobody waits for it, and there is nothing to bill. A chart that came counts, whatever was said before it did.
    """
    if state is not None and state is not ChartState.CANCELLED:
        return _BY_STATE[state]
    if not is_scheduled:
        return Fate.NOT_BILLABLE
    return Fate.NOT_COMING if is_not_coming else Fate.MISSING


@dataclass(frozen=True, slots=True)
class Account:
    """How many encounters were expected, and what became of them. Who is not coming is no longer expected."""

    coded: int = 0
    in_work: int = 0
    pended: int = 0
    not_billable: int = 0
    missing: int = 0
    not_coming: int = 0
    unscheduled: int = 0  # of the expected: those that no schedule named

    @property
    def expected(self) -> int:
        """Everything that was scheduled and is still to come or has come, and everything that came unscheduled."""
        return self.coded + self.in_work + self.pended + self.not_billable + self.missing

    def __add__(self, other: "Account") -> "Account":
        return Account(
            self.coded + other.coded, self.in_work + other.in_work, self.pended + other.pended,
            self.not_billable + other.not_billable, self.missing + other.missing, self.not_coming + other.not_coming,
            self.unscheduled + other.unscheduled,
        )  # fmt: skip

    def count(self, fate: Fate) -> int:
        """How many had this fate."""
        return int(getattr(self, fate.value.replace("-", "_")))


def account_of(counted: Iterable[tuple[Fate, bool, int]]) -> Account:
    """The account of counted encounters: (fate, is scheduled, how many)."""
    total = Account()
    for fate, is_scheduled, count in counted:
        total += Account(**{fate.value.replace("-", "_"): count}, unscheduled=0 if is_scheduled else count)
    return total

"""The rules of chart work: states, the moves between them, and the order of the line. Pure."""

import math
from datetime import datetime, timedelta
from enum import StrEnum

from portal.errors import Conflict


class ChartState(StrEnum):
    """Where a chart is in production."""

    RECEIVED = "received"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    READY = "ready"
    ASSIGNED = "assigned"
    PENDED = "pended"
    NOT_CODABLE = "not_codable"
    CODED = "coded"
    CORRECTING = "correcting"
    FINAL = "final"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


#: The whole life of a chart: (from, to) and the kind of event that tells of it. What is not here cannot happen.
MOVES: dict[tuple[ChartState | None, ChartState], str] = {
    (None, ChartState.RECEIVED): "received",
    (ChartState.RECEIVED, ChartState.READY): "ready",
    (ChartState.RECEIVED, ChartState.CANCELLED): "cancelled",
    (ChartState.RECEIVED, ChartState.POSSIBLE_DUPLICATE): "held",
    (ChartState.POSSIBLE_DUPLICATE, ChartState.READY): "ready",
    (ChartState.POSSIBLE_DUPLICATE, ChartState.CANCELLED): "discarded",
    (ChartState.READY, ChartState.CANCELLED): "discarded",
    (ChartState.CANCELLED, ChartState.READY): "restored",
    (ChartState.READY, ChartState.ASSIGNED): "assigned",
    (ChartState.ASSIGNED, ChartState.READY): "returned",
    (ChartState.ASSIGNED, ChartState.PENDED): "pended",
    (ChartState.PENDED, ChartState.READY): "answered",
    (ChartState.PENDED, ChartState.NOT_CODABLE): "not codable",
    (ChartState.ASSIGNED, ChartState.NOT_CODABLE): "not codable",
    (ChartState.READY, ChartState.NOT_CODABLE): "not codable",
    (ChartState.NOT_CODABLE, ChartState.READY): "reopened",
    (ChartState.ASSIGNED, ChartState.CODED): "coded",
    (ChartState.CODED, ChartState.CORRECTING): "correcting",
    (ChartState.CORRECTING, ChartState.CODED): "corrected",
    (ChartState.CODED, ChartState.FINAL): "final",
    (ChartState.FINAL, ChartState.DELIVERED): "delivered",
    (ChartState.CODED, ChartState.READY): "reopened",
    (ChartState.FINAL, ChartState.READY): "reopened",
    (ChartState.DELIVERED, ChartState.READY): "reopened",
}

#: Nothing is coded yet: another set of documents may take the place of the one that is there.
CAN_BE_REPLACED = frozenset(
    {ChartState.RECEIVED, ChartState.POSSIBLE_DUPLICATE, ChartState.READY, ChartState.ASSIGNED, ChartState.PENDED,
     ChartState.NOT_CODABLE}
)  # fmt: skip
#: Coded and not delivered, or closed as not codable: a document that comes now brings the chart back to its coder. One
#: under correction is there already.
COMES_BACK = frozenset({ChartState.CODED, ChartState.FINAL, ChartState.NOT_CODABLE})
#: The codes are the client's: a document that comes now is posted late, and somebody decides what it means.
LATE_STATES = frozenset({ChartState.DELIVERED})

#: What a client reads for each state.
FOR_CLIENTS: dict[ChartState, str] = {
    ChartState.RECEIVED: "Being checked",
    ChartState.POSSIBLE_DUPLICATE: "Possible duplicate",
    ChartState.READY: "Waiting for a coder",
    ChartState.ASSIGNED: "Being coded",
    ChartState.PENDED: "Waiting for an answer",
    ChartState.NOT_CODABLE: "Not codable",
    ChartState.CODED: "In quality check",
    ChartState.CORRECTING: "Being corrected",
    ChartState.FINAL: "Final",
    ChartState.DELIVERED: "Delivered",
    ChartState.CANCELLED: "Cancelled",
}


class Stage(StrEnum):
    """What a chart waits in line for."""

    CODING = "coding"
    AUDIT = "audit"


LEASE = timedelta(minutes=30)
#: How many hours what comes back waits for the person who had it before anybody else may take it: working time of the
#: chart's client, unless something else is agreed with it.
KEPT_HOURS = 8
LONGEST_KEPT_HOURS = 80
STAT_WEIGHT = 3.0
#: Steepness of the line's order, in hours: the look-ahead of the apparent-tardiness-cost index.
LOOK_AHEAD = timedelta(hours=4)
#: What can no longer be in time steps back by this once, behind what still can; measured with `chartway simulate`.
LATE_STEP = timedelta(hours=48)


def ensure_can_move(current: ChartState | None, wanted: ChartState) -> str:
    """The kind of event that tells of this move; raises Conflict if the move is not written in MOVES."""
    kind = MOVES.get((current, wanted))
    if kind is None:
        now = FOR_CLIENTS[current].lower() if current else "new"
        then = FOR_CLIENTS[wanted].lower()
        raise Conflict(f"This chart is {now}, so it cannot become “{then}” now. Reload the page.")
    return kind


def with_specialty(line: str, specialty: str) -> str:
    """A service line's name, followed by its specialty unless the name says it already."""
    return line if specialty.casefold() in line.casefold() else f"{line} · {specialty}"


def rank(due: datetime, *, weight: float = 1.0, minutes: float = 10.0) -> datetime:
    """A chart's place in line; the smallest goes first.

    The static form of the apparent-tardiness-cost index (Vepsalainen and Morton 1987): due time, moved forward by
    weight (the contract's, times STAT_WEIGHT) and back by the minutes the work is expected to take. It does not change
    with time, so it can be indexed. What can no longer be in time steps back once, by LATE_STEP.
    """
    return due - LOOK_AHEAD * math.log(weight / minutes)


def is_beyond_time(due: datetime, *, minutes: float, now: datetime) -> bool:
    """True if less than half of the expected work would fit in before it is due."""
    return due < now + timedelta(minutes=minutes / 2)

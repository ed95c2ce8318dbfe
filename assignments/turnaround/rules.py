"""A chart's moves as cycles, each with two clocks, and what it waited for whom. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assignments.promises import Calendar, Terms, add_working_time, counts_from, promised_due_at, working_time_between
from assignments.rules import ChartState

#: Whom a pended chart waits for, as the event's details say under "owner". A provider is asked by a query.
PROVIDER, CLIENT, LEAD = "provider", "client", "lead"
#: While one of these is asked, the promise's clock stands still; a lead is ours.
STOPS_THE_CLOCK = frozenset({PROVIDER, CLIENT})
#: A chart comes from one of these to ready because its documents are: what a coder or the client gives back is ready
#: already.
_MAKES_READY = frozenset(
    {None, ChartState.RECEIVED, ChartState.POSSIBLE_DUPLICATE, ChartState.CANCELLED, ChartState.CODED,
     ChartState.FINAL, ChartState.DELIVERED, ChartState.NOT_CODABLE}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a chart's history."""

    from_state: ChartState | None
    to_state: ChartState
    happened_at: datetime
    owner: str = ""  # of a chart that is pended by it


@dataclass(frozen=True, slots=True)
class Wait:
    """A time in which a chart was pended, and for whom; `until` is None while it still is."""

    owner: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """From receipt to the first delivery, or from a reopening after a delivery to the next one.

    `ready_at` is the last time that documents made it ready: the second clock starts again when more came before the
    delivery. `ended_at` is None until it is delivered, found not codable, or cancelled.
    """

    number: int
    started_at: datetime
    ready_at: datetime | None = None
    ended_at: datetime | None = None
    waits: tuple[Wait, ...] = ()
    is_delivered: bool = False


@dataclass(frozen=True, slots=True)
class Length:
    """A time as it passed, and as far as it was working time."""

    elapsed: timedelta = timedelta()
    working: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Turnaround:
    """What a cycle took so far by both clocks, pended time included; and that time apart."""

    from_receipt: Length
    from_ready: Length | None
    pended: Length
    queried: Length


def cycles_of(moves: Iterable[Move], *, received_at: datetime) -> Sequence[Cycle]:
    """The cycles of a chart, the first one first. Moves come in the order in which they were written.

    A move whose business time lies before the one written before it counts as if it had happened with that.
    """
    now = received_at
    cycles = [Cycle(1, received_at)]
    for move in moves:
        now, cycle = max(now, move.happened_at), cycles[-1]
        if move.from_state == move.to_state:
            continue
        if cycle.is_delivered and move.from_state is ChartState.DELIVERED:
            cycle = Cycle(cycle.number + 1, now)
            cycles.append(cycle)
        cycles[-1] = _after(cycle, move, now)
    return cycles


def measure(cycle: Cycle, calendar: Calendar, *, now: datetime) -> Turnaround:
    """What a cycle took until its end, or has taken until now."""
    until = cycle.ended_at or max(now, cycle.started_at)
    return Turnaround(
        _length(cycle.started_at, until, calendar),
        _length(cycle.ready_at, max(until, cycle.ready_at), calendar) if cycle.ready_at else None,
        _waited((wait for wait in cycle.waits if wait.owner != PROVIDER), calendar, until),
        _waited((wait for wait in cycle.waits if wait.owner == PROVIDER), calendar, until),
    )


def ready_due_at(cycle: Cycle, terms: Terms, *, stat_requested_at: datetime | None = None) -> datetime:
    """When a cycle would have been due if its promise ran from when it was ready, but for what others were asked.

    Raises ValueError for a cycle that never became ready.
    """
    if cycle.ready_at is None:
        raise ValueError("a cycle that was never ready has no second clock")
    due = promised_due_at(counts_from(cycle.ready_at, terms.calendar), terms)
    if stat_requested_at:
        due = min(due, max(cycle.ready_at, stat_requested_at) + timedelta(hours=terms.stat_hours))
    stopped = [
        wait for wait in cycle.waits if wait.owner in STOPS_THE_CLOCK and wait.since >= cycle.ready_at and wait.until
    ]
    if terms.in_working_hours and not stat_requested_at:
        waited = _waited(stopped, terms.calendar, cycle.ready_at).working
        return add_working_time(due, waited, terms.calendar)
    return due + sum((wait.until - wait.since for wait in stopped if wait.until), timedelta())


def _after(cycle: Cycle, move: Move, now: datetime) -> Cycle:
    if move.from_state is ChartState.PENDED and cycle.waits:
        *before, last = cycle.waits
        cycle = replace(cycle, waits=(*before, replace(last, until=last.until or now)))
    if move.to_state is ChartState.PENDED:
        cycle = replace(cycle, waits=(*cycle.waits, Wait(move.owner, now)))
    if move.to_state is ChartState.READY and move.from_state in _MAKES_READY:
        return replace(cycle, ready_at=now, ended_at=None)
    if move.to_state in (ChartState.DELIVERED, ChartState.NOT_CODABLE, ChartState.CANCELLED):
        return replace(cycle, ended_at=now, is_delivered=move.to_state is ChartState.DELIVERED)
    return replace(cycle, ended_at=None)


def _length(since: datetime, until: datetime, calendar: Calendar) -> Length:
    return Length(until - since, working_time_between(since, until, calendar))


def _waited(waits: Iterable[Wait], calendar: Calendar, now: datetime) -> Length:
    lengths = [_length(wait.since, wait.until or max(now, wait.since), calendar) for wait in waits]
    return Length(
        sum((one.elapsed for one in lengths), timedelta()), sum((one.working for one in lengths), timedelta())
    )

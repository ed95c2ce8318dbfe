"""When the promise's clock starts, and when a chart is due: cut-off, working time, holidays, STAT, warnings. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Calendar:
    """A client's days. Without a cut-off every moment counts, night and holiday alike.

    `cut_off_minute`, `opens_minute` and `closes_minute` are minutes after midnight on the wall clock of `zone` (IANA);
    `working_days` are ISO weekdays, at least one. Working hours are the whole of a working day unless said otherwise.
    """

    zone: str
    cut_off_minute: int | None = None
    working_days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    opens_minute: int = 0
    closes_minute: int = 1440

    def is_working(self, day: date) -> bool:
        """True if somebody works for the client on that day."""
        return day.isoweekday() in self.working_days and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service line promises, by the calendar that holds for it."""

    calendar: Calendar
    promise_hours: int
    stat_hours: int
    in_working_hours: bool = False  # what the promise's hours are; STAT hours are always elapsed


#: A calendar whose next working day is farther off than this is a mistake, and is not waited for.
_FARTHEST = 60  # days
#: Where nothing is agreed, a chart is at risk in the last fifth of its promise, and never earlier than this.
_RISK_SHARE, _RISK_MOST = 5, timedelta(hours=4)


def counts_from(received_at: datetime, calendar: Calendar) -> datetime:
    """The moment from which the promise runs, never before receipt.

    What comes before the cut-off of a working day counts at once; what comes later, or on a day off, counts from the
    first moment of the next working day. Wall-clock times are turned into moments first, so that an hour that the
    clocks repeat or skip changes nothing.
    """
    if calendar.cut_off_minute is None:
        return received_at
    zone = ZoneInfo(calendar.zone)
    today = received_at.astimezone(zone).date()
    if calendar.is_working(today) and received_at < _moment(today, calendar.cut_off_minute, zone):
        return received_at
    following = (today + timedelta(days=step) for step in range(1, _FARTHEST + 1))
    day = next((day for day in following if calendar.is_working(day)), None)
    return received_at if day is None else _moment(day, 0, zone)


def due_at(starts_at: datetime, *, promise_hours: int, working: Calendar | None = None) -> datetime:
    """When an ordinary chart is due: its promise after its clock started, in elapsed hours or those of `working`."""
    promised = timedelta(hours=promise_hours)
    return add_working_time(starts_at, promised, working) if working else starts_at + promised


def stat_due_at(requested_at: datetime, *, stat_hours: int, due: datetime) -> datetime:
    """When a chart is due that cannot wait: STAT hours after the request whatever the cut-off, never later than `due`.

    `due` is when it was due without the request.
    """
    return min(due, requested_at + timedelta(hours=stat_hours))


def promised_due_at(starts_at: datetime, terms: Terms) -> datetime:
    """When a chart is due by these terms whose clock starts at `starts_at`, if it is not STAT."""
    working = terms.calendar if terms.in_working_hours else None
    return due_at(starts_at, promise_hours=terms.promise_hours, working=working)


def add_working_time(start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """The first moment by which `length` of working time has passed since `start`; always within working hours.

    The inverse of `working_time_between`. Nothing added to a moment outside working hours is when they begin next.
    Raises ValueError for a negative length, and for a calendar without a working day, which would have no answer.
    """
    if length < timedelta() or not calendar.working_days:
        raise ValueError("working time is added, to a calendar that has some")
    left = length
    for opens, closes in _working_hours(start, calendar):
        begins = max(start, opens)
        if begins <= closes:
            if left <= closes - begins:
                return (begins + left).astimezone(UTC)
            left -= closes - begins
    raise AssertionError("working hours never end")


def working_time_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of the time from `start` to `end` lies in working hours; none if `end` is not the later one."""
    passed = timedelta()
    for opens, closes in _working_hours(start, calendar) if start < end and calendar.working_days else ():
        if opens >= end:
            break
        passed += max(min(closes, end) - max(opens, start), timedelta())
    return passed


def at_risk_from(due: datetime, *, promise_hours: int, at_risk_minutes: int | None = None) -> datetime:
    """From when on an unfinished chart is at risk: `at_risk_minutes` before it is due.

    None: a fifth of its promise (of its STAT hours if it is STAT), at most four hours. SQL has it under the same name.
    """
    if at_risk_minutes is not None:
        return due - timedelta(minutes=at_risk_minutes)
    return due - min(timedelta(hours=promise_hours) / _RISK_SHARE, _RISK_MOST)


def when_to_widen(due: datetime, widen_minutes: int | None) -> datetime | None:
    """From when on a chart that waits is offered to more people than its own; None: never."""
    return None if widen_minutes is None else due - timedelta(minutes=widen_minutes)


def _working_hours(since: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """When each working day opens and closes, from the day of `since` on, without end.

    A day whose hours fall into what the clocks skip is as short as they leave it, or has none.
    """
    zone = ZoneInfo(calendar.zone)
    day = since.astimezone(zone).date()
    while True:
        if calendar.is_working(day):
            opens, closes = _moment(day, calendar.opens_minute, zone), _moment(day, calendar.closes_minute, zone)
            if opens < closes:
                yield opens, closes
        day += timedelta(days=1)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A wall-clock time as a moment; of a repeated hour the first, of a skipped one the moment of the skip or after."""
    if minute == 1440:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)

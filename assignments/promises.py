"""When the promise's clock starts, and when a chart is due: cut-off, working days, holidays, STAT. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Calendar:
    """A client's days. Without a cut-off every moment counts, night and holiday alike.

    `cut_off_minute` is minutes after midnight on the wall clock of `zone` (IANA); `working_days` are ISO weekdays.
    """

    zone: str
    cut_off_minute: int | None = None
    working_days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """True if somebody works for the client on that day."""
        return day.isoweekday() in self.working_days and day not in self.holidays


#: A calendar whose next working day is farther off than this is a mistake, and is not waited for.
_FARTHEST = 60  # days


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


def due_at(starts_at: datetime, *, promise_hours: int) -> datetime:
    """When an ordinary chart is due: its service line's promise, in elapsed hours, after its clock started."""
    return starts_at + timedelta(hours=promise_hours)


def stat_due_at(requested_at: datetime, *, stat_hours: int, due: datetime) -> datetime:
    """When a chart is due that cannot wait: STAT hours after the request whatever the cut-off, never later than `due`.

    `due` is when it was due without the request.
    """
    return min(due, requested_at + timedelta(hours=stat_hours))


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A wall-clock time as a moment; of a repeated hour the first, of a skipped one the moment of the skip or after."""
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)

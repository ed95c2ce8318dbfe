"""What a service line promises for a chart: from when on it counts, and when it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from assignments.promises import Calendar, Terms, add_working_time, counts_from, promised_due_at, stat_due_at
from assignments.rules import KEPT_HOURS
from portal.database import DB
from portal.errors import NotFound
from portal.tenancy.calendars import get_days


@dataclass(frozen=True, slots=True)
class Promised:
    """From when on a chart's promise runs, when it is due by it, and when it is due: sooner if it is STAT."""

    counts_from: datetime
    promised_due_at: datetime
    due_at: datetime


async def promise(*, service_line_id: UUID, received_at: datetime, is_stat: bool) -> Promised:
    """What is promised for a chart of this service line that comes in now; inside the current transaction."""
    terms = await get_terms(service_line_id)
    starts_at = counts_from(received_at, terms.calendar)
    due = promised_due_at(starts_at, terms)
    hurried = stat_due_at(received_at, stat_hours=terms.stat_hours, due=due) if is_stat else due
    return Promised(starts_at, due, hurried)


async def get_terms(service_line_id: UUID) -> Terms:
    """What a service line promises, by its own calendar or its client's; inside the current transaction."""
    line = await DB.fetch_one(
        "SELECT s.client_id, s.promise_hours, s.stat_hours, s.in_working_hours, k.time_zone FROM service_line s"
        " JOIN client k ON k.id = s.client_id WHERE s.id = $1",
        service_line_id,
    )
    if line is None:
        raise NotFound
    days = await get_days(line["client_id"], service_line_id=service_line_id)
    calendar = Calendar(
        line["time_zone"], days.week.cut_off_minute, frozenset(days.week.working_days),
        frozenset(day for day, _ in days.holidays), days.week.opens_minute, days.week.closes_minute,
    )  # fmt: skip
    return Terms(calendar, line["promise_hours"], line["stat_hours"], line["in_working_hours"])


async def kept_until(chart_id: UUID) -> datetime:
    """Until when a chart that comes back waits for the person who had it: so many hours of working time as agreed.

    By the database's clock, which the line goes by, read inside the current transaction.
    """
    row = await DB.fetch_one(
        "SELECT c.service_line_id, clock_timestamp() AS now, (SELECT r.kept_hours FROM pend_rule r"
        " WHERE r.client_id = c.client_id) AS hours FROM chart c WHERE c.id = $1",
        chart_id,
    )
    if row is None:
        raise NotFound
    terms = await get_terms(row["service_line_id"])
    return add_working_time(row["now"], timedelta(hours=row["hours"] or KEPT_HOURS), terms.calendar)

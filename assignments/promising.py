"""What a service line promises for a chart: from when on it counts, and when it is due."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.promises import Calendar, counts_from, due_at, stat_due_at
from portal.database import DB
from portal.errors import NotFound
from portal.tenancy.calendars import get_days


@dataclass(frozen=True, slots=True)
class Promised:
    """The moment from which a chart's promise runs, and when it is due."""

    counts_from: datetime
    due_at: datetime


async def promise(*, service_line_id: UUID, received_at: datetime, is_stat: bool) -> Promised:
    """What is promised for a chart of this service line that comes in now; inside the current transaction."""
    line = await DB.fetch_one(
        "SELECT s.client_id, s.promise_hours, s.stat_hours, k.time_zone FROM service_line s"
        " JOIN client k ON k.id = s.client_id WHERE s.id = $1",
        service_line_id,
    )
    if line is None:
        raise NotFound
    days = await get_days(line["client_id"])
    calendar = Calendar(
        line["time_zone"], days.cut_off_minute, frozenset(days.working_days), frozenset(day for day, _ in days.holidays)
    )
    starts_at = counts_from(received_at, calendar)
    due = due_at(starts_at, promise_hours=line["promise_hours"])
    return Promised(starts_at, stat_due_at(received_at, stat_hours=line["stat_hours"], due=due) if is_stat else due)

"""What deliveries of a period took, by client and service line. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from portal.database import DB

#: Which deliveries of a chart are meant: what the address says, and what it reads as.
VERSIONS = {"first": "First deliveries", "later": "Later versions", "all": "All deliveries"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries a report is about: days of the client's own calendar, both included; None means any client."""

    first_on: date
    last_on: date
    client_id: UUID | None = None
    versions: str = "first"
    in_working_time: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The deliveries of one service line; without a client it is all of them. Shares are of 1."""

    client_id: UUID | None
    client: str
    service_line: str
    count: int
    median: timedelta  # from receipt
    ninth: timedelta  # nine of ten took no longer
    on_time: float
    ready_median: timedelta  # from when they were ready to be coded
    ready_ninth: timedelta
    ready_on_time: float
    pended: timedelta  # for each delivery, on average
    queried: timedelta


async def find_lines(wanted: Wanted) -> tuple[Sequence[Line], Line | None]:
    """What deliveries took, by client and service line; and all of them together, None if there were none."""
    rows = await DB.fetch(
        _LINES, wanted.first_on, wanted.last_on, wanted.client_id, wanted.versions, wanted.in_working_time
    )
    lines = [
        Line(
            row["client_id"], row["client"] or "", row["service_line"] or "", row["count"], _length(row["median"]),
            _length(row["ninth"]), row["on_time"], _length(row["ready_median"]), _length(row["ready_ninth"]),
            row["ready_on_time"], _length(row["pended"]), _length(row["queried"]),
        )
        for row in rows
    ]  # fmt: skip
    whole = next((line for line in lines if line.client_id is None), None)
    return [line for line in lines if line.client_id is not None], whole


# The first condition is for the index: a client's day lies within a day of the same day in UTC.
_LINES = """
  WITH wanted AS (
    SELECT t.client_id, t.service_line_id, t.pended_seconds, t.query_seconds,
           t.delivered_at <= t.due_at AS on_time, t.delivered_at <= t.ready_due_at AS ready_on_time,
           CASE WHEN $5 THEN t.working_seconds ELSE extract(epoch FROM t.delivered_at - t.received_at) END AS took,
           CASE WHEN $5 THEN t.ready_working_seconds
                ELSE extract(epoch FROM t.delivered_at - t.ready_at) END AS ready_took
      FROM turnaround t JOIN client k ON k.id = t.client_id
     WHERE t.delivered_at >= ($1::date - 1)::timestamp AT TIME ZONE 'UTC'
       AND t.delivered_at < ($2::date + 2)::timestamp AT TIME ZONE 'UTC'
       AND (t.delivered_at AT TIME ZONE k.time_zone)::date BETWEEN $1 AND $2
       AND ($3::uuid IS NULL OR t.client_id = $3)
       AND CASE $4 WHEN 'first' THEN t.cycle = 1 WHEN 'later' THEN t.cycle > 1 ELSE true END)
  SELECT w.client_id, k.name AS client, s.name AS service_line, count(*)::integer AS count,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS median,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY took) AS ninth,
         avg(on_time::integer)::float AS on_time,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY ready_took) AS ready_median,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY ready_took) AS ready_ninth,
         avg(ready_on_time::integer)::float AS ready_on_time,
         avg(pended_seconds)::float AS pended, avg(query_seconds)::float AS queried
    FROM wanted w JOIN client k ON k.id = w.client_id JOIN service_line s ON s.id = w.service_line_id
   GROUP BY GROUPING SETS ((w.client_id, k.name, s.id, s.name), ()) HAVING count(*) > 0
   ORDER BY k.name NULLS LAST, s.name
"""


def _length(seconds: float) -> timedelta:
    return timedelta(seconds=round(seconds))

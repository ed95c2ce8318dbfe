"""The floor's board: how much waits, how late, and who is on it. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.rules import ChartState
from portal.database import DB

#: Charts that still owe their client something.
OPEN_STATES = (
    ChartState.RECEIVED, ChartState.POSSIBLE_DUPLICATE, ChartState.READY, ChartState.ASSIGNED, ChartState.PENDED,
    ChartState.CODED, ChartState.CORRECTING, ChartState.FINAL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lane:
    """The open charts of one client and specialty; `in_time`, `at_risk` and `late` add up to `total`."""

    client_id: UUID
    client: str
    specialty: str
    total: int
    waiting: int
    oldest_at: datetime | None  # receipt of the oldest that waits
    in_time: int
    at_risk: int
    late: int
    held: int
    in_audit: int
    pended: int
    coders_on: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole floor in six numbers."""

    waiting: int
    late: int
    at_risk: int
    in_work: int
    pended: int
    coders_on: int


_LANES = """
WITH open AS (
  SELECT c.client_id, c.specialty, c.due_at, c.received_at, c.state, c.id,
         at_risk_from(c.due_at, CASE WHEN c.is_stat THEN s.stat_hours ELSE s.promise_hours END, s.at_risk_minutes)
           AS at_risk_from,
         coalesce(bool_or(q.stage = 'coding' AND q.state = 'waiting'), false) AS waits,
         coalesce(bool_or(q.stage = 'audit' AND q.state IN ('waiting', 'held')), false) AS in_audit
    FROM chart c JOIN service_line s ON s.id = c.service_line_id
    LEFT JOIN queue_entry q ON q.client_id = c.client_id AND q.chart_id = c.id
                                        AND q.state IN ('waiting', 'held')
   WHERE c.state = ANY ($2) GROUP BY c.id, s.id),
held AS (
  SELECT c.client_id, c.specialty, count(*) AS held,
         count(DISTINCT a.person_id) FILTER (WHERE a.stage = 'coding') AS coders_on
    FROM assignment a JOIN chart c ON c.id = a.chart_id WHERE a.lease_until > clock_timestamp() GROUP BY 1, 2)
SELECT o.client_id, k.name AS client, o.specialty, count(*)::integer AS total,
       count(*) FILTER (WHERE o.waits)::integer AS waiting,
       min(o.received_at) FILTER (WHERE o.waits) AS oldest_at,
       count(*) FILTER (WHERE o.due_at >= $1 AND o.at_risk_from > $1)::integer AS in_time,
       count(*) FILTER (WHERE o.due_at >= $1 AND o.at_risk_from <= $1)::integer AS at_risk,
       count(*) FILTER (WHERE o.due_at < $1)::integer AS late,
       coalesce(max(h.held), 0)::integer AS held, count(*) FILTER (WHERE o.in_audit)::integer AS in_audit,
       count(*) FILTER (WHERE o.state = 'pended')::integer AS pended,
       coalesce(max(h.coders_on), 0)::integer AS coders_on
  FROM open o JOIN client k ON k.id = o.client_id
  LEFT JOIN held h ON h.client_id = o.client_id AND h.specialty = o.specialty
 GROUP BY o.client_id, k.name, o.specialty ORDER BY k.name, o.specialty"""


async def find_lanes(*, now: datetime) -> list[Lane]:
    """The open charts of every client and specialty, as they stand at `now`."""
    return [Lane(**row) for row in await DB.fetch(_LANES, now, list(OPEN_STATES))]


async def get_totals(lanes: Sequence[Lane]) -> Totals:
    """The floor's six numbers; somebody who holds charts of two lanes is one person."""
    on = await DB.value(
        "SELECT count(DISTINCT person_id)::integer FROM assignment WHERE stage = 'coding'"
        " AND lease_until > clock_timestamp()"
    )
    return Totals(
        sum(lane.waiting for lane in lanes), sum(lane.late for lane in lanes), sum(lane.at_risk for lane in lanes),
        sum(lane.held for lane in lanes), sum(lane.pended for lane in lanes), on,
    )  # fmt: skip

"""Charts as the floor sees them: number, state, due time, holder and way; no patients. Inside a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.rules import ChartState
from portal.database import DB
from portal.errors import NotFound
from portal.pages.floor_board import OPEN_STATES

#: Instead of one state: every state in which a chart still owes its client something.
OPEN = "open"


@dataclass(frozen=True, slots=True)
class ChartFilter:
    """Which charts a list shows; '' and None mean any. `due` is late or risk; `words` begin a chart's number."""

    words: str = ""
    client_id: UUID | None = None
    state: str = ""
    specialty: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class FloorChart:
    """A chart as the floor sees it."""

    id: UUID
    number: str
    client: str
    time_zone: str
    service_line: str
    specialty: str
    state: str
    is_stat: bool
    received_at: datetime
    due_at: datetime
    at_risk_from: datetime
    promised_due_at: datetime
    agreed_due_at: datetime | None
    delivered_at: datetime | None
    holder: str | None
    coder: str | None
    auditor: str | None


#: What the list can be sorted by.
SORTS: Mapping[str, str] = {
    "due": " ORDER BY c.due_at, c.id",
    "received": " ORDER BY c.received_at DESC, c.id DESC",
    "chart": " ORDER BY k.code, length(c.number), c.number",
}
_CHARTS = (
    "SELECT c.id, c.number, k.name AS client, k.time_zone, s.name AS service_line, c.specialty, c.state, c.is_stat,"
    " c.received_at, c.due_at, c.promised_due_at, c.agreed_due_at, c.delivered_at,"
    " at_risk_from(c.due_at, CASE WHEN c.is_stat THEN s.stat_hours ELSE s.promise_hours END, s.at_risk_minutes)"
    "  AS at_risk_from, h.name AS holder, p.name AS coder, u.name AS auditor"
    " FROM chart c JOIN client k ON k.id = c.client_id JOIN service_line s ON s.id = c.service_line_id"
    " LEFT JOIN LATERAL (SELECT a.person_id FROM assignment a WHERE a.client_id = c.client_id AND a.chart_id = c.id"
    "  LIMIT 1) held ON true LEFT JOIN person h ON h.id = held.person_id"
    " LEFT JOIN person p ON p.id = c.coder_of_record LEFT JOIN person u ON u.id = c.auditor_of_record"
)
_COUNT = "SELECT count(*) FROM chart c JOIN service_line s ON s.id = c.service_line_id"
_WANTED = """
 WHERE ($1 = '' OR starts_with(c.number, upper($1))) AND ($2::uuid IS NULL OR c.client_id = $2)
   AND ($3 = '' OR c.state = $3 OR ($3 = 'open' AND c.state = ANY ($7))) AND ($4 = '' OR c.specialty = $4)
   AND ($5 = '' OR (c.state = ANY ($7) AND CASE $5 WHEN 'late' THEN c.due_at < $6
     ELSE c.due_at >= $6 AND at_risk_from(c.due_at, CASE WHEN c.is_stat THEN s.stat_hours ELSE s.promise_hours END,
                                          s.at_risk_minutes) <= $6 END))"""


async def find_charts(
    wanted: ChartFilter, *, now: datetime, sort: str = "due", limit: int | None = None, offset: int = 0
) -> list[FloorChart]:
    """The charts that the filter lets through."""
    rows = await DB.fetch(
        _CHARTS + _WANTED + SORTS[sort] + " LIMIT $8 OFFSET $9", *_arguments(wanted, now), limit, offset
    )
    return [FloorChart(**row) for row in rows]


async def count_charts(wanted: ChartFilter, *, now: datetime) -> int:
    """How many charts the filter lets through."""
    counted: int = await DB.value(_COUNT + _WANTED, *_arguments(wanted, now))
    return counted


async def get_chart(chart_id: UUID) -> FloorChart:
    """One chart; raises NotFound if there is none."""
    row = await DB.fetch_one(_CHARTS + " WHERE c.id = $1", chart_id)
    if row is None:
        raise NotFound
    return FloorChart(**row)


async def find_moves(chart_id: UUID) -> list[dict[str, Any]]:
    """Every move of a chart with who made it, the first one first."""
    rows = await DB.fetch(
        "SELECT e.kind, e.from_state, e.to_state, e.happened_at, coalesce(p.name, 'Chartway') AS actor,"
        " CASE WHEN e.kind = 'due_agreed' THEN e.details->>'reason' END AS reason"
        " FROM chart_event e LEFT JOIN person p ON p.id = e.actor_id WHERE e.chart_id = $1"
        " ORDER BY e.recorded_at, e.id",
        chart_id,
    )
    return [dict(row) for row in rows]


def _arguments(wanted: ChartFilter, now: datetime) -> tuple[Any, ...]:
    state = wanted.state if wanted.state in (OPEN, *ChartState) else ""
    due = wanted.due if wanted.due in ("late", "risk") else ""
    return wanted.words, wanted.client_id, state, wanted.specialty, due, now, list(OPEN_STATES)

"""Queries for those who manage: the list with its filters, and providers by number, age and time to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.querying.queries import Row, read_row
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.web.paging import Paging, read_paging


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of queries is narrowed to; '' and None narrow nothing."""

    state: str = ""
    client_id: UUID | None = None
    provider: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of queries, and what there is to choose from."""

    rows: Sequence[Row]
    paging: Paging
    clients: Sequence[tuple[UUID, str]]
    escalated: int


@dataclass(frozen=True, slots=True)
class ProviderFigures:
    """What was asked of one provider since a day."""

    client: str
    provider: str
    people: int  # who answer for this provider now
    sent: int
    open: int
    late: int
    escalated: int
    oldest_open: datetime | None
    answered: int
    in_time: int
    median_hours: float | None
    cancelled: int


async def list_queries(manager: Actor, *, wanted: Wanted, query: Mapping[str, str], now: datetime) -> Listed:
    """Queries of every client, escalated ones first, then the next due; no patient, no words of theirs."""
    arguments = (wanted.state, wanted.client_id, wanted.provider, wanted.is_late, now)
    async with acting_as(manager):
        total = await DB.value(_COUNT + _WANTED, *arguments)
        paging = read_paging(query, total)
        rows = await DB.fetch(_LIST + _WANTED + _ORDER, *arguments, paging.limit, paging.offset)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY lower(name)")
        escalated = await DB.value(
            "SELECT count(*) FROM provider_query WHERE state = 'open' AND escalated_at IS NOT NULL"
        )
    return Listed(
        [read_row(row) for row in rows], paging,
        [(UUID(bytes=row["id"].bytes), row["name"]) for row in clients], escalated,
    )  # fmt: skip


async def find_figures(manager: Actor, *, since: datetime, now: datetime) -> list[ProviderFigures]:
    """Every provider who was asked since then: most open queries first, then by the oldest open one."""
    async with acting_as(manager):
        rows = await DB.fetch(_FIGURES, since, now)
    return [ProviderFigures(**row) for row in rows]


_LIST = (
    "SELECT q.id, q.client_id, k.name AS client, q.chart_id, q.patient_id, q.number, q.provider, q.purpose, q.state,"
    " q.sent_at, q.due_at, q.reminded_at, q.escalated_at, q.answered_at, q.closed_at, q.cancelled_at, q.cancel_reason"
    " FROM provider_query q JOIN client k ON k.id = q.client_id"
)
_COUNT = "SELECT count(*) FROM provider_query q"
_WANTED = (
    " WHERE ($1::text = '' OR q.state = $1) AND ($2::uuid IS NULL OR q.client_id = $2)"
    " AND ($3::text = '' OR lower(q.provider) = lower($3))"
    " AND (NOT $4::boolean OR (q.state = 'open' AND q.due_at < $5))"
)
_ORDER = (
    " ORDER BY (q.state = 'open' AND q.escalated_at IS NOT NULL) DESC, q.state = 'open' DESC,"
    " CASE WHEN q.state = 'open' THEN q.due_at END, q.sent_at DESC, q.id LIMIT $6 OFFSET $7"
)
_FIGURES = (
    "SELECT k.name AS client, min(q.provider) AS provider,"
    " (SELECT count(*) FROM provider_link l WHERE l.client_id = q.client_id AND l.ended_at IS NULL"
    "   AND lower(l.provider) = lower(min(q.provider))) AS people,"
    " count(*) AS sent, count(*) FILTER (WHERE q.state = 'open') AS open,"
    " count(*) FILTER (WHERE q.state = 'open' AND q.due_at < $2) AS late,"
    " count(*) FILTER (WHERE q.state = 'open' AND q.escalated_at IS NOT NULL) AS escalated,"
    " min(q.sent_at) FILTER (WHERE q.state = 'open') AS oldest_open,"
    " count(q.answered_at) AS answered, count(*) FILTER (WHERE q.answered_at <= q.due_at) AS in_time,"
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM q.answered_at - q.sent_at) / 3600)"
    "   FILTER (WHERE q.answered_at IS NOT NULL) AS median_hours,"
    " count(*) FILTER (WHERE q.state = 'cancelled') AS cancelled"
    " FROM provider_query q JOIN client k ON k.id = q.client_id WHERE q.sent_at >= $1 OR q.state = 'open'"
    " GROUP BY k.name, q.client_id, lower(q.provider)"
    " ORDER BY open DESC, oldest_open NULLS LAST, sent DESC, lower(q.provider)"
)

"""What compliance sees: each client's rule, holds, purges and exports. Inside a transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.database import DB
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a client's documents are kept; `years` is None while no rule is set."""

    client_id: UUID
    code: str
    name: str
    closed_at: datetime | None
    years: int | None
    basis: str | None
    set_by: str | None
    set_at: datetime | None
    hold_count: int
    proposed_count: int
    purge_from: datetime | None
    purged_at: datetime | None


async def find_keeping() -> list[Keeping]:
    """How the documents of each client are kept, by the clients' names."""
    return [Keeping(**row) for row in await DB.fetch(_KEEPING, None)]


async def get_keeping(client_id: UUID) -> Keeping:
    """How the documents of one client are kept; NotFound for an unknown one."""
    row = await DB.fetch_one(_KEEPING, client_id)
    if row is None:
        raise NotFound
    return Keeping(**row)


async def find_holds() -> list[dict[str, Any]]:
    """Every legal hold, those in force first."""
    rows = await DB.fetch(
        "SELECT h.id, k.name AS client, k.time_zone, h.reason, h.placed_at, h.lifted_at, h.lift_reason,"
        " p.name AS placed_by, l.name AS lifted_by, c.number AS chart, h.patient_id"
        " FROM legal_hold h JOIN client k ON k.id = h.client_id LEFT JOIN chart c ON c.id = h.chart_id"
        " LEFT JOIN person p ON p.id = h.placed_by LEFT JOIN person l ON l.id = h.lifted_by"
        " ORDER BY h.lifted_at DESC NULLS FIRST, h.placed_at DESC, h.id LIMIT 500"
    )
    return [dict(row) for row in rows]


async def find_runs() -> list[dict[str, Any]]:
    """Purges, those to come first; each with what was proposed and what became of it."""
    rows = await DB.fetch(
        "SELECT r.id, k.name AS client, k.time_zone, r.kind, r.proposed_at, r.purge_from, r.finished_at,"
        " r.proposed_count, r.document_count, r.object_count, r.byte_count"
        " FROM purge_run r JOIN client k ON k.id = r.client_id"
        " ORDER BY r.finished_at DESC NULLS FIRST, r.proposed_at DESC, r.id LIMIT 200"
    )
    return [dict(row) for row in rows]


async def find_exports() -> list[dict[str, Any]]:
    """What clients were given, the last first."""
    rows = await DB.fetch(
        "SELECT x.id, k.name AS client, k.time_zone, x.made_at, x.chart_count, x.document_count, x.byte_count,"
        " x.event_count, x.manifest_sha256, x.is_open FROM client_export x JOIN client k ON k.id = x.client_id"
        " ORDER BY x.made_at DESC, x.id LIMIT 200"
    )
    return [dict(row) for row in rows]


_KEEPING = """
  SELECT k.id AS client_id, k.code, k.name, k.closed_at, r.years, r.basis, p.name AS set_by, r.set_at,
         (SELECT count(*) FROM legal_hold h WHERE h.client_id = k.id AND h.lifted_at IS NULL)::int AS hold_count,
         coalesce(w.proposed, 0)::int AS proposed_count, w.purge_from,
         (SELECT max(n.finished_at) FROM purge_run n WHERE n.client_id = k.id) AS purged_at
    FROM client k
    LEFT JOIN LATERAL (SELECT u.years, u.basis, u.set_by, u.set_at FROM retention_rule u WHERE u.client_id = k.id
                        ORDER BY u.set_at DESC, u.id DESC LIMIT 1) r ON true
    LEFT JOIN person p ON p.id = r.set_by
    LEFT JOIN LATERAL (SELECT sum(o.proposed_count) AS proposed, min(o.purge_from) AS purge_from FROM purge_run o
                        WHERE o.client_id = k.id AND o.finished_at IS NULL) w ON true
   WHERE ($1::uuid IS NULL OR k.id = $1) ORDER BY k.name
"""

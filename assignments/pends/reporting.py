"""The pends of the whole floor: counted by reason, owner and age, and one by one; no words of anybody, no patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from assignments.pends.rules import Owner
from portal.database import DB

#: Age of an open pend: a word of the address, what it reads as, and from how many days on.
AGES: Mapping[str, tuple[str, int]] = {
    "3": ("3 days or more", 3), "7": ("7 days or more", 7), "14": ("14 days or more", 14),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PendFilter:
    """Which open pends are shown; '' and None mean any, `days` the least age."""

    client_id: UUID | None = None
    owner: str = ""
    reason: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """The open pends of one client, owner and reason; one with two reasons counts for each."""

    client_id: UUID
    client: str
    owner: str
    reason: str
    count: int
    within_3: int
    within_7: int
    older: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class OpenPend:
    """One open pend."""

    id: UUID
    chart_id: UUID
    number: str
    client: str
    owner: str
    reasons: Sequence[str]
    asked_by: str
    opened_at: datetime
    reminded: int
    due_at: datetime | None
    answered_at: datetime | None


async def count_pends(wanted: PendFilter, *, now: datetime) -> list[Counted]:
    """The open pends by client, owner and reason; inside the current transaction."""
    rows = await DB.fetch(_COUNTED + _WANTED + _GROUPED, *_arguments(wanted, now))
    return [Counted(**dict(row)) for row in rows]


async def find_open_pends(
    wanted: PendFilter, *, now: datetime, limit: int | None = None, offset: int = 0
) -> list[OpenPend]:
    """The open pends, the oldest first; inside the current transaction."""
    rows = await DB.fetch(_ONE_BY_ONE + _WANTED + _OLDEST_FIRST, *_arguments(wanted, now), limit, offset)
    return [OpenPend(**dict(row)) for row in rows]


async def count_open_pends(wanted: PendFilter, *, now: datetime) -> int:
    """How many pends are open; inside the current transaction."""
    return int(await DB.value("SELECT count(*)" + _OPEN + _WANTED, *_arguments(wanted, now)))


async def find_open_reasons() -> list[str]:
    """The reasons that open pends have; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT DISTINCT t.reason FROM pend d JOIN pend_item t ON t.client_id = d.client_id AND t.pend_id = d.id"
        " WHERE d.ended_at IS NULL ORDER BY t.reason"
    )
    return [row["reason"] for row in rows]


def owners() -> list[str]:
    """Who may be asked, as words."""
    return [owner.value for owner in Owner]


_OPEN = (
    " FROM pend d JOIN chart c ON c.client_id = d.client_id AND c.id = d.chart_id JOIN client k ON k.id = d.client_id"
    " JOIN person p ON p.id = d.opened_by"
)
_COUNTED = (
    "SELECT d.client_id, k.name AS client, d.owner, coalesce(t.reason, 'asked in its own thread') AS reason,"
    " count(*)::int AS count,"
    " (count(*) FILTER (WHERE d.opened_at > $5::timestamptz - interval '3 days'))::int AS within_3,"
    " (count(*) FILTER (WHERE d.opened_at <= $5::timestamptz - interval '3 days'"
    "   AND d.opened_at > $5::timestamptz - interval '7 days'))::int AS within_7,"
    " (count(*) FILTER (WHERE d.opened_at <= $5::timestamptz - interval '7 days'))::int AS older,"
    " min(d.opened_at) AS oldest_at" + _OPEN
    + " LEFT JOIN pend_item t ON t.client_id = d.client_id AND t.pend_id = d.id AND ($3 = '' OR t.reason = $3)"
)  # fmt: skip
_GROUPED = " GROUP BY d.client_id, k.name, d.owner, t.reason ORDER BY k.name, d.owner, count(*) DESC, t.reason"
_COLUMNS = (
    "SELECT d.id, d.chart_id, c.number, k.name AS client, d.owner,"
    " ARRAY(SELECT t.reason FROM pend_item t WHERE t.pend_id = d.id ORDER BY t.position) AS reasons,"
    " p.name AS asked_by, d.opened_at, d.reminded, d.due_at, d.answered_at"
)
_ONE_BY_ONE = _COLUMNS + _OPEN
_OLDEST_FIRST = " ORDER BY d.opened_at, d.id LIMIT $6 OFFSET $7"
_WANTED = (
    " WHERE d.ended_at IS NULL AND ($1::uuid IS NULL OR d.client_id = $1) AND ($2 = '' OR d.owner = $2)"
    " AND ($3 = '' OR EXISTS (SELECT FROM pend_item x WHERE x.client_id = d.client_id AND x.pend_id = d.id"
    "   AND x.reason = $3))"
    " AND d.opened_at <= $5::timestamptz - $4::interval"
)


def _arguments(wanted: PendFilter, now: datetime) -> tuple[object, ...]:
    # What was asked in this very second is open as well: only a least age looks back.
    back = timedelta(days=wanted.days) if wanted.days else -timedelta(days=1)
    return wanted.client_id, wanted.owner, wanted.reason, back, now

"""What a release breaks: codes in use, in favourites, in open charts, that it ends or means anew. Inside a transaction.

Charts are named by their numbers and the count of their codes, as everywhere on the floor; which code is whose is seen
by whoever opens the chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from assignments.codesets.release_queries import LoadedRelease
from assignments.releases.kept import KEEPERS, Keeper, KeptCode
from assignments.rules import ChartState
from portal.database import DB

DAYS = 90
MOST = 200  # rows of a list

#: Charts that still owe their client something.
OPEN_STATES = (
    ChartState.READY, ChartState.ASSIGNED, ChartState.PENDED, ChartState.CODED, ChartState.CORRECTING, ChartState.FINAL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A code that a release ends (`deleted`) or gives another title (`revised`), and how much it is used."""

    code: str
    change: str
    before: str
    after: str
    chart_count: int = 0  # in the last days
    last_used_on: date | None = None


@dataclass(frozen=True, slots=True)
class AffectedChart:
    """A chart with codes that do not hold on its date of service."""

    id: UUID
    number: str
    client: str
    service_on: date
    state: str
    code_count: int


@dataclass(frozen=True, slots=True)
class LookAhead:
    """Everything that a release breaks."""

    release: LoadedRelease
    days: int
    used: tuple[Change, ...]
    kept: tuple[tuple[KeptCode, Change], ...]
    charts: tuple[AffectedChart, ...]


async def look_ahead(
    release: LoadedRelease, *, now: datetime, days: int = DAYS, keepers: Sequence[Keeper] = KEEPERS
) -> LookAhead:
    """What this release breaks of what was used in the last days, of what is kept, and of open charts in its time."""
    changes = {
        row["code"]: Change(**row)
        for row in await DB.fetch(
            "SELECT code, change, before, after FROM code_change WHERE release_id = $1 AND change <> 'added'",
            release.id,
        )
    }
    used = await DB.fetch(_USED, release.id, release.system, now - timedelta(days=days), MOST)
    codes = frozenset(changes)
    kept = [one for keeper in keepers for one in await keeper(codes)]
    charts = await DB.fetch(
        _CHARTS, release.id, release.system, release.effective_from, release.effective_to, list(OPEN_STATES), MOST
    )
    return LookAhead(
        release, days, tuple(Change(**row) for row in used), tuple((one, changes[one.code]) for one in kept),
        tuple(AffectedChart(**row) for row in charts),
    )  # fmt: skip


async def count_changes(release_id: UUID, *, kind: str = "") -> int:
    """How many codes a release changed, in one way or in any."""
    count: int = await DB.value(
        "SELECT count(*) FROM code_change WHERE release_id = $1 AND ($2 = '' OR change = $2)", release_id, kind
    )
    return count


async def find_changes(release_id: UUID, *, kind: str = "", limit: int, offset: int) -> list[Change]:
    """The codes that a release changed, by number."""
    rows = await DB.fetch(
        "SELECT code, change, before, after FROM code_change WHERE release_id = $1 AND ($2 = '' OR change = $2)"
        " ORDER BY code LIMIT $3 OFFSET $4",
        release_id, kind, limit, offset,
    )  # fmt: skip
    return [Change(**row) for row in rows]


async def find_invalidated(release: LoadedRelease) -> list[AffectedChart]:
    """Charts that were coded before this release was loaded, and have codes that it says did not hold then.

    Nothing is written: somebody looks at each, reopens it or leaves it.
    """
    rows = await DB.fetch(
        _INVALIDATED, release.system, release.effective_from, release.effective_to, release.loaded_at, MOST
    )
    return [AffectedChart(**row) for row in rows]


_USED = """
  SELECT x.code, x.change, x.before, x.after, count(DISTINCT l.chart_id)::integer AS chart_count,
         max(v.submitted_at)::date AS last_used_on
    FROM code_change x
    JOIN code_line l ON l.code = x.code AND l.system = $2
    JOIN coding v ON v.id = l.coding_id
   WHERE x.release_id = $1 AND x.change <> 'added' AND v.role = 'coder' AND v.submitted_at >= $3
   GROUP BY x.code, x.change, x.before, x.after
   ORDER BY x.change, chart_count DESC, x.code LIMIT $4"""

_CHARTS = """
  SELECT c.id, c.number, k.name AS client, c.service_on, c.state, count(DISTINCT l.code)::integer AS code_count
    FROM code_change x
    JOIN code_line l ON l.code = x.code AND l.system = $2
    JOIN coding v ON v.id = l.coding_id
    JOIN chart c ON c.id = l.chart_id
    JOIN client k ON k.id = c.client_id
   WHERE x.release_id = $1 AND x.change = 'deleted' AND c.service_on BETWEEN $3 AND $4 AND c.state = ANY ($5)
     AND v.role = 'coder'
     AND NOT EXISTS (SELECT FROM coding n WHERE n.chart_id = v.chart_id AND n.role = v.role AND n.version > v.version)
   GROUP BY c.id, c.number, k.name, c.service_on, c.state
   ORDER BY c.service_on, c.number LIMIT $6"""

_INVALIDATED = """
  SELECT c.id, c.number, k.name AS client, c.service_on, c.state, count(DISTINCT l.code)::integer AS code_count
    FROM chart c
    JOIN client k ON k.id = c.client_id
    JOIN coding v ON v.chart_id = c.id AND v.role = 'coder'
    JOIN code_line l ON l.coding_id = v.id AND l.system = $1
   WHERE c.service_on BETWEEN $2 AND $3 AND v.submitted_at < $4
     AND NOT EXISTS (SELECT FROM coding n WHERE n.chart_id = v.chart_id AND n.role = v.role AND n.version > v.version)
     AND NOT EXISTS (SELECT FROM code o WHERE o.system = $1 AND o.code = l.code AND o.valid @> c.service_on)
   GROUP BY c.id, c.number, k.name, c.service_on, c.state
   ORDER BY c.service_on, c.number LIMIT $5"""

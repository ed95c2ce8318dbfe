"""The list of batches with their counts, and one batch with its history. No patients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

import asyncpg

from assignments.batches.encounters import UNITS, WANTED, Which
from assignments.batches.rules import REOPEN_REASONS, Account, BatchState, Fate
from portal.database import DB
from portal.errors import NotFound

#: What the list can be sorted by.
SORTS: Mapping[str, str] = {
    "day": "b.service_on DESC, k.name, l.name, b.id",
    "missing": "coalesce(n.missing, 0) DESC, b.service_on DESC, k.name, l.name, b.id",
    "place": "k.name, l.name, b.service_on DESC, b.id",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """What a client's location saw on one day, and what became of it."""

    id: UUID
    client_id: UUID
    client: str
    time_zone: str
    location: str | None
    service_on: date
    state: BatchState
    opened_at: datetime
    released_at: datetime | None
    missing_at_release: int | None
    closed_at: datetime | None
    account: Account
    charts: int
    open_charts: int

    @property
    def name(self) -> str:
        """How people speak of it."""
        return f"{self.location or 'No location'}, {self.service_on}"


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a batch's life."""

    at: datetime
    words: str
    by: str


async def find_batches(
    which: Which, *, sort: str = "day", limit: int | None = None, offset: int = 0
) -> Sequence[Batch]:
    """Batches that whoever acts may see; inside the current transaction."""
    # By day only the page is counted; to find where most is missing, everything has to be.
    first = sort == "day"
    wanted = WANTED + (" ORDER BY b.service_on DESC, b.id LIMIT $7 OFFSET $8" if first else "")
    last = f" ORDER BY {SORTS[sort]}" + ("" if first else " LIMIT $7 OFFSET $8")
    statement = f"WITH wanted AS ({wanted}), {UNITS}, {_COUNTED}{_BATCHES}{last}"
    rows = await DB.fetch(statement, *which.arguments, limit, offset)
    return [_batch(row) for row in rows]


async def count_batches(which: Which) -> int:
    """How many batches there are; inside the current transaction."""
    counted: int = await DB.value(f"SELECT count(*) FROM ({WANTED}) b", *which.arguments)  # noqa: S608 - made of constants alone
    return counted


async def get_batch(batch_id: UUID) -> Batch:
    """One batch; raises NotFound if there is none that whoever acts may see. Inside the current transaction."""
    found = await find_batches(Which(batch_id=batch_id), limit=1)
    if not found:
        raise NotFound
    return found[0]


async def find_history(batch_id: UUID) -> Sequence[Happened]:
    """Every move of a batch with who made it, the first one first; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT e.kind, e.reason, e.missing, e.happened_at, e.actor_id, p.name FROM batch_event e"
        " LEFT JOIN person p ON p.id = e.actor_id WHERE e.batch_id = $1 ORDER BY e.recorded_at, e.id",
        batch_id,
    )
    return [Happened(row["happened_at"], _words(row), row["name"] or "coding team") for row in rows]


def _words(row: asyncpg.Record) -> str:
    if row["kind"] == "released":
        return f"Released with {row['missing']} missing" if row["missing"] else "Released, nothing missing"
    return f"Opened again: {REOPEN_REASONS[row['reason']].lower()}" if row["kind"] == "reopened" else "Closed"


def _batch(row: asyncpg.Record) -> Batch:
    account = Account(**{field.name: row[field.name] for field in fields(Account)})
    return Batch(
        row["id"], row["client_id"], row["client"], row["time_zone"], row["location"], row["service_on"],
        BatchState(row["state"]), row["opened_at"], row["released_at"], row["missing_at_release"], row["closed_at"],
        account, row["charts"], row["open_charts"],
    )  # fmt: skip


_FATES = ", ".join(
    f"count(*) FILTER (WHERE fate = '{fate.value}')::integer AS {fate.value.replace('-', '_')}" for fate in Fate
)
_UNSCHEDULED = "(count(*) FILTER (WHERE expected_id IS NULL))::integer AS unscheduled"
_COUNTED = f" counted AS (SELECT batch_id, {_FATES}, {_UNSCHEDULED} FROM told GROUP BY batch_id)"  # noqa: S608 - made of constants alone
_SUMS = ", ".join(f"coalesce(n.{field.name}, 0) AS {field.name}" for field in fields(Account))
_BATCHES = f"""
  SELECT b.id, b.client_id, k.name AS client, k.time_zone, l.name AS location, b.service_on, b.state, b.opened_at,
         b.released_at, b.missing_at_release, b.closed_at, {_SUMS}, c.charts, c.open_charts
    FROM batch b JOIN wanted w ON w.id = b.id JOIN client k ON k.id = b.client_id
    LEFT JOIN location l ON l.id = b.location_id LEFT JOIN counted n ON n.batch_id = b.id
    CROSS JOIN LATERAL (
      SELECT count(*)::integer AS charts,
             (count(*) FILTER (WHERE c.state NOT IN ('delivered', 'not_codable', 'cancelled')))::integer AS open_charts
        FROM chart c WHERE c.client_id = b.client_id AND c.batch_id = b.id) c"""  # noqa: S608 - made of constants alone

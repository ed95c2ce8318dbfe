"""Everything that waits or is held, with who has it: the rows of the workload matrix. Inside a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from assignments.rules import Stage
from portal.database import DB

#: What a row's state can be, and how a filter names it.
STATES: Mapping[str, str] = {"waiting": "Waiting for anybody", "kept": "Kept for somebody", "held": "Held by somebody"}
#: How soon it is due, and how a filter names it.
DUES: Mapping[str, str] = {"late": "Late", "4h": "In the next 4 h", "24h": "In the next 24 h"}
_WITHIN: Mapping[str, timedelta] = {"late": timedelta(0), "4h": timedelta(hours=4), "24h": timedelta(hours=24)}


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which work a list shows; '' and None mean any. `person_id` holds it, or it is kept for them."""

    words: str = ""
    client_id: UUID | None = None
    specialty: str = ""
    stage: str = ""
    state: str = ""
    due: str = ""
    worklist_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A place in line, with who has it."""

    entry_id: UUID
    chart_id: UUID
    number: str
    is_stat: bool
    client: str
    time_zone: str
    specialty: str
    stage: str
    round: int
    level: int
    state: str  # waiting, kept or held
    due_at: datetime
    minutes: float
    returns: int
    worklist: str
    holder: str | None
    pulled_at: datetime | None
    preferred: str | None
    preferred_until: datetime | None

    @property
    def person(self) -> str | None:
        """Who has it, or for whom it is kept."""
        return self.holder or self.preferred


#: What the list can be sorted by.
SORTS: Mapping[str, str] = {
    "due": " ORDER BY e.due_at, e.id",
    "line": " ORDER BY w.position, e.rank, e.id",
    "chart": " ORDER BY k.code, length(c.number), c.number, e.stage",
    "person": " ORDER BY coalesce(h.name, p.name) NULLS LAST, e.due_at, e.id",
    "minutes": " ORDER BY e.minutes DESC, e.due_at, e.id",
}
_ROWS = (
    "SELECT e.id AS entry_id, e.chart_id, c.number, c.is_stat, k.name AS client, k.time_zone, e.specialty, e.stage,"
    " e.round, e.level, CASE WHEN e.state = 'waiting' AND e.preferred_person IS NOT NULL THEN 'kept' ELSE e.state END"
    " AS state, e.due_at, e.minutes, e.returns, w.name AS worklist, h.name AS holder, a.pulled_at,"
    " p.name AS preferred, e.preferred_until"
)
_FROM = """
  FROM queue_entry e JOIN chart c ON c.client_id = e.client_id AND c.id = e.chart_id
  JOIN client k ON k.id = e.client_id JOIN worklist w ON w.id = e.worklist_id
  LEFT JOIN assignment a ON a.queue_entry_id = e.id LEFT JOIN person h ON h.id = a.person_id
  LEFT JOIN person p ON p.id = e.preferred_person
 WHERE e.state IN ('waiting', 'held')
   AND ($1 = '' OR starts_with(c.number, upper($1))) AND ($2::uuid IS NULL OR e.client_id = $2)
   AND ($3 = '' OR e.specialty = $3) AND ($4 = '' OR e.stage = $4)
   AND CASE $5 WHEN '' THEN true WHEN 'held' THEN e.state = 'held'
               ELSE e.state = 'waiting' AND (e.preferred_person IS NOT NULL) = ($5 = 'kept') END
   AND ($6::timestamptz IS NULL OR e.due_at < $6) AND ($7::timestamptz IS NULL OR e.due_at >= $7)
   AND ($8::uuid IS NULL OR e.worklist_id = $8)
   AND ($9::uuid IS NULL OR a.person_id = $9 OR (e.state = 'waiting' AND e.preferred_person = $9))"""


async def find_work(
    wanted: WorkFilter, *, now: datetime, sort: str = "due", limit: int | None = None, offset: int = 0
) -> list[WorkRow]:
    """The places in line that the filter lets through."""
    rows = await DB.fetch(
        _ROWS + _FROM + SORTS[sort] + " LIMIT $10 OFFSET $11", *_arguments(wanted, now), limit, offset
    )
    return [WorkRow(**row) for row in rows]


async def count_work(wanted: WorkFilter, *, now: datetime) -> int:
    """How many places in line the filter lets through."""
    counted: int = await DB.value("SELECT count(*)" + _FROM, *_arguments(wanted, now))
    return counted


async def find_work_ids(wanted: WorkFilter, *, now: datetime, at_most: int) -> list[UUID]:
    """The places in line that the filter lets through, the first due first; one more than `at_most` if there are."""
    rows = await DB.fetch(
        "SELECT e.id" + _FROM + " ORDER BY e.due_at, e.id LIMIT $10", *_arguments(wanted, now), at_most + 1
    )
    return [row["id"] for row in rows]


def read_work_filter(query: Mapping[str, str]) -> tuple[WorkFilter, str]:
    """What a query string asks for, and the order; what cannot be read asks for nothing."""
    stage, state, due = query.get("stage", ""), query.get("state", ""), query.get("due", "")
    wanted = WorkFilter(
        query.get("q", "").strip()[:40], _id(query, "client"), query.get("specialty", "")[:60],
        stage if stage in set(Stage) else "", state if state in STATES else "", due if due in DUES else "",
        _id(query, "list"), _id(query, "person"),
    )  # fmt: skip
    sort = query.get("sort", "due")
    return wanted, sort if sort in SORTS else "due"


def _id(query: Mapping[str, str], name: str) -> UUID | None:
    try:
        return UUID(query.get(name, ""))
    except ValueError:
        return None


def _arguments(wanted: WorkFilter, now: datetime) -> tuple[Any, ...]:
    return (
        wanted.words, wanted.client_id, wanted.specialty, wanted.stage, wanted.state,
        now + _WITHIN[wanted.due] if wanted.due else None, now if wanted.due in ("4h", "24h") else None,
        wanted.worklist_id, wanted.person_id,
    )  # fmt: skip

"""Work time as its pages need it: days with their sums, the charts of a day, and everybody's sums. Days are UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from assignments.working.rules import REASONS, days_shown, why_not_correctable
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Sum:
    """The work of one day, one person, or all days shown; in seconds. `valid` has corrections in place of measures."""

    charts: int
    measured: Decimal
    valid: Decimal
    corrected: int  # how many charts


@dataclass(frozen=True, slots=True)
class Day(Sum):
    """One day on which something was worked on."""

    on: date


@dataclass(frozen=True, slots=True)
class Piece:
    """The work on one chart, from its opening to its end."""

    id: UUID
    chart: str | None  # None: its worker does not see it any more, for it was given back or set aside
    client: str | None
    stage: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    seconds: Decimal  # measured
    minutes: int | None  # corrected
    reason: str | None
    corrected_at: datetime | None
    corrections: int
    fixed: str | None  # why it cannot be corrected (any more)

    @property
    def reason_words(self) -> str:
        """Why it was corrected, in words."""
        return REASONS.get(self.reason or "", self.reason or "")


@dataclass(frozen=True, slots=True)
class WorkedTime:
    """What somebody worked in the days up to `until`, and the charts of the day that is looked at."""

    person_id: UUID
    name: str
    first: date
    until: date
    on: date
    days: Sequence[Day]
    total: Sum
    pieces: Sequence[Piece]

    @property
    def earlier(self) -> date:
        """The last of the days before those that are shown."""
        return self.first - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker(Sum):
    """What one person worked."""

    person_id: UUID
    name: str
    kind: str


async def get_time(actor: Actor, *, person_id: UUID, until: date, on: date | None = None) -> WorkedTime:
    """The work of a person, for themselves or a manager; the newest day with work is looked at unless `on` is given.

    Raises NotFound for anybody who is not seen.
    """
    first, after = days_shown(until)
    async with acting_as(actor):
        name = await _get_name(person_id)
        days = [Day(**dict(row)) for row in await DB.fetch(_DAYS, first, after, person_id)]
        day = on or (days[0].on if days else until)
        pieces = await _find_pieces(person_id, day, day + timedelta(days=1))
    return WorkedTime(person_id, name, first, until, day, days, _total(days), pieces)


async def find_pieces(actor: Actor, *, person_id: UUID, until: date) -> list[Piece]:
    """Every piece of work of the days shown, newest first; for the actor themselves or a manager. Raises NotFound."""
    first, after = days_shown(until)
    async with acting_as(actor):
        await _get_name(person_id)
        return await _find_pieces(person_id, first, after)


async def find_workers(manager: Actor, *, until: date) -> tuple[list[Worker], Sum]:
    """What everybody worked in the days shown, by name, and all of it together."""
    first, after = days_shown(until)
    async with acting_as(manager):
        workers = [Worker(**dict(row)) for row in await DB.fetch(_WORKERS, first, after)]
    return workers, _total(workers)


async def today() -> date:
    """The day it is in UTC by the database's clock, inside the current transaction."""
    day: date = await DB.value("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")
    return day


async def _get_name(person_id: UUID) -> str:
    name: str | None = await DB.value(
        "SELECT name FROM person WHERE id = $1 AND kind IN ('coder', 'auditor')", person_id
    )
    if name is None:
        raise NotFound
    return name


def _total(sums: Sequence[Sum]) -> Sum:
    return Sum(
        sum(one.charts for one in sums), sum((one.measured for one in sums), Decimal(0)),
        sum((one.valid for one in sums), Decimal(0)), sum(one.corrected for one in sums),
    )  # fmt: skip


async def _find_pieces(person_id: UUID, first: date, after: date) -> list[Piece]:
    rows = await DB.fetch(_PIECES, first, after, person_id)
    return [
        Piece(
            **{name: value for name, value in row.items() if name != "now"},
            fixed=why_not_correctable(row["ended_at"], now=row["now"]),
        )
        for row in rows
    ]


#: The newest correction of each piece of work.
_CORRECTED = (
    " LEFT JOIN LATERAL (SELECT x.minutes, x.reason, x.corrected_at, count(*) OVER ()::integer AS corrections"
    "   FROM work_time_correction x WHERE x.client_id = t.client_id AND x.work_time_id = t.id"
    "  ORDER BY x.corrected_at DESC, x.id DESC LIMIT 1) c ON true"
)
_SUMS = (
    "count(*)::integer AS charts, sum(t.seconds) AS measured, sum(coalesce(c.minutes * 60, t.seconds)) AS valid,"
    " count(c.minutes)::integer AS corrected"
)
_WITHIN = (
    "t.started_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND t.started_at < $2::date::timestamp AT TIME ZONE 'UTC'"
)
_DAYS = (
    f"SELECT (t.started_at AT TIME ZONE 'UTC')::date AS \"on\", {_SUMS} FROM work_time t{_CORRECTED}"  # noqa: S608 - constants
    f" WHERE t.person_id = $3 AND {_WITHIN} GROUP BY 1 ORDER BY 1 DESC"
)
_WORKERS = (
    f"SELECT p.id AS person_id, p.name, p.kind, {_SUMS} FROM work_time t"  # noqa: S608 - constants
    f" JOIN person p ON p.id = t.person_id{_CORRECTED} WHERE {_WITHIN} GROUP BY p.id ORDER BY p.name, p.id"
)
_PIECES = (
    "SELECT t.id, h.number AS chart, k.name AS client, t.stage, t.started_at, t.ended_at, a.outcome, t.seconds,"  # noqa: S608 - constants
    " c.minutes, c.reason, c.corrected_at, coalesce(c.corrections, 0) AS corrections, clock_timestamp() AS now"
    f" FROM work_time t{_CORRECTED} LEFT JOIN chart h ON h.id = t.chart_id LEFT JOIN client k ON k.id = t.client_id"
    " LEFT JOIN assignment_history a ON a.queue_entry_id = t.queue_entry_id AND a.fence = t.fence"
    f" WHERE t.person_id = $3 AND {_WITHIN} ORDER BY t.started_at DESC, t.id DESC"
)

"""The client's list of charts: filtered page by page, searched by number, and counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from assignments.batches.encounters import Which, count_encounters
from assignments.batches.lists import Batch, find_batches
from assignments.batches.rules import Account
from assignments.charts_for_clients.rules import IN_WORK, STATE_FILTERS, TONES
from assignments.opening import open_fields
from assignments.pends.inbox import Unanswered, count_unanswered
from assignments.rules import FOR_CLIENTS, ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record_patients
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.tenancy.agreements import has_agreement
from storage.client_keys import get_active_key
from storage.sealed_fields import index_of

PAGE = 50
#: Every patient of an export is opened and recorded in one transaction.
MOST_EXPORTED = 5000
_MOST_FOUND = 200
#: How far back the first screen accounts for every encounter, and of how many batches it shows the numbers.
ACCOUNTED = timedelta(days=31)
NEWEST_BATCHES = 5


@dataclass(frozen=True, slots=True)
class ChartFilter:
    """What is asked of the list: a word of STATE_FILTERS and a service line; empty for any."""

    state: str = ""
    line_id: UUID | None = None

    @property
    def states(self) -> list[str] | None:
        """The states asked for, None for all."""
        return [state.value for state in STATE_FILTERS[self.state][1]] if self.state in STATE_FILTERS else None


@dataclass(frozen=True, slots=True)
class ListedChart:
    """One chart of the list; encounter number and patient are opened, for it is the client's own list."""

    id: UUID
    number: str
    encounter_number: str
    patient_name: str
    line: str
    state: ChartState
    is_stat: bool
    service_on: date
    received_at: datetime
    due_at: datetime
    delivered_at: datetime | None

    @property
    def state_words(self) -> str:
        """The state as a client reads it."""
        return FOR_CLIENTS[self.state]

    @property
    def tone(self) -> str:
        """The colour of the state's chip."""
        return TONES.get(self.state, "")

    @property
    def is_in_work(self) -> bool:
        """True if the promise still runs."""
        return self.state in IN_WORK


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures above the list; months begin at midnight of the client's zone."""

    received_this_month: int
    in_work: int
    late: int
    delivered_this_month: int
    on_time_this_month: float | None  # share of the month's first deliveries; None: there was none
    cancelled_this_month: int


@dataclass(frozen=True, slots=True)
class Accounted:
    """What became of every encounter of the last weeks, in sum and for the newest batches."""

    first_on: date
    last_on: date
    account: Account
    batches: Sequence[Batch]
    has_agreement: bool


@dataclass(frozen=True, slots=True)
class ChartList:
    """One page of the list, with what stands around it."""

    charts: Sequence[ListedChart]
    total: int
    page: int
    overview: Overview
    lines: Sequence[tuple[UUID, str]]
    time_zone: str
    accounted: Accounted
    unanswered: Unanswered

    @property
    def pages(self) -> int:
        """How many pages the filter has."""
        return max(1, -(-self.total // PAGE))


async def find_charts(person: Actor, *, wanted: ChartFilter, page: int, now: datetime) -> ChartList:
    """One page of the client's charts, newest first; one access event for each patient shown."""
    async with acting_as(person):
        total = await DB.value(_COUNT, wanted.states, wanted.line_id)
        page = min(max(page, 1), max(1, -(-total // PAGE)))
        rows = await DB.fetch(_LIST, wanted.states, wanted.line_id, PAGE, (page - 1) * PAGE)
        return await _list(person, rows, total=total, page=page, now=now)


async def search_charts(person: Actor, *, number: str, now: datetime) -> ChartList:
    """The client's charts with exactly this chart number, encounter number or MRN; the number is kept nowhere."""
    async with acting_as(person):
        key = await get_active_key(_client_of(person))
        # A statement's parameters can end up in PostgreSQL's log: what may be an MRN goes there as its index alone.
        code = await DB.value("SELECT code FROM client WHERE id = $1", person.client_id)
        chart_number = number.upper() if re.fullmatch(rf"{code}-[0-9]{{1,9}}", number.upper()) else ""
        rows = await DB.fetch(
            _SEARCH, chart_number, index_of(key, "encounter", number), index_of(key, "mrn", number), _MOST_FOUND
        )
        return await _list(person, rows, total=len(rows), page=1, now=now)


async def export_charts(person: Actor, *, wanted: ChartFilter) -> Sequence[ListedChart]:
    """Every chart of the filter, for a file; raises Invalid if there are more than a file is made of."""
    async with acting_as(person):
        rows = await DB.fetch(_LIST, wanted.states, wanted.line_id, MOST_EXPORTED + 1, 0)
        if len(rows) > MOST_EXPORTED:
            raise Invalid(
                f"A file holds at most {MOST_EXPORTED:,} charts. Choose a service line or a state and export again."
            )
        return await _opened(person, rows, exported=True)


async def _list(person: Actor, rows: list[asyncpg.Record], *, total: int, page: int, now: datetime) -> ChartList:
    zone = await DB.value("SELECT time_zone FROM client WHERE id = $1", person.client_id)
    lines = await DB.fetch("SELECT id, name FROM service_line ORDER BY name")
    return ChartList(
        await _opened(person, rows), total, page, await _count(now, zone),
        [(line["id"], line["name"]) for line in lines], zone, await _account(person, now, zone),
        await count_unanswered(),
    )  # fmt: skip


async def _account(person: Actor, now: datetime, zone: str) -> Accounted:
    today = now.astimezone(ZoneInfo(zone)).date()
    # Back from the newest day that there is something of, so that a client which sends late sees its last weeks too.
    newest = await DB.value("SELECT max(service_on) FROM batch WHERE service_on <= $1", today)
    first_on = (newest or today) - ACCOUNTED
    which = Which(client_id=person.client_id, first_on=first_on, last_on=today)
    return Accounted(
        first_on, today, await count_encounters(which), await find_batches(which, limit=NEWEST_BATCHES),
        await has_agreement(_client_of(person), now=now),
    )  # fmt: skip


async def _count(now: datetime, zone: str) -> Overview:
    month = now.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = await DB.fetch_one(_OVERVIEW, month, now, [state.value for state in IN_WORK])
    assert counted is not None
    return Overview(**counted)


async def _opened(person: Actor, rows: list[asyncpg.Record], *, exported: bool = False) -> list[ListedChart]:
    if not rows:
        return []
    numbers = await open_fields("encounter.number", {row["encounter_id"]: row["number_sealed"] for row in rows})
    names = await open_fields("patient_identity.name", {row["patient_id"]: row["name_sealed"] for row in rows})
    await record_patients(
        person, Action.CHART_LISTED, patients=list(names), client_id=_client_of(person),
        details={"export": "csv"} if exported else None,
    )  # fmt: skip
    return [
        ListedChart(
            row["id"], row["number"], numbers[row["encounter_id"]], names[row["patient_id"]], row["line"],
            ChartState(row["state"]), row["is_stat"], row["service_on"], row["received_at"], row["due_at"],
            row["delivered_at"],
        )
        for row in rows
    ]  # fmt: skip


def _client_of(person: Actor) -> UUID:
    assert person.client_id is not None, "only a client's people have a list"
    return person.client_id


_FROM = (
    " FROM chart c JOIN encounter e ON e.id = c.encounter_id JOIN patient_identity i ON i.patient_id = c.patient_id"
    " JOIN service_line s ON s.id = c.service_line_id"
)
_FILTERED = " WHERE ($1::text[] IS NULL OR c.state = ANY ($1)) AND ($2::uuid IS NULL OR c.service_line_id = $2)"
_COLUMNS = (
    "SELECT c.id, c.number, c.state, c.is_stat, c.service_on, c.received_at, c.due_at, c.delivered_at, c.patient_id,"
    " c.encounter_id, e.number_sealed, i.name_sealed, s.name AS line"
)
_NEWEST_FIRST = " ORDER BY c.received_at DESC, c.id DESC"
_COUNT = "SELECT count(*) FROM chart c" + _FILTERED  # noqa: S608 - made of constants alone
_LIST = _COLUMNS + _FROM + _FILTERED + _NEWEST_FIRST + " LIMIT $3 OFFSET $4"
_SEARCH = (
    _COLUMNS + _FROM + " WHERE c.number = $1 OR e.number_index = $2 OR i.mrn_index = $3" + _NEWEST_FIRST + " LIMIT $4"
)
_OVERVIEW = """
  SELECT count(*) FILTER (WHERE received_at >= $1) AS received_this_month,
         count(*) FILTER (WHERE state = ANY ($3::text[])) AS in_work,
         count(*) FILTER (WHERE state = ANY ($3::text[]) AND due_at < $2) AS late,
         count(*) FILTER (WHERE delivered_at >= $1) AS delivered_this_month,
         (SELECT avg((t.delivered_at <= t.due_at)::integer)::float FROM turnaround t
           WHERE t.delivered_at >= $1 AND t.cycle = 1) AS on_time_this_month,
         count(*) FILTER (WHERE state = 'cancelled' AND received_at >= $1) AS cancelled_this_month
    FROM chart WHERE received_at >= $1 OR delivered_at >= $1 OR state = ANY ($3::text[])
"""

"""Results as their readers take them: a page of them, or all of them for a file; each patient's look is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.results.finding import (
    ClientFacts,
    Day,
    Result,
    Which,
    count_results,
    find_days,
    find_results,
    get_client_facts,
)
from auditing.access_log.actions import Action
from auditing.access_log.recording import record_patients
from portal.actor import Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.web.paging import Paging, read_paging

#: Every patient of a file is opened and recorded in one transaction.
MOST_IN_A_TABLE = 5000
#: A summary is laid out in memory.
MOST_IN_A_SUMMARY = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """Results that were taken out, by whom and when; `title` says which they are."""

    client: ClientFacts
    title: str
    results: Sequence[Result]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of results, with the days that can be asked for."""

    client: ClientFacts
    title: str
    which: Which
    results: Sequence[Result]
    paging: Paging
    days: Sequence[Day]


async def show_results(person: Actor, *, which: Which, query: dict[str, str]) -> Shown:
    """A page of results of the person's client; asked for nothing it is the newest day's. NotFound for a batch of
    another's.
    """
    async with acting_as(person):
        client = await get_client_facts(person.client_id)
        days = await find_days(client.time_zone)
        which = _or_newest(which, days)
        title = await _title(which)
        paging = read_paging(query, await count_results(which, client.time_zone))
        results = await find_results(which, client.time_zone, limit=paging.limit, offset=paging.offset)
        await _record(person, Action.CHART_LISTED, results, {"results": True})
    return Shown(client, title, which, results, paging, days)


async def take_results(person: Actor, *, which: Which, kind: str, most: int) -> Taken:
    """All results of the person's client that are asked for; each patient's is an access event.

    Raises NotFound for what another client owns, Conflict before the delivery, or above `most` charts.
    """
    async with acting_as(person):
        client = await get_client_facts(person.client_id)
        if which == Which():
            which = _or_newest(which, await find_days(client.time_zone, most=1))
        title = await _title(which)
        if await count_results(which, client.time_zone) > most:
            raise Conflict(f"These are more than {most:,} charts. Take one day or batch at a time, or the CSV.")
        results = await find_results(which, client.time_zone, limit=most)
        if not results:
            raise Conflict("Nothing of this is delivered yet. Codes stand here from their delivery on.")
        await _record(person, Action.CODING_EXPORTED, results, {"file": kind})
    return Taken(client, title, results, person.name, utc_now())


def _or_newest(which: Which, days: Sequence[Day]) -> Which:
    """What is asked for; if that is nothing, the newest day on which anything was delivered."""
    return which if which != Which() else Which(day=days[0].day if days else utc_now().date())


async def _title(which: Which) -> str:
    if which.chart_id:
        number = await DB.value("SELECT number FROM chart WHERE id = $1", which.chart_id)
        if number is None:
            raise NotFound
        return f"Chart {number}"
    if which.batch_id:
        batch = await DB.fetch_one(
            "SELECT b.service_on, l.name FROM batch b LEFT JOIN location l ON l.id = b.location_id WHERE b.id = $1",
            which.batch_id,
        )
        if batch is None:
            raise NotFound
        return f"Batch of {batch['service_on']}, {batch['name'] or 'no location'}"
    return f"Delivered on {which.day}"


async def _record(person: Actor, action: Action, results: Sequence[Result], details: dict[str, object]) -> None:
    patients: list[UUID] = list(dict.fromkeys(result.patient_id for result in results))
    if patients and person.client_id:
        await record_patients(person, action, patients=patients, client_id=person.client_id, details=details)

"""Find access events by person, client, patient or thing, action, outcome and period; page by page, in any order."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from auditing.access_log.rules import timestamp
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound

#: Every recorded field that the log can be ordered by, with its words (45 CFR 170.315(d)(3)).
SORTS: dict[str, str] = {
    "time": "Time",
    "person": "Person",
    "kind": "Kind of person",
    "client": "Client",
    "action": "Action",
    "outcome": "Outcome",
    "reason": "Reason",
    "patient": "Patient",
    "object": "Object",
    "address": "Address",
    "session": "Session",
    "request": "Request",
}

_FILTERED = """
  SELECT e.id, e.recorded_at, e.client_id, e.actor_id, e.action, e.outcome, e.patient_id, e.object_type, e.object_id,
         e.request_id, e.canonical, e.leaf_hash, coalesce(CASE $10::text
           WHEN 'person' THEN e.actor_id::text
           WHEN 'kind' THEN r.record -> 'actor' ->> 'kind'
           WHEN 'client' THEN e.client_id::text
           WHEN 'action' THEN e.action
           WHEN 'outcome' THEN e.outcome
           WHEN 'reason' THEN r.record ->> 'reason'
           WHEN 'patient' THEN e.patient_id::text
           WHEN 'object' THEN concat_ws(' ', e.object_type, e.object_id)
           WHEN 'address' THEN r.record -> 'origin' ->> 'ip'
           WHEN 'session' THEN r.record ->> 'session'
           WHEN 'request' THEN e.request_id::text
         END, '') COLLATE "C" AS sort_key
    FROM access_event e CROSS JOIN LATERAL (SELECT convert_from(e.canonical, 'UTF8')::jsonb AS record) r
   WHERE ($1::uuid IS NULL OR e.actor_id = $1) AND ($2::uuid IS NULL OR e.client_id = $2)
     AND ($3::uuid IS NULL OR e.patient_id = $3 OR e.object_id = $3)
     AND ($4::uuid IS NULL OR e.object_id = $4
          OR (($5::uuid IS NULL OR e.patient_id = $5) AND r.record -> 'object' ->> 'chart' = $4::text))
     AND ($6::text IS NULL OR e.action = $6) AND ($7::text IS NULL OR e.outcome = $7)
     AND ($8::timestamptz IS NULL OR e.recorded_at >= $8) AND ($9::timestamptz IS NULL OR e.recorded_at < $9)
"""
_WHOLE = "SELECT * FROM (" + _FILTERED + ") f "  # noqa: S608 - made of constants alone

#: By time the primary order has an index of its own; the others sort what the filter leaves.
_STATEMENTS = {
    ("time", True): _WHOLE + "WHERE $11::text IS NULL OR (recorded_at, id) < ($11::timestamptz, $12::uuid)"
    " ORDER BY recorded_at DESC, id DESC LIMIT $13",
    ("time", False): _WHOLE + "WHERE $11::text IS NULL OR (recorded_at, id) > ($11::timestamptz, $12::uuid)"
    " ORDER BY recorded_at, id LIMIT $13",
    ("field", True): _WHOLE + "WHERE $11::text IS NULL OR (sort_key, id) < ($11, $12::uuid)"
    " ORDER BY sort_key DESC, id DESC LIMIT $13",
    ("field", False): _WHOLE + "WHERE $11::text IS NULL OR (sort_key, id) > ($11, $12::uuid)"
    " ORDER BY sort_key, id LIMIT $13",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events, in which order. `about` is a patient or any object; `chart_id` a chart with all its parts."""

    person_id: UUID | None = None
    client_id: UUID | None = None
    about: UUID | None = None
    chart_id: UUID | None = None
    chart_patient_id: UUID | None = None  # speeds up the search for a chart's parts
    action: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    sort: str = "time"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """The last event that was shown: the next page begins behind it."""

    key: str
    id: UUID


async def find_events(wanted: Filter, *, after: Place | None = None, most: int = 50) -> list[asyncpg.Record]:
    """At most `most` events behind `after`, inside the current transaction, whose actor may read the log."""
    return await DB.fetch(
        _STATEMENTS["time" if wanted.sort == "time" else "field", wanted.descending],
        wanted.person_id, wanted.client_id, wanted.about, wanted.chart_id, wanted.chart_patient_id, wanted.action,
        wanted.outcome, wanted.since, wanted.before, wanted.sort, after.key if after else None,
        after.id if after else None, most,
    )  # fmt: skip


async def get_event(event_id: UUID) -> asyncpg.Record:
    """One event, inside the current transaction; raises NotFound."""
    row = await DB.fetch_one(
        "SELECT id, recorded_at, client_id, actor_id, action, outcome, patient_id, object_type, object_id, request_id,"
        " canonical, leaf_hash FROM access_event WHERE id = $1",
        event_id,
    )
    if row is None:
        raise NotFound
    return row


async def read_all(actor: Actor, wanted: Filter, *, batch: int = 2000) -> AsyncIterator[list[asyncpg.Record]]:
    """Every event of the filter, a batch and a transaction at a time, so that a long export blocks nobody.

    Without an end, the period ends when the reading begins: an export must not chase its own traces.
    """
    after: Place | None = None
    while True:
        async with acting_as(actor):
            if wanted.before is None:
                wanted = replace(wanted, before=await DB.value("SELECT clock_timestamp()"))
            rows = await find_events(wanted, after=after, most=batch)
        if rows:
            yield rows
        if len(rows) < batch:
            return
        after = place_of(rows[-1], wanted)


def place_of(row: Any, wanted: Filter) -> Place:
    """The place of an event in the order of `wanted`."""
    return Place(timestamp(row["recorded_at"]) if wanted.sort == "time" else row["sort_key"], UUID(str(row["id"])))

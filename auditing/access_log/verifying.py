"""Recompute access events: is each leaf hash that of its record, and does each column say what the record says?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from auditing.access_log.rules import ColumnCheck, check_columns, leaf_hash, read_canonical
from portal.actor import Actor
from portal.database import DB, acting_as

_BATCH = 1000  # events; a transaction each, so that the sealer never waits for a verification

_NEXT = (
    "SELECT id, recorded_at, client_id, actor_id, action, outcome, patient_id, object_type, object_id, request_id,"
    " canonical, leaf_hash FROM access_event"
    " WHERE ($1::timestamptz IS NULL OR recorded_at >= $1) AND ($2::timestamptz IS NULL OR recorded_at < $2)"
    " AND ($3::timestamptz IS NULL OR (recorded_at, id) > ($3, $4::uuid))"
    " ORDER BY recorded_at, id LIMIT $5"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What recomputing one event showed."""

    event_id: UUID
    record: dict[str, Any] | None  # None if the stored bytes are not a canonical record
    recomputed_hash: bytes
    hash_agrees: bool
    columns: tuple[ColumnCheck, ...]

    @property
    def holds(self) -> bool:
        """True if nothing about the event disagrees."""
        return self.hash_agrees and self.record is not None and all(column.agrees for column in self.columns)

    @property
    def problems(self) -> tuple[str, ...]:
        """What disagrees: `leaf_hash`, `canonical`, or names of columns."""
        names = [] if self.hash_agrees else ["leaf_hash"]
        names += ["canonical"] if self.record is None else []
        return (*names, *(column.name for column in self.columns if not column.agrees))


def verify_event(row: asyncpg.Record) -> Verdict:
    """Recompute one row of the access log from its canonical bytes."""
    canonical = bytes(row["canonical"])
    record = read_canonical(canonical)
    recomputed = leaf_hash(canonical)
    columns = () if record is None else tuple(check_columns(record, dict(row)))
    return Verdict(UUID(str(row["id"])), record, recomputed, recomputed == bytes(row["leaf_hash"]), columns)


async def verify_events(
    actor: Actor, *, since: datetime | None = None, before: datetime | None = None
) -> AsyncIterator[Verdict]:
    """Recompute every event recorded in the period, oldest first; the actor's kind must be allowed to read the log."""
    at: tuple[datetime | None, UUID | None] = (None, None)
    while True:
        async with acting_as(actor):
            rows = await DB.fetch(_NEXT, since, before, *at, _BATCH)
        for row in rows:
            yield verify_event(row)
        if len(rows) < _BATCH:
            return
        at = (rows[-1]["recorded_at"], rows[-1]["id"])

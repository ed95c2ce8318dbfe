"""The managed list of reasons for which a chart waits or cannot be coded: the company's, and a client's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.clients import ensure_client

#: What a reason is for, and how a page calls it.
USES = {"pend": "Why a chart waits", "not codable": "Why a chart cannot be coded"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `client` is None for every client's."""

    id: UUID
    use: str
    name: str
    wants_provider: bool
    wants_date: bool
    client_id: UUID | None
    client: str | None
    made_at: datetime
    retired_at: datetime | None
    used: int


async def get_reason(reason_id: UUID, *, client_id: UUID, use: str) -> Reason:
    """A reason in force for a client, inside the current transaction; raises Invalid for any other."""
    row = await DB.fetch_one(
        _REASONS + " WHERE r.id = $1 AND r.use = $2 AND r.retired_at IS NULL"
        " AND (r.client_id IS NULL OR r.client_id = $3)",
        reason_id, use, client_id,
    )  # fmt: skip
    if row is None:
        raise Invalid("This reason is no longer offered. Choose another one from the list.")
    return _reason(row)


async def find_reasons(*, client_id: UUID | None, use: str) -> Sequence[Reason]:
    """The reasons in force for a client, its own beside the company's, or (None) those alone, in this transaction."""
    rows = await DB.fetch(
        _REASONS + " WHERE r.use = $1 AND r.retired_at IS NULL AND (r.client_id IS NULL OR r.client_id = $2)"
        " ORDER BY r.id",
        use, client_id,
    )  # fmt: skip
    return [_reason(row) for row in rows]


async def list_reasons(manager: Actor) -> Sequence[Reason]:
    """Every reason there ever was, those in force first, with how often each was used."""
    async with acting_as(manager):
        rows = await DB.fetch(
            _REASONS + " ORDER BY r.use DESC, r.retired_at IS NOT NULL, r.client_id IS NOT NULL, r.id"
        )
        counts = {
            row["reason_id"]: row["used"]
            for row in await DB.fetch(
                "SELECT reason_id, count(*)::int AS used FROM (SELECT reason_id FROM pend_item UNION ALL"
                " SELECT reason_id FROM not_codable) u GROUP BY reason_id"
            )
        }
    return [_reason(row, counts.get(row["id"], 0)) for row in rows]


async def add_reason(
    manager: Actor, *, client_id: UUID | None, use: str, name: str, wants_provider: bool = False,
    wants_date: bool = False, now: datetime,
) -> UUID:  # fmt: skip
    """Offer another reason, to one client or (None) to all. Raises Invalid, NotFound, and Conflict if it is there."""
    name = " ".join(name.split())
    if use not in USES or not 1 <= len(name) <= 80:
        raise Invalid("A reason has a name of 1 to 80 characters.")
    reason_id = new_id()
    async with acting_as(manager):
        if client_id is not None:
            await ensure_client(client_id)
        try:
            await DB.execute(
                "INSERT INTO pend_reason (id, client_id, use, name, wants_provider, wants_date, made_at, made_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                reason_id, client_id, use, name, wants_provider and use == "pend", wants_date and use == "pend", now,
                manager.person_id,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Conflict("This reason is on the list already.") from None
        await _changed(manager, reason_id, client_id, "added")
    return reason_id


async def retire_reason(manager: Actor, *, reason_id: UUID, now: datetime) -> None:
    """Offer a reason no more; what was asked for it stays as it is. Calm when repeated; raises NotFound."""
    async with acting_as(manager):
        row = await DB.fetch_one("SELECT client_id, retired_at FROM pend_reason WHERE id = $1", reason_id)
        if row is None:
            raise NotFound
        if row["retired_at"] is None:
            await DB.execute(
                "UPDATE pend_reason SET retired_at = $2, retired_by = $3 WHERE id = $1 AND retired_at IS NULL",
                reason_id, now, manager.person_id,
            )  # fmt: skip
            await _changed(manager, reason_id, row["client_id"], "retired")


_REASONS = (
    "SELECT r.id, r.use, r.name, r.wants_provider, r.wants_date, r.client_id, k.name AS client, r.made_at, r.retired_at"
    " FROM pend_reason r LEFT JOIN client k ON k.id = r.client_id"
)


def _reason(row: Any, used: int = 0) -> Reason:
    return Reason(**dict(row), used=used)


async def _changed(manager: Actor, reason_id: UUID, client_id: UUID | None, what: str) -> None:
    await record(
        manager, Action.PEND_REASON_CHANGED, object_type="reason", object_id=reason_id, client_id=client_id,
        changes=[what],
    )  # fmt: skip

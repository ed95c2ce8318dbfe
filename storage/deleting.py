"""Destroy blobs: the key goes at once, in the transaction that decides it; the object follows, and the row says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.actor import Actor
from portal.database import DB, acting_as
from storage.blobs import sweep_blobs


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How many objects were destroyed, and how many sealed bytes they had."""

    objects: int
    sealed_bytes: int


async def destroy_blobs(owner_ids: Sequence[UUID]) -> Destroyed:
    """Destroy every blob of these owners inside the current transaction: from its commit on nobody can open them.

    PostgreSQL refuses if one of them is under legal hold. The row stays, without its key and content MAC.
    """
    rows = await DB.fetch(
        "UPDATE blob SET state = 'deleting', wrapped_key = NULL, content_mac = NULL, lease_until = clock_timestamp()"
        " WHERE owner_id = ANY ($1::uuid[]) AND state = 'stored' RETURNING sealed_size",
        list(owner_ids),
    )
    return Destroyed(len(rows), sum(row["sealed_size"] for row in rows))


async def drop_blobs(blob_ids: Sequence[UUID]) -> None:
    """Give up stored blobs inside the current transaction: from its commit on nothing opens them any more."""
    await DB.execute(
        "UPDATE blob SET state = 'deleting', wrapped_key = NULL, lease_until = clock_timestamp()"
        " WHERE id = ANY($1::uuid[]) AND state = 'stored'",
        list(blob_ids),
    )


async def delete_blobs(worker: Actor, *, at_most: int = 500) -> int:
    """Clear what nobody wants any more: blobs that nobody finished, that were given up, or whose key is destroyed."""
    await give_up_unreadable(worker)
    return await sweep_blobs(worker, at_most=at_most)


async def give_up_unreadable(worker: Actor, *, client_id: UUID | None = None) -> int:
    """Send blobs whose client's key was destroyed on their way out, of one client or of all; returns how many.

    An upload that is still under way loses its attempt instead: its object appears only later, and is swept then.
    """
    given_up = 0
    while True:
        async with acting_as(worker):
            rows = await DB.execute(_GIVE_UP, client_id)
        given_up += rows
        if not rows:
            return given_up


_GIVE_UP = """
  UPDATE blob b SET wrapped_key = NULL,
         state = CASE WHEN state = 'stored' THEN 'deleting' ELSE state END,
         attempt = CASE WHEN state = 'pending' THEN gen_random_uuid() ELSE attempt END,
         lease_until = CASE WHEN state = 'stored' THEN clock_timestamp() ELSE lease_until END
   WHERE b.id IN (SELECT u.id FROM client_key k JOIN blob u ON u.client_id = k.client_id AND u.key_id = k.id
                   WHERE k.state = 'destroyed' AND ($1::uuid IS NULL OR k.client_id = $1)
                     AND u.wrapped_key IS NOT NULL LIMIT 2000 FOR UPDATE OF u SKIP LOCKED)
"""

"""Destroy blobs: the key goes at once, in the transaction that decides it; the object follows, and the row says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.actor import Actor
from portal.database import DB, acting_as
from storage.vault import VAULT


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


async def delete_objects(worker: Actor, *, at_most: int = 500) -> int:
    """Remove the objects of destroyed blobs from the store, object first, row last; returns how many.

    Whoever dies in between is followed by another after five minutes; removing an object twice is calm.
    """
    async with acting_as(worker):
        rows = await DB.fetch(
            "UPDATE blob SET lease_until = clock_timestamp() + interval '5 minutes'"
            " WHERE id IN (SELECT id FROM blob WHERE state = 'deleting' AND lease_until < clock_timestamp()"
            " ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id, store_key",
            at_most,
        )
    for row in rows:
        await VAULT.store.delete(row["store_key"])
    async with acting_as(worker):
        await DB.execute(
            "UPDATE blob SET state = 'deleted' WHERE state = 'deleting' AND id = ANY ($1::uuid[])",
            [row["id"] for row in rows],
        )
    return len(rows)

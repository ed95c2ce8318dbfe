"""Let go of stored blobs that nobody needs any more: their key first, then the object, then the row says so."""

from collections.abc import Sequence
from uuid import UUID

from portal.actor import Actor
from portal.database import DB, acting_as
from storage.vault import VAULT


async def drop_blobs(blob_ids: Sequence[UUID]) -> None:
    """Give up stored blobs inside the current transaction: from its commit on nothing opens them any more."""
    await DB.execute(
        "UPDATE blob SET state = 'deleting', wrapped_key = NULL, lease_until = clock_timestamp()"
        " WHERE id = ANY($1::uuid[]) AND state = 'stored'",
        list(blob_ids),
    )


async def delete_dropped(worker: Actor, *, at_most: int = 200) -> int:
    """Delete the objects of blobs that were given up, object first, row last; returns how many."""
    async with acting_as(worker):
        rows = await DB.fetch(
            "UPDATE blob SET lease_until = clock_timestamp() + interval '5 minutes' WHERE id IN (SELECT id FROM blob"
            " WHERE state = 'deleting' AND lease_until < clock_timestamp() ORDER BY lease_until LIMIT $1"
            " FOR UPDATE SKIP LOCKED) RETURNING id, store_key",
            at_most,
        )
    for row in rows:
        await VAULT.store.delete(row["store_key"])
    async with acting_as(worker):
        await DB.execute(
            "UPDATE blob SET state = 'deleted' WHERE state = 'deleting' AND id = ANY($1::uuid[])",
            [row["id"] for row in rows],
        )
    return len(rows)

"""What it costs to wrap the keys of many documents again."""

import secrets
import time
from uuid import UUID

from portal.actor import WORKER
from portal.database import DB, acting_as
from portal.ids import new_id
from storage.client_keys import get_active_key
from storage.envelope import context, seal
from storage.objects import object_key
from storage.rotating import rotate_key


async def measure_rewrapping(client_id: UUID, *, count: int) -> dict[str, float]:
    """Rotate the key of a client with `count` blobs: processor seconds of this process, and seconds on the wall."""
    async with acting_as(WORKER):
        key = await get_active_key(client_id)
        rows = []
        for _ in range(count):
            blob_id, owner_id = new_id(), new_id()
            wrapped = seal(key.blobs, secrets.token_bytes(32), context("key", client_id, owner_id, blob_id))
            rows.append((blob_id, owner_id, wrapped, object_key(client_id, blob_id)))
        await DB.execute(
            "INSERT INTO blob (id, client_id, owner_id, kind, state, attempt, lease_until, key_id, wrapped_key,"
            " store_key, plain_size, sealed_size, content_mac) SELECT r.id, $5, r.owner, 'page', 'stored',"
            " gen_random_uuid(), now(), $6, r.wrapped, r.at, 1, 73, '' FROM"
            " unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[]) AS r (id, owner, wrapped, at)",
            *([row[column] for row in rows] for column in range(4)), client_id, key.id,
        )  # fmt: skip
    began, used = time.perf_counter(), time.process_time()
    done = await rotate_key(WORKER, client_id=client_id, progress=lambda _what, _count: None)
    assert done.resealed >= count
    return {"processor_seconds": round(time.process_time() - used, 3), "seconds": round(time.perf_counter() - began, 3)}

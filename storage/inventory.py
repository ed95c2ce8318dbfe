"""What the store holds against what the database says it holds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal.actor import Actor
from portal.database import DB, acting_as
from storage.objects import ObjectMissing
from storage.vault import VAULT

#: States in which an object may be there.
_MAY_BE_THERE = ["pending", "stored", "sweeping", "deleting"]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Both ways in which store and database can differ; keys carry ids only."""

    objects: int
    #: Keys of objects that no row vouches for.
    without_row: tuple[str, ...]
    #: Stored blobs whose object is not there, each with its client.
    without_object: tuple[tuple[UUID, UUID], ...]


async def take_inventory(
    worker: Actor, *, client_id: UUID | None = None, sparing: timedelta | None = None
) -> Inventory:
    """Compare every object with its row, both ways, of one client or of all, one client's keys in memory at a time.

    Others may write and delete meanwhile: whatever looks wrong is looked at a second time, and objects younger than
    `sparing` are no strays: they may belong to an upload that is still under way.
    """
    objects, without_row, without_object = 0, list[str](), list[tuple[UUID, UUID]]()
    async with acting_as(worker):
        now = await DB.value("SELECT clock_timestamp()")
        clients = {row["client_id"] for row in await DB.fetch(
            "SELECT DISTINCT client_id FROM blob WHERE $1::uuid IS NULL OR client_id = $1", client_id
        )}  # fmt: skip
    async for client, found in _by_client({client.hex for client in clients}, client_id):
        objects += len(found)
        async with acting_as(worker):
            rows = await DB.fetch("SELECT id, store_key, state FROM blob WHERE client_id = $1", UUID(client))
        known = {row["store_key"] for row in rows if row["state"] in _MAY_BE_THERE}
        for key in sorted(found.keys() - known):
            if (sparing is None or found[key] < now - sparing) and await _is_there(key):
                without_row.append(key)
        for row in rows:
            is_missing = row["state"] == "stored" and row["store_key"] not in found
            if is_missing and not await _is_there(row["store_key"]) and await _is_stored(worker, row["id"]):
                without_object.append((UUID(bytes=row["id"].bytes), UUID(client)))
    return Inventory(objects, tuple(without_row), tuple(without_object))


async def _by_client(clients: set[str], only: UUID | None) -> AsyncIterator[tuple[str, dict[str, datetime]]]:
    """Each client's keys in the store, and since when; those of `clients` that have none there come last."""
    rest, current, keys = set(clients), "", dict[str, datetime]()
    async for found in VAULT.store.list_keys(only):
        client = found.key.split("/")[1]
        if client != current:
            if keys:
                yield current, keys
            current, keys = client, {}
            rest.discard(client)
        keys[found.key] = found.modified_at
    if keys:
        yield current, keys
    for client in rest:
        yield client, {}


async def _is_there(key: str) -> bool:
    try:
        await VAULT.store.size(key)
    except ObjectMissing:
        return False
    return True


async def _is_stored(worker: Actor, blob_id: UUID) -> bool:
    async with acting_as(worker):
        return bool(await DB.value("SELECT true FROM blob WHERE id = $1 AND state = 'stored'", blob_id))

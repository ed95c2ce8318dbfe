"""What the store holds against what the database says it holds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
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
    #: Keys of stored rows whose object is not there.
    without_object: tuple[str, ...]


async def take_inventory(worker: Actor) -> Inventory:
    """Compare every object with its row, both ways, one client's keys in memory at a time.

    Others may write and delete meanwhile: whatever looks wrong is looked at a second time.
    """
    objects, without_row, without_object = 0, list[str](), list[str]()
    async with acting_as(worker):
        clients = {row["client_id"].hex for row in await DB.fetch("SELECT DISTINCT client_id FROM blob")}
    async for client, keys in _by_client(clients):
        objects += len(keys)
        async with acting_as(worker):
            rows = await DB.fetch("SELECT store_key, state FROM blob WHERE client_id = $1", UUID(client))
        known = {row["store_key"] for row in rows if row["state"] in _MAY_BE_THERE}
        without_row += [key for key in keys - known if await _is_there(key)]
        for key in {row["store_key"] for row in rows if row["state"] == "stored"} - keys:
            if not await _is_there(key) and await _is_stored(worker, key):
                without_object.append(key)
    return Inventory(objects, tuple(without_row), tuple(without_object))


async def _by_client(clients: set[str]) -> AsyncIterator[tuple[str, set[str]]]:
    """Each client's keys in the store; those of `clients` that have none there come last."""
    rest, current, keys = set(clients), "", set[str]()
    async for found in VAULT.store.list_keys():
        client = found.key.split("/")[1]
        if client != current:
            if keys:
                yield current, keys
            current, keys = client, set()
            rest.discard(client)
        keys.add(found.key)
    if keys:
        yield current, keys
    for client in rest:
        yield client, set()


async def _is_there(key: str) -> bool:
    try:
        await VAULT.store.size(key)
    except ObjectMissing:
        return False
    return True


async def _is_stored(worker: Actor, key: str) -> bool:
    async with acting_as(worker):
        return bool(await DB.value("SELECT true FROM blob WHERE store_key = $1 AND state = 'stored'", key))

"""Blobs: pending before the object, stored after it, swept when nobody finished, and compared with the store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.actor import WORKER
from portal.database import acting_as
from portal.errors import Conflict, NotFound
from storage import blobs
from storage.blobs import SealedBlob, confirm_blob, find_blob, read_whole_blob, sweep_blobs, write_blob
from storage.inventory import Inventory, take_inventory
from storage.objects import ObjectMissing, StoreUnavailable, object_key
from storage.vault import VAULT
from tests.cast import House
from tests.conftest import Sql
from tests.storage.stores import list_all, new_key, put


async def once(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def write(house: House, content: bytes = b"what was dictated", **more: Any) -> SealedBlob:
    return await write_blob(
        WORKER, once(content), client_id=house.north.id, owner_id=uuid4(), kind="original", most=1000, **more
    )


async def store(house: House, content: bytes = b"what was dictated") -> SealedBlob:
    blob = await write(house, content)
    async with acting_as(WORKER):
        await confirm_blob(blob)
    return blob


async def run_out(sql: Sql) -> None:
    await sql("UPDATE blob SET lease_until = clock_timestamp() - interval '1 second'")


async def states(sql: Sql) -> dict[UUID, str]:
    return {UUID(bytes=row["id"].bytes): row["state"] for row in await sql("SELECT id, state FROM blob")}


async def test_what_is_not_confirmed_is_found_by_nobody(house: House) -> None:
    blob = await write(house)
    async with acting_as(WORKER):
        with pytest.raises(NotFound):
            await find_blob(blob.id)


async def test_a_blob_that_nobody_confirmed_is_swept_with_its_key(house: House, sql: Sql) -> None:
    kept, lost = await store(house), await write(house)
    assert await sweep_blobs(WORKER) == 0
    await run_out(sql)

    assert await sweep_blobs(WORKER) == 1
    assert await sweep_blobs(WORKER) == 0
    assert await states(sql) == {kept.id: "stored", lost.id: "abandoned"}
    assert set(await list_all(VAULT.store)) == {object_key(house.north.id, kept.id)}
    [row] = await sql("SELECT wrapped_key FROM blob WHERE id = $1", lost.id)
    assert row["wrapped_key"] is None


async def test_who_confirms_after_the_sweeper_keeps_nothing(house: House, sql: Sql) -> None:
    blob = await write(house)
    await run_out(sql)
    await sweep_blobs(WORKER)
    # As if its object had been on its way all the while, and arrived only now.
    key = object_key(house.north.id, blob.id)
    await put(VAULT.store, key, b"late")

    async with acting_as(WORKER):
        with pytest.raises(Conflict, match="send the files again"):
            await confirm_blob(blob)
    with pytest.raises(ObjectMissing):
        await VAULT.store.size(key)


async def test_confirming_twice_never_harms_what_is_stored(house: House) -> None:
    blob = await store(house)
    async with acting_as(WORKER):
        with pytest.raises(Conflict):
            await confirm_blob(blob)
    async with acting_as(WORKER):
        found = await find_blob(blob.id)
    assert await read_whole_blob(found) == b"what was dictated"


async def test_a_slow_writer_keeps_its_lease_and_that_of_what_belongs_to_it(
    house: House, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "RENEW_AFTER", 0.0)
    attempt = uuid4()
    first, other = await write(house, attempt=attempt), await write(house)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"one"
        await run_out(sql)
        yield b"two"
        yield b"three"

    second = await write_blob(
        WORKER, slowly(), client_id=house.north.id, owner_id=uuid4(), kind="original", most=1000, attempt=attempt
    )
    assert await sweep_blobs(WORKER) == 1
    assert await states(sql) == {first.id: "pending", second.id: "pending", other.id: "abandoned"}
    async with acting_as(WORKER):
        await confirm_blob(first)
        await confirm_blob(second)


async def test_a_writer_that_lost_its_lease_stops_writing(
    house: House, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "RENEW_AFTER", 0.0)

    async def too_slowly() -> AsyncIterator[bytes]:
        yield b"one"
        await run_out(sql)
        await sweep_blobs(WORKER)
        yield b"two"
        raise AssertionError("nobody should ask for more")

    with pytest.raises(Conflict, match="given up"):
        await write_blob(WORKER, too_slowly(), client_id=house.north.id, owner_id=uuid4(), kind="original", most=1000)
    assert await list_all(VAULT.store) == {}


async def test_what_is_to_be_deleted_goes_from_the_store_and_its_key_with_it(house: House, sql: Sql) -> None:
    blob, kept = await store(house), await store(house)
    await sql("UPDATE blob SET state = 'deleting', lease_until = clock_timestamp() WHERE id = $1", blob.id)
    assert await sweep_blobs(WORKER) == 1
    assert await states(sql) == {blob.id: "deleted", kept.id: "stored"}
    assert set(await list_all(VAULT.store)) == {object_key(house.north.id, kept.id)}


async def test_a_store_that_fails_midway_keeps_the_rest_for_the_next_sweeper(
    house: House, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await write(house)
    await run_out(sql)
    calls = []

    async def give_up(key: str) -> None:
        calls.append(key)
        if len(calls) > 1:
            raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(VAULT.store, "give_up", give_up)
        with pytest.raises(StoreUnavailable):
            await sweep_blobs(WORKER)
    assert sorted((await states(sql)).values()) == ["abandoned", "sweeping", "sweeping"]
    assert await sweep_blobs(WORKER) == 0, "another sweeper may still be at it"
    await run_out(sql)
    assert await sweep_blobs(WORKER) == 2


async def test_two_sweepers_share_the_work(house: House, sql: Sql) -> None:
    for _ in range(6):
        await write(house)
    await run_out(sql)
    swept = await asyncio.gather(*(sweep_blobs(WORKER, at_most=3) for _ in range(3)))
    assert sum(swept) == 6
    assert set((await states(sql)).values()) == {"abandoned"}


async def test_the_inventory_tells_both_ways_to_differ(house: House, tmp_path: Path) -> None:
    blob, lost = await store(house), await store(house)
    await write(house)
    assert await take_inventory(WORKER) == Inventory(3, (), ())

    lost_key, ours, stranger = object_key(house.north.id, lost.id), new_key(house.north.id), new_key()
    await VAULT.store.delete(lost_key)
    await put(VAULT.store, ours, b"nobody's")
    await put(VAULT.store, stranger, b"nobody's")
    found = await take_inventory(WORKER)
    assert found.objects == 4
    assert set(found.without_row) == {ours, stranger}
    assert found.without_object == ((lost.id, house.north.id),)
    assert (await take_inventory(WORKER, sparing=timedelta(hours=1))).without_row == ()
    assert (await take_inventory(WORKER, client_id=house.south.id)) == Inventory(0, (), ())

    await VAULT.store.delete(object_key(house.north.id, blob.id))
    assert len((await take_inventory(WORKER)).without_object) == 2

"""Rotate a client's key: a new version seals from now on, and everything sealed before is sealed again under it.

Objects are never touched: each blob's own key is wrapped again, in its row. Whatever dies in between is found again by
the next run, for every row says which version sealed it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import anyio
import anyio.to_thread
import asyncpg

from portal.actor import Actor
from portal.database import DB, acting_as
from storage.client_keys import ClientKey, add_version, get_active_key, get_key
from storage.envelope import context, seal, unseal
from storage.sealed_fields import key_of, open_field, seal_field
from storage.vault import VAULT

#: How many are sealed again in one transaction.
BATCH = 500
ROUNDS = 10
#: A transaction that began while the old version was active may write what it sealed until long after; none lives
#: nearly as long as this (statements and idle transactions are bounded in portal/database.py).
LINGER = timedelta(hours=1)

#: Told after each batch: what is sealed again (a place, or "blobs"), and how many so far.
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a run has done."""

    version: int  # the active one
    resealed: int  # blobs' keys and fields
    resting: int  # versions that seal nothing any more and are kept for LINGER
    retired: int  # versions that were dropped
    is_whole: bool  # False if rows that others were changing are left for the worker's next round


async def rotate_key(worker: Actor, *, client_id: UUID, progress: Progress) -> Rotated:
    """Give a client a new version of its key and seal everything again; an interrupted rotation is finished instead.

    Raises KeyDestroyed for a client whose key was destroyed.
    """
    async with acting_as(worker):
        before = await get_active_key(client_id)
        is_unfinished = await _has_leftover(before)
    if not is_unfinished:
        made = await anyio.to_thread.run_sync(VAULT.provider.new_client_key, client_id)
        async with acting_as(worker):
            await add_version(before, made)
    return await finish_rotation(worker, client_id=client_id, progress=progress)


async def finish_rotation(worker: Actor, *, client_id: UUID, progress: Progress) -> Rotated:
    """Seal everything again that another version than the active one has sealed; drop versions nothing refers to."""
    async with acting_as(worker):
        key = await get_active_key(client_id)
        began = await DB.value("SELECT clock_timestamp()")
        places = [row["place"] for row in await DB.fetch("SELECT place FROM sealed_place ORDER BY place")]
    resealed, is_whole = 0, False
    for _ in range(ROUNDS):  # a row that somebody was changing is left out the first time
        resealed += await _rewrap_blobs(worker, key, progress)
        for place in places:
            resealed += await _reseal_place(worker, key, place, progress)
        async with acting_as(worker):
            is_whole = not await _has_leftover(key)
        if is_whole:
            break
        await anyio.sleep(0.2)
    async with acting_as(worker):
        retired = await DB.execute(_RETIRE, client_id, began - LINGER) if is_whole else 0
        resting = await DB.value("SELECT count(*) FROM client_key WHERE client_id = $1 AND state = 'decrypt_only'",
                                 client_id)  # fmt: skip
        version = await DB.value("SELECT version FROM client_key WHERE id = $1", key.id)
    return Rotated(version, resealed, resting, retired, is_whole)


async def finish_rotations(worker: Actor) -> int:
    """Go on with every rotation that is not finished; returns how many old versions were dropped."""
    async with acting_as(worker):
        clients = await DB.fetch(
            "SELECT DISTINCT client_id FROM client_key k WHERE state = 'decrypt_only' AND EXISTS (SELECT FROM"
            " client_key a WHERE a.client_id = k.client_id AND a.state = 'active')"
        )
    return sum(
        [(await finish_rotation(worker, client_id=UUID(bytes=row["client_id"].bytes), progress=_silent)).retired
         for row in clients]
    )  # fmt: skip


def _silent(_what: str, _count: int) -> None:
    return


async def _rewrap_blobs(worker: Actor, key: ClientKey, progress: Progress) -> int:
    changed, after = 0, UUID(int=0)
    while True:
        async with acting_as(worker):
            rows = await DB.fetch(_BLOBS, key.client_id, key.id, after, BATCH)
            if not rows:
                return changed
            olds = {old: await get_key(old) for old in {row["key_id"] for row in rows}}
            again = await anyio.to_thread.run_sync(_wrapped_again, rows, olds, key)
            changed += await DB.execute(
                _REWRAP, key.client_id, key.id, [row["id"] for row in rows], [row["wrapped_key"] for row in rows], again
            )
        after = rows[-1]["id"]
        progress("blobs", changed)


def _wrapped_again(rows: list[asyncpg.Record], olds: dict[UUID, ClientKey], key: ClientKey) -> list[bytes]:
    again = []
    for row in rows:
        place = context("key", key.client_id, UUID(bytes=row["owner_id"].bytes), UUID(bytes=row["id"].bytes))
        again.append(seal(key.blobs, unseal(olds[row["key_id"]].blobs, bytes(row["wrapped_key"]), place), place))
    return again


async def _reseal_place(worker: Actor, key: ClientKey, place: str, progress: Progress) -> int:
    changed, after = 0, (UUID(int=0), b"")
    while True:
        async with acting_as(worker):
            rows = await DB.fetch(
                "SELECT row_id, sealed FROM sealed_with_others($1, $2, $3, $4, $5, $6)",
                place, key.client_id, key.id.bytes, *after, BATCH,
            )  # fmt: skip
            if not rows:
                return changed
            olds = {old: await get_key(old) for old in {key_of(row["sealed"]) for row in rows}}
            again = await anyio.to_thread.run_sync(_sealed_again, rows, olds, key, place)
            changed += await DB.value(
                "SELECT reseal($1, $2, $3, $4, $5)",
                place, key.client_id, [row["row_id"] for row in rows], [row["sealed"] for row in rows], again,
            )  # fmt: skip
        after = (rows[-1]["row_id"], rows[-1]["sealed"])
        progress(place, changed)


def _sealed_again(rows: list[asyncpg.Record], olds: dict[UUID, ClientKey], key: ClientKey, place: str) -> list[bytes]:
    again = []
    for row in rows:
        row_id = UUID(bytes=row["row_id"].bytes)
        again.append(
            seal_field(key, place, row_id, open_field(olds[key_of(row["sealed"])], place, row_id, row["sealed"]))
        )
    return again


async def _has_leftover(key: ClientKey) -> bool:
    """True if anything is left that another version has sealed."""
    if await DB.fetch(_BLOBS, key.client_id, key.id, UUID(int=0), 1):
        return True
    return bool(await DB.fetch(
        "SELECT row_id FROM sealed_place p, sealed_with_others(p.place, $1, $2, $3, $4, 1) LIMIT 1",
        key.client_id, key.id.bytes, UUID(int=0), b"",
    ))  # fmt: skip


_BLOBS = (
    "SELECT id, owner_id, key_id, wrapped_key FROM blob WHERE client_id = $1 AND key_id <> $2 AND id > $3"
    " AND wrapped_key IS NOT NULL ORDER BY id LIMIT $4"
)
# Never waits for an upload that is about to be confirmed, and changes only what it has read.
_REWRAP = """
  WITH given AS (SELECT * FROM unnest($3::uuid[], $4::bytea[], $5::bytea[]) AS g (id, before, after)),
  free AS (SELECT b.id, b.wrapped_key FROM blob b WHERE b.client_id = $1 AND b.id = ANY ($3::uuid[])
           FOR UPDATE SKIP LOCKED)
  UPDATE blob b SET key_id = $2, wrapped_key = g.after FROM given g
    JOIN free f ON f.id = g.id AND f.wrapped_key = g.before
   WHERE b.client_id = $1 AND b.id = g.id
"""
_RETIRE = (
    "UPDATE client_key SET state = 'retired', wrapped = NULL, lookup = NULL"
    " WHERE client_id = $1 AND state = 'decrypt_only' AND active_until < $2"
)

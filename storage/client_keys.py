"""The clients' keys: wrapped in the database, unwrapped by the key provider, kept in memory for five minutes."""

import time
from dataclasses import dataclass
from uuid import UUID

import anyio.to_thread
import asyncpg

from portal.database import DB
from portal.errors import Conflict
from portal.ids import new_id
from storage.envelope import context, derive, seal, unseal
from storage.providers import KeyDestroyed, WrappedKey
from storage.vault import VAULT

KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ClientKey:
    """One version of a client's key, and what is derived from it."""

    id: UUID
    client_id: UUID
    blobs: bytes  # seals the blobs' own keys
    fields: bytes  # seals single fields
    index: bytes  # keys the blind index; the same in every version
    content: bytes  # keys the content MAC; the same in every version


_kept: dict[UUID, tuple[float, ClientKey]] = {}

_COLUMNS = "SELECT id, client_id, provider_key, wrapped, lookup FROM client_key"


async def create_client_key(client_id: UUID) -> UUID:
    """Make the first key of a client inside the current transaction and return its id."""
    key_id = new_id()
    made = await anyio.to_thread.run_sync(VAULT.provider.new_client_key, client_id)
    await DB.execute(
        "INSERT INTO client_key (id, client_id, version, provider_key, wrapped, state)"
        " VALUES ($1, $2, 1, $3, $4, 'active')",
        key_id, client_id, made.provider_key, made.wrapped,
    )  # fmt: skip
    return key_id


async def add_version(before: ClientKey, made: WrappedKey) -> UUID:
    """Make `made` the active version after `before` inside the current transaction; raises Conflict if `before` rests.

    What keys blind indexes and content MACs goes on: it is sealed with the new version, so that everything is still
    found by the same fingerprint, and unique by the same constraint (ADR 0011).
    """
    key_id = new_id()
    resting = await DB.execute(
        "UPDATE client_key SET state = 'decrypt_only', active_until = clock_timestamp()"
        " WHERE id = $1 AND state = 'active'",
        before.id,
    )
    if not resting:
        raise Conflict("Another version of this key was made meanwhile. Look at its state and start again.")
    lookup = seal(derive(made.plain, "lookup"), before.index + before.content, _lookup_place(before.client_id, key_id))
    await DB.execute(
        "INSERT INTO client_key (id, client_id, version, provider_key, wrapped, lookup, state)"
        " SELECT $1, client_id, version + 1, $3, $4, $5, 'active' FROM client_key WHERE id = $2",
        key_id, before.id, made.provider_key, made.wrapped, lookup,
    )  # fmt: skip
    return key_id


async def get_active_key(client_id: UUID) -> ClientKey:
    """The key that seals what a client sends now; read inside the current transaction."""
    return await _unwrapped(await DB.fetch_one(_COLUMNS + " WHERE client_id = $1 AND state = 'active'", client_id))


async def get_key(key_id: UUID) -> ClientKey:
    """The key of that id, to open what it sealed; read inside the current transaction, which must be allowed to."""
    return await _unwrapped(await DB.fetch_one(_COLUMNS + " WHERE id = $1", key_id))


def forget_keys() -> None:
    """Drop every unwrapped key from memory."""
    _kept.clear()


async def _unwrapped(row: asyncpg.Record | None) -> ClientKey:
    # The row is asked for every time, whatever is in memory: row-level security decides who may use a key, and a key
    # that was destroyed by another process opens nothing from then on.
    if row is None:
        raise KeyDestroyed
    key_id, client_id = UUID(bytes=row["id"].bytes), UUID(bytes=row["client_id"].bytes)
    if row["wrapped"] is None:
        _kept.pop(key_id, None)
        raise KeyDestroyed
    known = _kept.get(key_id)
    if known and known[0] > time.monotonic():
        return known[1]
    plain = await anyio.to_thread.run_sync(VAULT.provider.unwrap, row["provider_key"], bytes(row["wrapped"]), client_id)
    if row["lookup"] is None:
        index, content = derive(plain, "index"), derive(plain, "content")
    else:
        both = unseal(derive(plain, "lookup"), bytes(row["lookup"]), _lookup_place(client_id, key_id))
        index, content = both[:32], both[32:]
    key = ClientKey(key_id, client_id, derive(plain, "blobs"), derive(plain, "fields"), index, content)
    _kept[key_id] = (time.monotonic() + KEPT_SECONDS, key)
    return key


def _lookup_place(client_id: UUID, key_id: UUID) -> bytes:
    return context("lookup", client_id, key_id)

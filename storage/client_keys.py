"""The clients' keys: wrapped in the database, unwrapped by the key provider, kept in memory for five minutes."""

import time
from dataclasses import dataclass
from uuid import UUID

import anyio.to_thread
import asyncpg

from portal.database import DB
from portal.ids import new_id
from storage.envelope import derive
from storage.providers import KeyDestroyed
from storage.vault import VAULT

KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ClientKey:
    """One version of a client's key, and what is derived from it."""

    id: UUID
    client_id: UUID
    blobs: bytes  # seals the blobs' own keys
    fields: bytes  # seals single fields
    index: bytes  # keys the blind index
    content: bytes  # keys the content MAC


_kept: dict[UUID, tuple[float, ClientKey]] = {}


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


async def get_active_key(client_id: UUID) -> ClientKey:
    """The key that seals what a client sends now; read inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT id, client_id, provider_key, wrapped FROM client_key WHERE client_id = $1 AND state = 'active'",
        client_id,
    )
    return await _unwrapped(row)


async def get_key(key_id: UUID) -> ClientKey:
    """The key of that id, to open what it sealed; read inside the current transaction, which must be allowed to."""
    row = await DB.fetch_one("SELECT id, client_id, provider_key, wrapped FROM client_key WHERE id = $1", key_id)
    return await _unwrapped(row)


def forget_keys() -> None:
    """Drop every unwrapped key from memory."""
    _kept.clear()


async def _unwrapped(row: asyncpg.Record | None) -> ClientKey:
    # The row is asked for every time, whatever is in memory: row-level security decides who may use a key.
    if row is None or row["wrapped"] is None:
        raise KeyDestroyed
    key_id, client_id = UUID(bytes=row["id"].bytes), UUID(bytes=row["client_id"].bytes)
    known = _kept.get(key_id)
    if known and known[0] > time.monotonic():
        return known[1]
    plain = await anyio.to_thread.run_sync(VAULT.provider.unwrap, row["provider_key"], bytes(row["wrapped"]), client_id)
    key = ClientKey(
        key_id, client_id, derive(plain, "blobs"), derive(plain, "fields"), derive(plain, "index"),
        derive(plain, "content"),
    )  # fmt: skip
    _kept[key_id] = (time.monotonic() + KEPT_SECONDS, key)
    return key

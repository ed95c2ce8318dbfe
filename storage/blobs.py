"""Sealed blobs: a row says pending before the object is written, and stored once it is safely there."""

import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import anyio.to_thread

from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound, TooLarge
from portal.ids import new_id
from storage.client_keys import get_active_key, get_key
from storage.envelope import StreamOpener, StreamSealer, context, seal, unseal
from storage.objects import object_key
from storage.vault import VAULT

Kind = Literal["original", "page", "text", "part", "delivery", "export"]

_GIVEN_UP = "The upload took too long and was given up. Nothing was kept of it; send the files again."

#: How long a writer may be silent before the sweeper takes what it wrote. A lease costs nothing: until it is confirmed
#: a blob is seen by nobody.
LEASE = timedelta(minutes=15)
#: Seconds after which a writer that still writes says so.
RENEW_AFTER = 60.0
#: How much is fetched from the store at once.
BATCH = 1 << 20
#: How much is handed to a thread for sealing at once, in pieces of this length. Longer pieces are slower: their memory
#: comes fresh from the system each time, page by page (`chartway bench storage`).
HANDFUL = 256 << 10
PIECE = 64 << 10


@dataclass(frozen=True, slots=True)
class SealedBlob:
    """A blob whose object is written; `confirm_blob` makes its row say so."""

    id: UUID
    client_id: UUID
    attempt: UUID
    plain_size: int  # bytes
    sealed_size: int  # bytes
    content_mac: bytes


@dataclass(frozen=True, slots=True)
class OpenableBlob:
    """What is needed to stream a blob after the transaction that allowed it has ended."""

    id: UUID
    store_key: str
    key: bytes
    context: bytes
    plain_size: int
    sealed_size: int


async def write_blob(
    actor: Actor, chunks: AsyncIterable[bytes], *, client_id: UUID, owner_id: UUID, kind: Kind, most: int,
    attempt: UUID | None = None,
) -> SealedBlob:  # fmt: skip
    """Seal a stream of plaintext into the store, in constant memory; raises TooLarge above `most` bytes.

    Opens a transaction of its own for the pending row, so it must not be called inside one. Whatever fails, the object
    is not there afterwards; the row is swept when its lease has run out. Blobs that are confirmed together should share
    an `attempt`: while one of them is being written, the leases of all are renewed.
    """
    blob_id, attempt, blob_key = new_id(), attempt or uuid4(), secrets.token_bytes(32)
    store_key = object_key(client_id, blob_id)
    async with acting_as(actor):
        client_key = await get_active_key(client_id)
        wrapped = seal(client_key.blobs, blob_key, context("key", client_id, owner_id, blob_id))
        await DB.execute(
            "INSERT INTO blob (id, client_id, owner_id, kind, state, attempt, lease_until, key_id, wrapped_key,"
            " store_key) VALUES ($1, $2, $3, $4, 'pending', $5, clock_timestamp() + $6, $7, $8, $9)",
            blob_id, client_id, owner_id, kind, attempt, LEASE, client_key.id, wrapped, store_key,
        )  # fmt: skip
    sealer = StreamSealer(blob_key, context("blob", client_id, owner_id, blob_id))
    mac = hmac.new(client_key.content, digestmod=hashlib.sha256)
    plain_size = sealed_size = 0

    def seal_pieces(pieces: list[memoryview]) -> list[bytes]:
        for piece in pieces:
            mac.update(piece)
        return [sealer.update(piece) for piece in pieces]

    async with VAULT.store.writing(store_key) as sink:
        async for pieces in _in_handfuls(_keeping_the_lease(actor, attempt, chunks)):
            plain_size += sum(map(len, pieces))
            if plain_size > most:
                raise TooLarge
            for sealed in await anyio.to_thread.run_sync(seal_pieces, pieces):
                sealed_size += len(sealed)
                await sink.write(sealed)
        last = sealer.finalize()
        sealed_size += len(last)
        await sink.write(last)
    return SealedBlob(blob_id, client_id, attempt, plain_size, sealed_size, mac.digest())


async def confirm_blob(blob: SealedBlob) -> None:
    """Say in the current transaction that a blob is stored; raises Conflict if its lease was lost meanwhile.

    The row decides: what a writer has put into the store after the sweeper was there is taken away again.
    """
    changed = await DB.execute(
        "UPDATE blob SET state = 'stored', plain_size = $3, sealed_size = $4, content_mac = $5"
        " WHERE id = $1 AND attempt = $2 AND state = 'pending'",
        blob.id, blob.attempt, blob.plain_size, blob.sealed_size, blob.content_mac,
    )  # fmt: skip
    if not changed:
        if await DB.value("SELECT state IN ('sweeping', 'abandoned') FROM blob WHERE id = $1", blob.id):
            await VAULT.store.give_up(object_key(blob.client_id, blob.id))
        raise Conflict(_GIVEN_UP)


async def find_blob(blob_id: UUID) -> OpenableBlob:
    """A stored blob, read inside the current transaction; NotFound for whoever may not see it."""
    row = await DB.fetch_one(
        "SELECT id, client_id, owner_id, key_id, wrapped_key, store_key, plain_size, sealed_size"
        " FROM blob WHERE id = $1 AND state = 'stored'",
        blob_id,
    )
    if row is None:
        raise NotFound
    client_key = await get_key(row["key_id"])
    ids = (client_key.client_id, UUID(bytes=row["owner_id"].bytes), UUID(bytes=row["id"].bytes))
    blob_key = unseal(client_key.blobs, bytes(row["wrapped_key"]), context("key", *ids))
    return OpenableBlob(
        ids[2], row["store_key"], blob_key, context("blob", *ids), row["plain_size"], row["sealed_size"]
    )


async def read_blob(blob: OpenableBlob) -> AsyncIterator[bytes]:
    """The plaintext of a blob in pieces, each verified before it is handed out.

    A piece is proof of itself only: whoever acts on the whole (counts, imports, calls it clean) waits for the end,
    where truncation shows as SealBroken.
    """
    opener = StreamOpener(blob.key, blob.context)
    for start in range(0, blob.sealed_size, BATCH):
        sealed = await VAULT.store.fetch_range(blob.store_key, start, min(start + BATCH, blob.sealed_size))
        for plain in await anyio.to_thread.run_sync(_open_pieces, opener, sealed):
            yield plain
    last = opener.finalize()
    if last:
        yield last


async def read_whole_blob(blob: OpenableBlob) -> bytes:
    """The whole plaintext of a small blob."""
    return b"".join([piece async for piece in read_blob(blob)])


async def sweep_blobs(worker: Actor, *, at_most: int = 100) -> int:
    """Clear blobs that nobody finished within their lease, and those to be deleted, object first, row last.

    Returns how many. A pending row is marked in a transaction of its own: an uploader who comes back late finds its
    attempt gone and keeps nothing. A sweeper that dies midway is followed by another after five minutes.
    """
    async with acting_as(worker):
        rows = await DB.fetch(
            "UPDATE blob SET state = CASE state WHEN 'pending' THEN 'sweeping' ELSE state END,"
            " lease_until = clock_timestamp() + interval '5 minutes'"
            " WHERE id IN (SELECT id FROM blob WHERE state IN ('pending', 'sweeping', 'deleting')"
            " AND lease_until < clock_timestamp() ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, store_key",
            at_most,
        )
    gone = []
    try:
        for row in rows:
            await VAULT.store.give_up(row["store_key"])
            gone.append(row["id"])
    finally:
        async with acting_as(worker):
            await DB.execute(
                "UPDATE blob SET state = CASE state WHEN 'sweeping' THEN 'abandoned' ELSE 'deleted' END,"
                " wrapped_key = NULL WHERE state IN ('sweeping', 'deleting') AND id = ANY($1::uuid[])",
                gone,
            )
    return len(gone)


async def _keeping_the_lease(actor: Actor, attempt: UUID, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same chunks, with the leases of the attempt renewed every minute; raises Conflict once they are lost."""
    renewed_at = time.monotonic()
    async for chunk in chunks:
        yield chunk
        if time.monotonic() - renewed_at > RENEW_AFTER:
            await _renew(actor, attempt)
            renewed_at = time.monotonic()


async def _renew(actor: Actor, attempt: UUID) -> None:
    async with acting_as(actor):
        renewed = await DB.execute(
            "UPDATE blob SET lease_until = clock_timestamp() + $2 WHERE attempt = $1 AND state = 'pending'",
            attempt, LEASE,
        )  # fmt: skip
    if not renewed:
        raise Conflict(_GIVEN_UP)


def _open_pieces(opener: StreamOpener, sealed: bytes) -> list[bytes]:
    view = memoryview(sealed)
    pieces = (opener.update(view[start : start + PIECE]) for start in range(0, len(sealed), PIECE))
    return [piece for piece in pieces if piece]


async def _in_handfuls(chunks: AsyncIterable[bytes]) -> AsyncIterator[list[memoryview]]:
    held: list[memoryview] = []
    size = 0
    async for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(chunk), PIECE):
            held.append(view[start : start + PIECE])
            size += len(held[-1])
            if size >= HANDFUL:
                yield held
                held, size = [], 0
    if held:
        yield held

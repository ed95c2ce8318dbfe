"""Receive a delivery: sealed as it streams in, written down once, and handed to the worker."""

import hashlib
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from assignments.bulk import TAKE_DELIVERY
from assignments.bulk.rules import LARGEST_DELIVERY
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.ids import new_id
from portal.jobs import put_in_line
from storage.blobs import SealedBlob, confirm_blob, write_blob
from storage.client_keys import get_active_key
from storage.limits import MAX_FILE_BYTES
from storage.sealed_fields import seal_field

LONGEST_KEY = 200


class OtherContent(Invalid):
    """An Idempotency-Key comes again with something else."""

    message = (
        "This Idempotency-Key was used before for something else. Use another key for each delivery, and the same key"
        " only to send the same content again."
    )


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery that is on file; `is_repeated` if it was before this sending."""

    id: UUID
    is_repeated: bool


async def receive_delivery(
    person: Actor, chunks: AsyncIterable[bytes], *, kind: Literal["zip", "pdf"], name: str, now: datetime,
    key: str | None = None,
) -> Received:  # fmt: skip
    """Seal a ZIP or a PDF of many patients and put it in line for the worker, in constant memory.

    The same content again is the same delivery, unless lines of that were refused: then it is worth another try.
    So is what comes again under the same `key`. Raises TooLarge, Invalid if nothing came, OtherContent.
    """
    client_id = client_of(person)
    delivery_id = new_id()
    blob = await write_blob(
        person, chunks, client_id=client_id, owner_id=delivery_id, kind="delivery",
        most=LARGEST_DELIVERY if kind == "zip" else MAX_FILE_BYTES,
    )  # fmt: skip
    if not blob.plain_size:
        raise Invalid("Nothing arrived. Choose the file again and send it.")
    async with acting_as(person):
        earlier = await _find_earlier(blob.content_mac, hash_of(key))
        if earlier:
            return Received(earlier, is_repeated=True)  # what was sealed for nothing is swept
        client_key = await get_active_key(client_id)
        sealed_name = seal_field(client_key, "delivery.name", delivery_id, name[:255] or "delivery")
        await confirm_blob(blob)
        await _write(person, delivery_id, kind, sealed_name, blob, hash_of(key), now)
        await put_in_line(TAKE_DELIVERY, delivery_id)
    return Received(delivery_id, is_repeated=False)


async def _find_earlier(content_mac: bytes, key_hash: bytes | None) -> UUID | None:
    """The delivery that this one repeats. Two that arrive at one moment wait here for each other."""
    await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", key_hash or content_mac)
    if key_hash:
        row = await DB.fetch_one("SELECT id, content_mac FROM delivery WHERE key_hash = $1", key_hash)
        if row and row["content_mac"] != content_mac:
            raise OtherContent
        if row:
            return UUID(bytes=row["id"].bytes)
    found: UUID | None = await DB.value(
        "SELECT d.id FROM delivery d WHERE d.content_mac = $1 AND d.state <> 'refused' AND NOT EXISTS ("
        " SELECT FROM delivery_line l WHERE l.delivery_id = d.id AND l.state = 'refused')"
        " ORDER BY d.received_at DESC LIMIT 1",
        content_mac,
    )
    return found


async def _write(
    person: Actor, delivery_id: UUID, kind: str, sealed_name: bytes, blob: SealedBlob, key_hash: bytes | None,
    now: datetime,
) -> None:  # fmt: skip
    try:
        await DB.execute(
            "INSERT INTO delivery (id, client_id, person_id, kind, state, name_sealed, blob_id, content_mac, size,"
            " key_hash, request_id, received_at) VALUES ($1, $2, $3, $4, 'received', $5, $6, $7, $8, $9, $10, $11)",
            delivery_id, blob.client_id, person.person_id, kind, sealed_name, blob.id, blob.content_mac,
            blob.plain_size, key_hash, person.origin.request_id, now,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise OtherContent from None
    await record(
        person, Action.DELIVERY_SENT, object_type="delivery", object_id=delivery_id, client_id=blob.client_id,
        details={"kind": kind},
    )  # fmt: skip


def hash_of(key: str | None) -> bytes | None:
    """What is kept of an Idempotency-Key, which may hold anything; raises Invalid for one that is too long."""
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters; a random UUID is a good one.")
    return hashlib.sha256(key.encode()).digest() if key else None


def client_of(person: Actor) -> UUID:
    """The client for which somebody sends; raises Invalid for whoever has none."""
    if person.client_id is None:
        raise Invalid("Only people of a client can send documents.")
    return person.client_id

"""The parts of a file that is on its way: each is sealed by itself, and any web process may take any of them."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from uuid import UUID

from assignments.intake.limits import get_limits
from assignments.intake.rules import part_count, part_size
from assignments.intake.staging import client_of, drop_parts, lock_file, touch
from assignments.opening import open_fields
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from storage.blobs import OpenableBlob, SealedBlob, confirm_blob, find_blob, read_blob, read_whole_blob, write_blob
from storage.client_keys import get_active_key
from storage.limits import HEAD_BYTES
from storage.sealed_fields import seal_field
from storage.sniffing import MediaType, Refusal, sniff

#: A sender of whom nothing is heard for so long has gone.
STALL_SECONDS = 30
BROKEN_OFF = "This part of the file did not arrive whole. Nothing was kept of it; it is sent again."


async def take_part(
    person: Actor, *, upload_id: UUID, file_id: UUID, number: int, chunks: AsyncIterable[bytes]
) -> None:
    """Seal one part of a file. Calm when repeated: a part that is there stays as it is.

    Raises Invalid if there is no such part or it is not of the announced size, Conflict if the upload has ended.
    """
    async with acting_as(person):
        await touch(upload_id)
        file = await lock_file(upload_id, file_id)
        wanted = part_size(file["size"], number)
        is_there = await DB.value(
            "SELECT 1 FROM staged_part WHERE staged_file_id = $1 AND number = $2", file_id, number
        )
    if not wanted:
        raise Invalid("The file has no such part. Remove it from the list and choose it again.")
    if is_there or file["state"] == "arrived":
        await _let_pass(chunks)
        return
    _ensure_on_its_way(file["state"])
    blob = await write_blob(
        person, _without_stalling(chunks), client_id=client_of(person), owner_id=file_id, kind="part", most=wanted
    )
    if blob.plain_size != wanted:
        raise Invalid(BROKEN_OFF)
    async with acting_as(person):
        await touch(upload_id)
        _ensure_on_its_way((await lock_file(upload_id, file_id))["state"])
        # The same part sent twice at once: the first stays, the other is swept.
        if await DB.execute(
            "INSERT INTO staged_part (staged_file_id, number, client_id, blob_id) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            file_id, number, blob.client_id, blob.id,
        ):  # fmt: skip
            await confirm_blob(blob)


async def put_together(person: Actor, *, upload_id: UUID, file_id: UUID) -> str | None:
    """Make one sealed original of a file whose parts are all there; why it was refused instead, or None.

    In constant memory: the parts are opened one after the other while the original is sealed. Calm when repeated.
    Raises Conflict while parts are missing.
    """
    client_id = client_of(person)
    async with acting_as(person):
        await touch(upload_id)
        file = await lock_file(upload_id, file_id)
        if file["state"] != "receiving":
            refusal: str | None = await DB.value("SELECT refusal FROM staged_file WHERE id = $1", file_id)
            return refusal
        parts = await _find_parts(file_id, file["size"])
        name = (await open_fields("staged_file.name", {file_id: file["name_sealed"]}))[file_id]
        most = (await get_limits(client_id)).file_bytes
    found = sniff(name, await _read_head(parts[0]))
    if isinstance(found, Refusal):
        await _refuse(person, upload_id, file_id, found.reason)
        return found.reason
    digest = hashlib.sha256()
    blob = await write_blob(
        person, _joined(parts, digest.update), client_id=client_id, owner_id=file["document_id"], kind="original",
        most=most,
    )  # fmt: skip
    await _keep(person, upload_id, file_id, found, blob, digest.hexdigest())
    return None


async def _keep(
    person: Actor, upload_id: UUID, file_id: UUID, media_type: MediaType, blob: SealedBlob, sha256: str
) -> None:
    async with acting_as(person):
        await touch(upload_id)
        if (await lock_file(upload_id, file_id))["state"] != "receiving":
            return  # somebody else put it together meanwhile, or it was removed; what this one sealed is swept
        key = await get_active_key(blob.client_id)
        await confirm_blob(blob)
        await DB.execute(
            "UPDATE staged_file SET state = 'arrived', media_type = $2, original_blob_id = $3, sha256_sealed = $4"
            " WHERE id = $1",
            file_id, media_type.value, blob.id, seal_field(key, "staged_file.sha256", file_id, sha256),
        )  # fmt: skip
        await drop_parts([file_id])


async def _refuse(person: Actor, upload_id: UUID, file_id: UUID, reason: str) -> None:
    async with acting_as(person):
        await touch(upload_id)
        if (await lock_file(upload_id, file_id))["state"] == "receiving":
            await DB.execute("UPDATE staged_file SET state = 'refused', refusal = $2 WHERE id = $1", file_id, reason)
            await drop_parts([file_id])


async def _find_parts(file_id: UUID, size: int) -> list[OpenableBlob]:
    rows = await DB.fetch("SELECT number, blob_id FROM staged_part WHERE staged_file_id = $1 ORDER BY number", file_id)
    if [row["number"] for row in rows] != list(range(1, part_count(size) + 1)):
        raise Conflict("Not all parts of this file have arrived. They are sent again.")
    return [await find_blob(row["blob_id"]) for row in rows]


def _ensure_on_its_way(state: str) -> None:
    if state != "receiving":
        raise Conflict("This file was refused or removed. Choose it again if it is to be sent.")


async def _read_head(part: OpenableBlob) -> bytes:
    # Whole: a first piece proves only itself, and what is decided here rests on the part.
    return (await read_whole_blob(part))[:HEAD_BYTES]


async def _joined(parts: Sequence[OpenableBlob], update: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    for part in parts:
        async for piece in read_blob(part):
            update(piece)
            yield piece


async def _without_stalling(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    coming = aiter(chunks)
    while True:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                chunk = await anext(coming, None)
        except TimeoutError:
            raise Invalid(BROKEN_OFF) from None
        if chunk is None:
            return
        yield chunk


async def _let_pass(chunks: AsyncIterable[bytes]) -> None:
    async for _ in _without_stalling(chunks):
        pass

"""An upload before it is sent: files are announced, listed, removed, by whoever began it and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.intake.limits import QuotaFull, ensure_room, get_limits
from assignments.intake.rules import Limits, part_count
from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from storage.advice import ADVICE
from storage.client_keys import get_active_key
from storage.deleting import drop_blobs
from storage.sealed_fields import seal_field
from storage.sniffing import check_name

ENDED = "This upload was sent, or was open for too long. Open the upload page again and choose the files once more."
LONGEST_KEPT_NAME = 255
#: Files that are refused still get a line on the receipt, up to here.
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file of an open upload: receiving, arrived or refused; `parts` are those that are there already."""

    id: UUID
    name: str
    size: int  # bytes
    modified: int  # milliseconds
    state: str
    refusal: str | None
    parts: tuple[int, ...]

    @property
    def part_count(self) -> int:
        """In how many parts it travels."""
        return part_count(self.size)


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload that its person has begun and not sent."""

    id: UUID
    begun_at: datetime
    files: int


async def announce_file(person: Actor, *, upload_id: UUID, name: str, size: int, modified: int) -> StagedFile:
    """Note that a file is about to be sent; it is refused at once if its name, size or number says so.

    Calm when repeated: the same file of the same upload (name, size, time of change) is found, with the parts that are
    there. Raises Conflict if the upload has ended or is somebody else's.
    """
    client_id = client_of(person)
    async with acting_as(person):
        await _begin(person, upload_id, client_id)
        known = await _find_files(upload_id)
        for file in known:
            if (file.name, file.size, file.modified) == (name, size, modified) and file.state != "refused":
                return file
        if len(known) >= MOST_LISTED:
            raise Invalid("So many files were refused that the list is full. Reload the page and choose fewer files.")
        limits = await get_limits(client_id)
        refusal = _refusal(limits, known, name, size)
        if refusal is None:
            try:
                await ensure_room(person, client_id=client_id, size=size)
            except QuotaFull as full:
                refusal = full.message
        key, file_id = await get_active_key(client_id), new_id()
        await DB.execute(
            "INSERT INTO staged_file (id, client_id, staged_upload_id, position, name_sealed, size, modified, state,"
            " refusal, document_id) SELECT $1, $2, $3, 1 + coalesce(max(position), 0), $4, $5, $6, $7, $8, $9"
            " FROM staged_file WHERE staged_upload_id = $3",
            file_id, client_id, upload_id, seal_field(key, "staged_file.name", file_id, name[:LONGEST_KEPT_NAME]), size,
            modified, "refused" if refusal else "receiving", refusal, new_id(),
        )  # fmt: skip
    return StagedFile(file_id, name, size, modified, "refused" if refusal else "receiving", refusal, ())


async def find_staged_files(person: Actor, *, upload_id: UUID) -> list[StagedFile]:
    """The files of an open upload; the look is recorded. NotFound if there is none, or it is somebody else's."""
    async with acting_as(person):
        if not await _is_open(upload_id):
            raise NotFound
        files = await _find_files(upload_id)
        if files:
            await record(
                person, Action.CHART_OPENED, object_type="upload", object_id=upload_id, client_id=person.client_id
            )
    return files


async def find_open_uploads(person: Actor) -> list[OpenUpload]:
    """The uploads that the person began, put files into and did not send, newest first."""
    async with acting_as(person):
        rows = await DB.fetch(
            "SELECT u.id, u.begun_at, count(f.id)::int AS files FROM staged_upload u JOIN staged_file f"
            " ON f.staged_upload_id = u.id AND f.state IN ('receiving', 'arrived')"
            " WHERE u.person_id = acting_person() AND u.ended_at IS NULL GROUP BY u.id ORDER BY u.begun_at DESC LIMIT 5"
        )
    return [OpenUpload(**row) for row in rows]


async def remove_file(person: Actor, *, upload_id: UUID, file_id: UUID) -> None:
    """Take a file out of an open upload; what was stored of it is given up. Calm when repeated."""
    async with acting_as(person):
        await touch(upload_id)
        file = await lock_file(upload_id, file_id)
        if file["state"] == "removed":
            return
        await DB.execute("UPDATE staged_file SET state = 'removed', refusal = NULL WHERE id = $1", file_id)
        await drop_parts([file_id])
        if file["original_blob_id"]:
            await drop_blobs([file["original_blob_id"]])


async def touch(upload_id: UUID) -> None:
    """Lock an open upload of whoever acts until the transaction ends; raises Conflict if there is none."""
    if not await DB.execute(
        "UPDATE staged_upload SET touched_at = clock_timestamp()"
        " WHERE id = $1 AND person_id = acting_person() AND ended_at IS NULL",
        upload_id,
    ):
        raise Conflict(ENDED)


async def lock_file(upload_id: UUID, file_id: UUID) -> asyncpg.Record:
    """A file of an upload that is locked already; NotFound if it is not one of them."""
    file = await DB.fetch_one(
        "SELECT id, name_sealed, size, state, document_id, original_blob_id FROM staged_file"
        " WHERE id = $1 AND staged_upload_id = $2 FOR UPDATE",
        file_id, upload_id,
    )  # fmt: skip
    if file is None:
        raise NotFound
    return file


async def drop_parts(file_ids: Sequence[UUID]) -> None:
    """Give up the parts of files inside the current transaction."""
    rows = await DB.fetch("SELECT blob_id FROM staged_part WHERE staged_file_id = ANY($1::uuid[])", list(file_ids))
    await DB.execute("DELETE FROM staged_part WHERE staged_file_id = ANY($1::uuid[])", list(file_ids))
    await drop_blobs([row["blob_id"] for row in rows])


def client_of(person: Actor) -> UUID:
    """The client that the person sends for; raises Invalid for people of the company."""
    if person.client_id is None:
        raise Invalid("Only people of a client can send documents.")
    return person.client_id


async def _begin(person: Actor, upload_id: UUID, client_id: UUID) -> None:
    await DB.execute(
        "INSERT INTO staged_upload (id, client_id, person_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        upload_id, client_id, person.person_id,
    )  # fmt: skip
    await touch(upload_id)
    if await DB.value("SELECT 1 FROM upload WHERE id = $1", upload_id):
        raise Conflict(ENDED)


async def _is_open(upload_id: UUID) -> bool:
    return bool(
        await DB.value(
            "SELECT 1 FROM staged_upload WHERE id = $1 AND person_id = acting_person() AND ended_at IS NULL", upload_id
        )
    )


async def _find_files(upload_id: UUID) -> list[StagedFile]:
    rows = await DB.fetch(
        "SELECT f.id, f.name_sealed, f.size, f.modified, f.state, f.refusal, array_remove(array_agg(p.number"
        " ORDER BY p.number), NULL) AS parts FROM staged_file f LEFT JOIN staged_part p ON p.staged_file_id = f.id"
        " WHERE f.staged_upload_id = $1 AND f.state <> 'removed' GROUP BY f.id ORDER BY f.position",
        upload_id,
    )
    names = await open_fields("staged_file.name", {row["id"]: row["name_sealed"] for row in rows})
    return [
        StagedFile(
            row["id"], names[row["id"]], row["size"], row["modified"], row["state"], row["refusal"], tuple(row["parts"])
        )
        for row in rows
    ]


def _refusal(limits: Limits, known: Sequence[StagedFile], name: str, size: int) -> str | None:
    taken = [file for file in known if file.state != "refused"]
    if (refused := check_name(name)) is not None:
        return refused.reason
    if size == 0:
        return ADVICE["empty"]
    if size > limits.file_bytes:
        return limits.too_large
    if len(taken) >= limits.files:
        return limits.too_many_files
    if sum(file.size for file in taken) + size > limits.upload_bytes:
        return limits.too_much
    return None

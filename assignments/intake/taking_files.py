"""Take the files of an upload: each is looked at, sealed on its way into the store, or refused with a sentence."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from assignments.intake.parts import FilePart, Parts
from assignments.intake.rules import DEFAULT_LIMITS, Limits
from portal.actor import Actor
from portal.errors import TooLarge
from portal.ids import new_id
from storage.blobs import SealedBlob, write_blob
from storage.limits import HEAD_BYTES
from storage.sniffing import MediaType, Refusal, sniff

_LONGEST_KEPT_NAME = 255


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file whose sealed object is written; it counts once its blob is confirmed.

    `sha256` is the fingerprint of its plaintext in hexadecimal, where somebody took it. `is_stored`: its blob was
    confirmed before, when the file arrived ahead of the form.
    """

    name: str
    document_id: UUID
    media_type: MediaType
    blob: SealedBlob
    sha256: str | None = None
    is_stored: bool = False

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.blob.plain_size


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of which nothing was kept."""

    name: str
    size: int  # bytes
    reason: str


async def take_files(
    person: Actor, parts: Parts, *, client_id: UUID, limits: Limits = DEFAULT_LIMITS,
    before: Sequence[Accepted | Refused] = (),
) -> list[Accepted | Refused]:  # fmt: skip
    """Every file of the upload in its order, accepted or refused; one that is refused does not stop the rest.

    `before` are the files of this upload that arrived ahead of the form.
    """
    taken: list[Accepted | Refused] = []
    async for file in parts.files():
        if file.name or await _has_bytes(file):
            taken.append(await _take_file(person, file, [*before, *taken], client_id, limits))
    return taken


async def _has_bytes(file: FilePart) -> bool:
    """A browser sends one nameless, empty file when none was chosen."""
    await file.skip()
    return file.size > 0


async def take_one(
    person: Actor, name: str, chunks: AsyncIterable[bytes], *, client_id: UUID, limits: Limits = DEFAULT_LIMITS,
    room: int | None = None,
) -> Accepted | Refused:  # fmt: skip
    """Look at one file and seal it on its way into the store; of one that is refused nothing is kept.

    `room` is how many bytes the upload may still take. What is left of `chunks` after a refusal has not been read.
    """
    kept_name = (name or "(no name)")[:_LONGEST_KEPT_NAME]
    pieces = aiter(chunks)
    head = await _read_head(pieces)
    found = sniff(name, head)
    if not isinstance(found, Refusal):
        document_id, digest = new_id(), hashlib.sha256()
        most = limits.file_bytes if room is None else min(limits.file_bytes, room)
        try:
            blob = await write_blob(
                person, _with_head(head, pieces, digest.update), client_id=client_id, owner_id=document_id,
                kind="original", most=most,
            )  # fmt: skip
        except TooLarge:
            found = Refusal(limits.too_large if most == limits.file_bytes else limits.too_much)
        else:
            return Accepted(kept_name, document_id, found, blob, sha256=digest.hexdigest())
    return Refused(kept_name, len(head), found.reason)


async def _take_file(
    person: Actor, file: FilePart, others: Sequence[Accepted | Refused], client_id: UUID, limits: Limits
) -> Accepted | Refused:
    kept_name = (file.name or "(no name)")[:_LONGEST_KEPT_NAME]
    taken: Accepted | Refused = Refused(kept_name, 0, limits.too_many_files)
    if len(others) < limits.files:
        room = limits.upload_bytes - sum(other.size for other in others if isinstance(other, Accepted))
        taken = await take_one(person, file.name, file, client_id=client_id, limits=limits, room=room)
    if isinstance(taken, Refused):
        await file.skip()
        # Only now is it known how large it is: one that is too large by itself is told so.
        is_too_large = taken.reason == limits.too_much and file.size > limits.file_bytes
        return Refused(taken.name, file.size, limits.too_large if is_too_large else taken.reason)
    return taken


async def _read_head(pieces: AsyncIterator[bytes]) -> bytes:
    head = bytearray()
    async for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head)


async def _with_head(
    head: bytes, pieces: AsyncIterator[bytes], update: Callable[[bytes], None]
) -> AsyncIterator[bytes]:
    update(head)
    yield head
    async for piece in pieces:
        update(piece)
        yield piece

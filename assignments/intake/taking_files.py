"""Take the files of an upload: each is looked at, sealed on its way into the store, or refused with a sentence."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
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


async def _take_file(
    person: Actor, file: FilePart, others: Sequence[Accepted | Refused], client_id: UUID, limits: Limits
) -> Accepted | Refused:
    kept_name = (file.name or "(no name)")[:_LONGEST_KEPT_NAME]
    reason = limits.too_many_files
    room = limits.upload_bytes - sum(other.size for other in others if isinstance(other, Accepted))
    if len(others) < limits.files:
        head = await _read_head(file)
        found = sniff(file.name, head)
        if not isinstance(found, Refusal):
            document_id, digest = new_id(), hashlib.sha256()
            try:
                blob = await write_blob(
                    person, _with_head(head, file, digest.update), client_id=client_id, owner_id=document_id,
                    kind="original", most=min(limits.file_bytes, room),
                )  # fmt: skip
            except TooLarge:
                found = Refusal(limits.too_large if file.size > limits.file_bytes else limits.too_much)
            else:
                return Accepted(kept_name, document_id, found, blob, sha256=digest.hexdigest())
        reason = found.reason
    await file.skip()
    return Refused(kept_name, file.size, reason)


async def _read_head(file: FilePart) -> bytes:
    head = bytearray()
    async for piece in file:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head)


async def _with_head(head: bytes, file: FilePart, update: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    update(head)
    yield head
    async for piece in file:
        update(piece)
        yield piece

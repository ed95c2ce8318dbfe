"""Take the files of an upload: each is looked at, sealed on its way into the store, or refused with a sentence."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from assignments.intake.parts import FilePart, Parts
from assignments.intake.rules import MOST_FILES, TOO_MANY_FILES
from portal.actor import Actor
from portal.errors import TooLarge
from portal.ids import new_id
from storage.advice import ADVICE
from storage.blobs import SealedBlob, write_blob
from storage.limits import HEAD_BYTES, MAX_FILE_BYTES
from storage.sniffing import MediaType, Refusal, sniff

_LONGEST_KEPT_NAME = 255


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file whose sealed object is written; it counts once its blob is confirmed."""

    name: str
    document_id: UUID
    media_type: MediaType
    blob: SealedBlob

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


async def take_files(person: Actor, parts: Parts, *, client_id: UUID) -> list[Accepted | Refused]:
    """Every file of the upload in its order, accepted or refused; one that is refused does not stop the rest."""
    taken: list[Accepted | Refused] = []
    async for file in parts.files():
        if file.name or await _has_bytes(file):
            taken.append(await _take_file(person, file, len(taken), client_id))
    return taken


async def _has_bytes(file: FilePart) -> bool:
    """A browser sends one nameless, empty file when none was chosen."""
    await file.skip()
    return file.size > 0


async def take_one(person: Actor, name: str, chunks: AsyncIterable[bytes], *, client_id: UUID) -> Accepted | Refused:
    """Look at one file and seal it on its way into the store; of one that is refused nothing is kept.

    What is left of `chunks` after a refusal has not been read.
    """
    kept_name = (name or "(no name)")[:_LONGEST_KEPT_NAME]
    pieces = aiter(chunks)
    head = await _read_head(pieces)
    found = sniff(name, head)
    if not isinstance(found, Refusal):
        document_id = new_id()
        try:
            blob = await write_blob(
                person, _with_head(head, pieces), client_id=client_id, owner_id=document_id, kind="original",
                most=MAX_FILE_BYTES,
            )  # fmt: skip
        except TooLarge:
            found = Refusal(ADVICE["too large"])
        else:
            return Accepted(kept_name, document_id, found, blob)
    return Refused(kept_name, len(head), found.reason)


async def _take_file(person: Actor, file: FilePart, position: int, client_id: UUID) -> Accepted | Refused:
    kept_name = (file.name or "(no name)")[:_LONGEST_KEPT_NAME]
    taken: Accepted | Refused = Refused(kept_name, 0, TOO_MANY_FILES)
    if position < MOST_FILES:
        taken = await take_one(person, file.name, file, client_id=client_id)
    if isinstance(taken, Refused):
        await file.skip()
        return Refused(taken.name, file.size, taken.reason)
    return taken


async def _read_head(pieces: AsyncIterator[bytes]) -> bytes:
    head = bytearray()
    async for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head)


async def _with_head(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in pieces:
        yield piece

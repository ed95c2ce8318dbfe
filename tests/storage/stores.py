"""Both kinds of store, each with a way to look behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from storage.aws import connect
from storage.objects import FolderStore, ObjectStore, object_key
from storage.s3_store import S3Store
from tests.seaweed import Seaweed


@dataclass(frozen=True)
class Place:
    """A store, what unfinished writers have left in it, and the same place opened again, as by a second process."""

    store: ObjectStore
    find_leftovers: Callable[[], list[str]]
    open_again: Callable[[], ObjectStore]
    bucket: str = ""


def folder_place(root: Path) -> Place:
    """A store in a folder."""
    store = FolderStore(root)
    return Place(store, lambda: [path.name for path in (root / ".tmp").iterdir()], lambda: FolderStore(root))


def s3_place(server: Seaweed, *, bucket: str = "", endpoint: str = "", read_timeout: float = 30) -> Place:
    """A store in a bucket, by default a new one; its environment variables must be set (`Seaweed.environment`)."""
    bucket = bucket or server.make_bucket()
    client = connect("s3", endpoint=endpoint or server.endpoint, region="us-east-1", read_timeout=read_timeout)

    def find_uploads() -> list[str]:
        return [entry["Key"] for entry in server.client().list_multipart_uploads(Bucket=bucket).get("Uploads", ())]

    return Place(S3Store(client, bucket), find_uploads, lambda: S3Store(client, bucket), bucket)


def new_key(client_id: UUID | None = None) -> str:
    """A key that nothing has."""
    return object_key(client_id or uuid4(), uuid4())


async def put(store: ObjectStore, key: str, *pieces: bytes) -> None:
    """Write an object."""
    async with store.writing(key) as sink:
        for piece in pieces:
            await sink.write(piece)


async def list_all(store: ObjectStore, client_id: UUID | None = None) -> dict[str, int]:
    """Every key with its size."""
    return {entry.key: entry.size async for entry in store.list_keys(client_id)}

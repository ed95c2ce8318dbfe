"""A place to measure in: a database and a vault of its own in a temporary folder, gone afterwards."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.bench.seaweed import Seaweed
from portal.commands.embedded import EmbeddedPostgres
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.migrations.preparing import prepare
from portal.migrations.running import migrate
from storage.aws import connect
from storage.client_keys import create_client_key
from storage.objects import FolderStore, ObjectStore
from storage.providers import LocalKeyring
from storage.s3_store import S3Store
from storage.vault import VAULT

_DATABASE = "bench"


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where everything lies."""

    folder: Path
    url: str  # of the application's login
    endpoint: str = ""  # of an S3 server; without a bucket documents lie in the folder
    bucket: str = ""

    def open_vault(self) -> None:
        """Let this process use the workshop's store and keyring."""
        VAULT.open(self.open_store(), LocalKeyring(self.folder / "keyring"))

    def open_store(self) -> ObjectStore:
        """The workshop's store."""
        if not self.bucket:
            return FolderStore(self.folder / "documents")
        return S3Store(connect("s3", endpoint=self.endpoint, region="us-east-1"), self.bucket)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="chartway-bench-"))
    folder.chmod(0o711)  # PostgreSQL's own account passes through
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def workshop(folder: Path) -> AsyncIterator[Workshop]:
    """A fresh, migrated database in `folder`, and a vault; raises RuntimeError where there is no PostgreSQL."""
    server = EmbeddedPostgres(folder / "postgres", fast=True)
    server.start()
    try:
        await prepare(server.url, server.password, _DATABASE)
        await migrate(server.url(_DATABASE, "chartway_owner"))
        place = Workshop(folder, server.url(_DATABASE, "chartway_app"))
        place.open_vault()
        await DB.open(place.url, size=6)
        try:
            yield place
        finally:
            await DB.close()
    finally:
        server.stop()


@contextmanager
def with_s3(place: Workshop) -> Iterator[Workshop]:
    """The same workshop with its store in a bucket of an S3 server of its own, gone afterwards."""
    server = Seaweed(place.folder / "s3")
    before = {name: os.environ.get(name) for name in server.environment}
    os.environ.update(server.environment)
    try:
        server.start()
        yield replace(place, endpoint=server.endpoint, bucket=server.make_bucket())
    finally:
        server.remove()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


async def make_client(code: str) -> UUID:
    """A client with a key."""
    client_id = new_id()
    async with acting_as(Actor(Kind.ADMINISTRATOR, name="bench")):
        await DB.execute(
            "INSERT INTO client (id, code, name, time_zone, created_at) VALUES ($1, $2, $2, 'UTC', $3)",
            client_id, code, utc_now(),
        )  # fmt: skip
        await create_client_key(client_id)
    return client_id

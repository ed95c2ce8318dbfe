"""A place to measure in: a database and a vault of its own in a temporary folder, gone afterwards."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.embedded import EmbeddedPostgres
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.migrations.preparing import prepare
from portal.migrations.running import migrate
from storage.client_keys import create_client_key
from storage.objects import FolderStore
from storage.providers import LocalKeyring
from storage.vault import VAULT

_DATABASE = "bench"


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where everything lies."""

    folder: Path
    url: str  # of the application's login

    def open_vault(self) -> None:
        """Let this process use the workshop's store and keyring."""
        VAULT.open(FolderStore(self.folder / "documents"), LocalKeyring(self.folder / "keyring"))


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



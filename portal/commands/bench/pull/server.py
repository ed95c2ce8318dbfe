"""A durable server and databases of its own for measuring pulls, and what its connections cost in processor time."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from portal.commands.embedded import EmbeddedPostgres, find_program
from portal.migrations.preparing import prepare
from portal.migrations.running import migrate

APP = "chartway_app"


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL that nobody else uses."""

    embedded: EmbeddedPostgres
    folder: Path

    def url(self, database: str, user: str = "postgres") -> str:
        """Connection URL of one of its databases."""
        return self.embedded.url(database, user)

    async def open(self, database: str) -> asyncpg.Connection:
        """A superuser's connection; it stays open while cells run, so that its time is not counted with theirs."""
        return await asyncpg.connect(self.url(database), statement_cache_size=0)

    async def make(self, database: str) -> None:
        """A database with the product's own roles and migrations."""
        await prepare(self.url, self.embedded.password, database)
        await migrate(self.url(database, "chartway_owner"))

    async def copy(self, database: str, copy: str) -> None:
        """Another database with the same rows; nobody may be connected to the first."""
        await self.run(f'CREATE DATABASE "{copy}" TEMPLATE "{database}" OWNER chartway_owner STRATEGY file_copy')

    async def run(self, statement: str, database: str = "postgres") -> None:
        """One statement as a superuser."""
        connection = await self.open(database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def processor_microseconds(self) -> int:
        """What all connections that have ended so far took: the postmaster's time of children it has waited for."""
        pid = (self.embedded.data / "postmaster.pid").read_text().split()[0]
        return _microseconds(pid, 13)

    def processor_microseconds_of(self, pids: Sequence[int]) -> int:
        """What these connections, still open, took so far."""
        return sum(_microseconds(pid, 11) for pid in pids)

    def program(self, name: str) -> str:
        """Path of one of PostgreSQL's programs."""
        return str(find_program(name))


def _microseconds(pid: int | str, first: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[first]) + int(fields[first + 1])) * 1_000_000 // os.sysconf("SC_CLK_TCK")


@contextmanager
def scratch_server(connections: int) -> Iterator[Server]:
    """A fresh server in a temporary folder, gone afterwards. Nothing is given up of its durability."""
    folder = Path(tempfile.mkdtemp(prefix="chartway-bench-"))
    folder.chmod(0o711)  # root's service account must reach the database below it
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    embedded = EmbeddedPostgres(
        folder / "postgres",
        settings={
            "max_connections": str(connections), "shared_buffers": f"{min(4096, memory // 6)}MB",
            "max_wal_size": "8GB", "checkpoint_timeout": "30min", "maintenance_work_mem": "512MB",
            "autovacuum": "off",  # it would count among the connections; every round begins with a VACUUM
        },
    )  # fmt: skip
    try:
        embedded.start()
        yield Server(embedded, folder)
    finally:
        embedded.stop()
        for place in (embedded.folder, embedded.socket, folder):
            shutil.rmtree(place, ignore_errors=True)

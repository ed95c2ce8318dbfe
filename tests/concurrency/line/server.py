"""A durable PostgreSQL of the harness's own, which can be killed as a power cut would, and started again."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import asyncpg

from portal.commands.embedded import EmbeddedPostgres
from portal.migrations.preparing import prepare
from portal.migrations.running import migrate
from tests.concurrency.line.people import Stage_


class Killable:
    """One server with every write on disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self.postgres = EmbeddedPostgres(folder)

    async def make(self, name: str) -> tuple[str, str]:
        """Start, and make a migrated database; the URLs of a superuser and of the application."""
        self.postgres.start()
        await prepare(self.postgres.url, self.postgres.password, name)
        await migrate(self.postgres.url(name, "chartway_owner"))
        return self.postgres.url(name), self.postgres.url(name, "chartway_app")

    def kill(self) -> None:
        """End every process of the server at once, with SIGKILL."""
        first = int((self.postgres.data / "postmaster.pid").read_text().split()[0])
        for process in (first, *_children(first)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    async def kill_and_start(self, stage: Stage_, every: float) -> None:
        """Kill the server again and again, and start it each time."""
        while not (stage.draining or stage.pausing):
            await asyncio.sleep(every)
            if stage.pausing:
                return
            self.kill()
            stage.history.counts["killed servers"] += 1
            for _ in range(100):  # what is left of the last one may still hold its memory
                await asyncio.sleep(0.2)
                with suppress(RuntimeError):
                    await asyncio.to_thread(self.postgres.start)
                    break

    async def deadlocks(self) -> int:
        """What the server has counted."""
        connection = await asyncpg.connect(self.postgres.url("postgres"))
        try:
            count: int = await connection.fetchval("SELECT sum(deadlocks)::integer FROM pg_stat_database")
            return count
        finally:
            await connection.close()


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(path.parent.name))
    return found

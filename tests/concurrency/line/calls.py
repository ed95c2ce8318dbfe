"""Somebody's connection: real role, one statement a call, asked again with the same words when the answer is lost."""

import asyncio
import random
from typing import Any

import asyncpg

from portal.actor import Actor, Kind
from portal.database import SERVER_SETTINGS
from tests.concurrency.line.history import History

#: How asyncpg tells of a connection that is gone: whether what was asked was done is unknown.
LOST = (
    asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError, asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError, asyncpg.ProtocolViolationError, OSError, TimeoutError,
)  # fmt: skip


class GaveUpError(Exception):
    """The server did not come back."""


class Desk:
    """One connection of somebody, made again when it is lost."""

    def __init__(self, url: str, actor: Actor, history: History, settings: dict[str, str]) -> None:
        self.url, self.actor, self.history, self.settings = url, actor, history, settings
        self.connection: asyncpg.Connection | None = None

    async def ask(self, name: str, statement: str, *arguments: Any) -> asyncpg.Record | None:
        """The first row; the same call again while its outcome is unknown. Errors of the database are raised."""
        counts = self.history.counts
        counts[f"invoke {name}"] += 1
        for attempt in range(600):
            try:
                connection = self.connection or await self._connect()
                row = await connection.fetchrow(statement, *arguments)
            except asyncpg.DeadlockDetectedError as error:
                counts[f"fail {name}"] += 1
                self.history.breaks("deadlock", f"{name}: {error.detail}")
                await asyncio.sleep(random.random() * 0.02)
            except LOST:
                counts[f"unknown {name}"] += 1
                self._drop()
                await asyncio.sleep(min(0.005 * 2**attempt, 0.25))
            else:
                counts[f"ok {name}"] += 1
                return row
        raise GaveUpError(name)

    async def _connect(self) -> asyncpg.Connection:
        async with asyncio.timeout(20):
            self.connection = None
            connection = await asyncpg.connect(
                self.url, server_settings={**SERVER_SETTINGS, "application_name": "chartway-line", **self.settings}
            )
            kind = Kind(self.actor.kind).value
            await connection.execute(
                f"SET ROLE chartway_{kind}; SELECT set_config('chartway.person', '{self.actor.person_id or ''}', false)"
            )
        self.connection = connection
        return connection

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.terminate()
        self.connection = None

    async def close(self) -> None:
        """Close the connection."""
        self._drop()

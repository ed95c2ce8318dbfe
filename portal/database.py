"""The one door to PostgreSQL: Piccolo on an asyncpg pool, every transaction opened in the name of an actor."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from portal.actor import Actor, Kind

#: How asyncpg tells of a connection that is gone; the last one when it goes in the middle of a message.
_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncpg.InternalClientError)


class Transaction(PostgresTransaction):
    """Piccolo's transaction, made safe.

    The stock one leaks its connection and leaves the context variable set when COMMIT fails, and is silent when
    PostgreSQL answers COMMIT with ROLLBACK. This one gives both back whatever happens, and refuses to be nested:
    an inner block would re-scope the outer one to another actor.
    """

    __slots__ = ("actor",)
    actor: Actor

    async def __aenter__(self) -> "Transaction":
        if self._parent is not None:
            raise RuntimeError("a transaction is already open here; one use case is one transaction")
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
        try:
            await begin_as(self.connection, self.actor)
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def commit(self) -> None:
        if await self.connection.execute("COMMIT") != "COMMIT":
            raise TransactionError("the transaction was aborted by an earlier error; nothing was committed")
        self._committed = True

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")
        self._rolled_back = True

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        try:
            if exception_type is not None:
                if not self._rolled_back:
                    # A dead connection must not hide the error that brought us here.
                    with contextlib.suppress(*_LOST):
                        await self.rollback()
            elif not self._committed and not self._rolled_back:
                await self.commit()
        finally:
            try:
                await self._give_back()
            finally:
                self.engine.current_transaction.reset(self.context)
        return False

    async def _give_back(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)  # also rolls back what is still open
        else:
            await self.connection.close()


async def begin_as(connection: Any, actor: Actor) -> None:
    """Begin a transaction in the name of `actor` on a raw connection; everywhere else, use `acting_as`."""
    # Without arguments asyncpg uses the simple protocol: all statements in one round trip.
    await connection.execute(f"BEGIN; {_in_the_name_of(actor)}")


def _in_the_name_of(actor: Actor) -> str:
    """The statement that gives a transaction its role and scope; safe, as ids are UUIDs and the kind is an enum."""
    for value in (actor.person_id, actor.client_id):
        if value is not None and not isinstance(value, UUID):
            raise TypeError("ids must be UUIDs: they become part of a statement")
    role = "NONE" if actor.kind is Kind.NOBODY else f"chartway_{Kind(actor.kind).value}"
    return (
        f"SET LOCAL ROLE {role};"
        f"SELECT set_config('chartway.person', '{actor.person_id or ''}', true),"
        f" set_config('chartway.client', '{actor.client_id or ''}', true)"
    )


async def keep_as_it_is(_connection: Any) -> None:
    """Skip asyncpg's reset on release (a round trip): only transaction-local settings are ever made."""


class Engine(PostgresEngine):
    """PostgresEngine without input or output at import time, and with `Transaction` as its transaction."""

    async def check_version(self) -> None:
        return None

    async def prep_database(self) -> None:
        return None

    async def open(self, url: str, *, size: int) -> None:
        """Connect a pool of at most `size` connections to `url`."""
        self.config = {"dsn": url, "server_settings": SERVER_SETTINGS}
        await self.start_connection_pool(min_size=1, max_size=size, reset=keep_as_it_is)

    async def close(self) -> None:
        """Close the pool, if one is open."""
        if self.pool:
            await self.close_connection_pool()

    def begin(self, actor: Actor) -> Transaction:
        """A transaction in the name of `actor`; use `acting_as`."""
        transaction = Transaction(engine=self, allow_nested=True)  # its own __aenter__ refuses, with a clear message
        transaction.actor = actor
        return transaction

    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:  # noqa: ARG002 - as Piccolo calls it
        raise RuntimeError("open transactions with acting_as(actor), so that somebody is acting")

    @property
    def connection(self) -> Any:
        """The raw connection of the current transaction."""
        transaction = self.current_transaction.get()
        if transaction is None:
            raise RuntimeError("no transaction is open: wrap this in `async with acting_as(actor)`")
        return transaction.connection

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of a hand-written statement with $1 placeholders, in the current transaction."""
        rows: list[asyncpg.Record] = await self.connection.fetch(sql, *arguments)
        return rows

    async def fetch_one(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        """The first row of a hand-written statement, or None."""
        row: asyncpg.Record | None = await self.connection.fetchrow(sql, *arguments)
        return row

    async def value(self, sql: str, *arguments: Any) -> Any:
        """The first column of the first row of a hand-written statement, or None."""
        return await self.connection.fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: Any) -> int:
        """Run a hand-written statement; the number of rows it changed."""
        status: str = await self.connection.execute(sql, *arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0


#: A forgotten transaction delays the sealing of the access log, so none may idle; a stuck one may not wait for ever.
SERVER_SETTINGS = {
    "application_name": "chartway",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}

DB = Engine(config={"dsn": ""}, extensions=())


@asynccontextmanager
async def acting_as(actor: Actor) -> AsyncIterator[None]:
    """Open a transaction in the name of `actor`: its database role, its person and its client.

    Commits on a clean exit, rolls back on an exception. Raises RuntimeError when one is open already.
    """
    async with DB.begin(actor):
        yield

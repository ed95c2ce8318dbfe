"""The database door under stress: failed commits, cancelled tasks, killed backends; the pool stays whole."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.engine.exceptions import TransactionError

from portal.actor import NOBODY
from portal.database import DB, acting_as
from tests.cast import House
from tests.conftest import Databases, Sql


@pytest.fixture
async def small_pool(house: House, databases: Databases) -> Any:
    """A pool of two connections: what leaks one is noticed at the third."""
    await DB.close()
    await DB.open(databases.app, size=2)
    return house


async def _is_whole(house: House) -> None:
    """Both connections can be had at once, act as nobody, and see what they should."""
    assert DB.current_transaction.get() is None
    arrived = asyncio.Barrier(2)

    async def use(actor: Any, clients: int) -> None:
        async with acting_as(actor):
            await arrived.wait()  # both hold a connection now
            assert await DB.value("SELECT count(*) FROM client") == clients

    async with asyncio.timeout(5):
        await asyncio.gather(use(house.clara, 1), use(house.mona, 2))
        async with acting_as(NOBODY):
            assert await DB.value("SELECT current_user::text") == "chartway_app"
            assert not await DB.value("SELECT current_setting('chartway.client', true)")


async def test_failed_commits_leak_nothing(small_pool: House, sql: Sql) -> None:
    await sql("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    await sql("GRANT INSERT ON late TO chartway_manager")

    async def fail() -> None:
        async with acting_as(small_pool.mona):
            await DB.execute("INSERT INTO late VALUES (1), (1)")

    for _ in range(5):
        with pytest.raises(asyncpg.UniqueViolationError):
            await fail()
    await _is_whole(small_pool)


async def test_cancelled_tasks_leak_nothing(small_pool: House) -> None:
    async def sleep() -> None:
        async with acting_as(small_pool.mona):
            await DB.execute("SELECT pg_sleep(30)")

    for _ in range(5):
        task = asyncio.create_task(sleep())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await _is_whole(small_pool)


async def test_killed_backends_leak_nothing_and_show_the_first_error(small_pool: House, sql: Sql) -> None:
    async def be_killed() -> None:
        async with acting_as(small_pool.mona):
            own = await DB.value("SELECT pg_backend_pid()")
            await sql("SELECT pg_terminate_backend($1)", own)
            await DB.value("SELECT 1")

    for _ in range(5):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncpg.InternalClientError)):
            await be_killed()
    await _is_whole(small_pool)


async def test_a_killed_backend_does_not_hide_the_error_of_the_use_case(small_pool: House, sql: Sql) -> None:
    class Own(Exception):
        """What the use case meant to say."""

    async def fail() -> None:
        async with acting_as(small_pool.mona):
            await sql("SELECT pg_terminate_backend($1)", await DB.value("SELECT pg_backend_pid()"))
            raise Own

    with pytest.raises(Own):
        await fail()
    await _is_whole(small_pool)


async def test_gather_inside_a_transaction_is_an_error_and_leaks_nothing(small_pool: House) -> None:
    async def both() -> None:
        async with acting_as(small_pool.mona):
            await asyncio.gather(DB.value("SELECT pg_sleep(0.1)"), DB.value("SELECT 1"))

    for _ in range(3):
        with pytest.raises(asyncpg.InterfaceError):
            await both()
    await _is_whole(small_pool)


async def test_nesting_is_refused_and_the_outer_one_keeps_its_scope(small_pool: House) -> None:
    async with acting_as(small_pool.clara):
        with pytest.raises(RuntimeError, match="already open"):
            async with acting_as(small_pool.mona):
                pass
        assert await DB.value("SELECT acting_client()") == small_pool.north.id
    with pytest.raises(RuntimeError, match="somebody is acting"):
        DB.transaction()
    with pytest.raises(RuntimeError, match="no transaction is open"):
        await DB.value("SELECT 1")
    await _is_whole(small_pool)


async def test_a_commit_that_is_answered_by_a_rollback_is_an_error(small_pool: House) -> None:
    async def swallow() -> None:
        async with acting_as(small_pool.mona):
            with contextlib.suppress(asyncpg.DivisionByZeroError):  # and go on as if nothing had happened
                await DB.execute("SELECT 1 / 0")

    for _ in range(3):
        with pytest.raises(TransactionError, match="nothing was committed"):
            await swallow()
    await _is_whole(small_pool)


async def test_many_clients_on_a_small_pool_never_see_each_other(small_pool: House) -> None:
    async def look(actor: Any, client_id: UUID) -> None:
        async with acting_as(actor):
            rows = await DB.fetch("SELECT client_id FROM location")
            await asyncio.sleep(0)
            assert {UUID(bytes=row["client_id"].bytes) for row in rows} == {client_id}

    house = small_pool
    sides = [(house.clara, house.north.id), (house.stranger, house.south.id)]
    await asyncio.gather(*[look(*sides[number % 2]) for number in range(60)])
    await _is_whole(house)


async def test_ids_that_are_not_ids_never_reach_a_statement(small_pool: House) -> None:
    from dataclasses import replace

    for forged in ("x'; DROP TABLE chart; --", str(uuid4())):
        with pytest.raises(TypeError):
            async with acting_as(replace(small_pool.clara, client_id=forged)):  # type: ignore[arg-type]
                pass
    await _is_whole(small_pool)

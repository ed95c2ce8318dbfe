"""The door to the database: who acts, with which role and scope, and what is left behind afterwards."""

import asyncpg
import pytest

from portal.actor import NOBODY, WORKER, Actor, Kind
from portal.database import DB, SERVER_SETTINGS, acting_as
from tests.cast import House
from tests.conftest import Databases, Sql

WHO = "SELECT current_user::text AS role, acting_person() AS person, acting_client() AS client"


async def test_each_kind_acts_in_its_own_role_with_its_own_scope(house: House) -> None:
    for actor in (*house.people.values(), WORKER):
        async with acting_as(actor):
            row = await DB.fetch_one(WHO)
        assert row is not None
        assert row["role"] == f"chartway_{actor.kind.value}"
        assert (row["person"], row["client"]) == (actor.person_id, actor.client_id)
    async with acting_as(NOBODY):
        row = await DB.fetch_one(WHO)
    assert row is not None
    assert tuple(row) == ("chartway_app", None, None)


async def test_nothing_stays_on_a_connection(databases: Databases, house: House) -> None:
    await DB.close()
    await DB.open(databases.app, size=2)
    assert DB.pool is not None
    for _ in range(4):
        async with acting_as(house.clara):
            await DB.execute("SELECT 1")
    async with DB.pool.acquire() as connection:
        row = await connection.fetchrow(WHO)
        assert tuple(row) == ("chartway_app", None, None)
        assert await connection.fetchval("SELECT session_user::text") == "chartway_app"


async def test_the_sealer_and_unheard_of_kinds_are_not_open_to_the_application(database: Databases) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_as(Actor(Kind.SEALER)):
            pass
    with pytest.raises(ValueError, match="postgres"):
        async with acting_as(Actor("postgres")):  # type: ignore[arg-type]
            pass


async def test_no_statement_waits_for_ever(database: Databases) -> None:
    async with acting_as(NOBODY):
        for name, value in SERVER_SETTINGS.items():
            shown = await DB.value("SELECT setting || coalesce(unit, '') FROM pg_settings WHERE name = $1", name)
            assert shown in (value, value.replace("s", "000ms")), name


async def test_an_exception_undoes_everything_and_is_the_one_that_arrives(house: House, sql: Sql) -> None:
    class Stop(Exception):
        """Something the use case raises."""

    async def fail() -> None:
        async with acting_as(house.adam):
            assert await DB.execute("UPDATE person SET name = 'Changed'") > 1
            raise Stop

    with pytest.raises(Stop):
        await fail()
    assert not await sql("SELECT 1 FROM person WHERE name = 'Changed'")


async def test_execute_counts_rows(house: House) -> None:
    async with acting_as(house.adam):
        changed = await DB.execute("UPDATE person SET name = name WHERE id = $1", house.cody.person_id)
        nothing = await DB.execute("UPDATE person SET name = name WHERE false")
        selected = await DB.execute("SELECT set_config('a.b', 'c', true)")
    assert (changed, nothing, selected) == (1, 0, 1)

"""The access log in the database: added to by everybody in their own name, read by two roles, changed by nobody."""

import json
from uuid import UUID

import asyncpg
import pytest

from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_refusal
from portal.actor import NOBODY, PEOPLE, WORKER, Actor, Kind
from portal.database import DB, acting_as
from portal.ids import new_id
from tests.cast import House
from tests.conftest import Databases, Sql

REFUSED = asyncpg.InsufficientPrivilegeError
CHANGES = ("UPDATE access_event SET outcome = 'error'", "DELETE FROM access_event", "TRUNCATE access_event")
INSERT = (
    "INSERT INTO access_event (id, actor_id, action, outcome, canonical)"
    " VALUES ($1, $2, 'chart:opened', 'success', '{}')"
)


async def _write(actor: Actor) -> UUID:
    async with acting_as(actor):
        return await record(actor, Action.CHART_OPENED, object_type="chart", object_id=new_id())


async def test_no_kind_can_change_what_stands_there(house: House) -> None:
    await _write(house.cody)
    everybody = [*house.people.values(), WORKER, NOBODY]
    assert {actor.kind for actor in everybody} == {*PEOPLE, Kind.WORKER, Kind.NOBODY}
    for actor in everybody:
        for statement in CHANGES:
            with pytest.raises(REFUSED):
                async with acting_as(actor):
                    await DB.execute(statement)


async def test_the_owner_of_the_table_and_the_sealer_are_refused_as_well(
    house: House, databases: Databases, sql: Sql
) -> None:
    await _write(house.cody)
    owner = await asyncpg.connect(databases.owner)
    sealer = await asyncpg.connect(databases.server.url(databases.name, "chartway_seal"))
    await sealer.execute("SET ROLE chartway_sealer")
    try:
        # Forced row-level security hides every row from the owner; with a policy, the triggers refuse.
        await owner.execute("CREATE POLICY all_of_it ON access_event TO chartway_owner USING (true)")
        for statement in CHANGES:
            with pytest.raises(REFUSED):
                await owner.execute(statement)
            with pytest.raises(REFUSED):
                await sealer.execute(statement)
        with pytest.raises(REFUSED):
            await owner.execute("SET session_replication_role = replica")
        assert await sealer.fetchval("SELECT count(*) FROM access_event") == 1
    finally:
        await owner.close()
        await sealer.close()
    assert [row["outcome"] for row in await sql("SELECT outcome FROM access_event")] == ["success"]


async def test_the_triggers_fire_always(sql: Sql) -> None:
    rows = await sql(
        "SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = 'access_event'::regclass AND NOT tgisinternal"
    )
    assert len(rows) == 2
    assert {row["tgenabled"] for row in rows} == {"A"}


async def test_only_compliance_reads_the_log(house: House) -> None:
    await _write(house.cody)
    for actor in [*house.people.values(), WORKER, NOBODY]:
        if actor.kind is Kind.COMPLIANCE:
            async with acting_as(actor):
                assert await DB.value("SELECT count(*) FROM access_event") == 1
            continue
        for statement in ("SELECT count(*) FROM access_event", INSERT + " RETURNING id"):
            arguments = () if statement.startswith("SELECT") else (new_id(), actor.person_id)
            with pytest.raises(REFUSED):
                async with acting_as(actor):
                    await DB.value(statement, *arguments)


async def test_nobody_signs_with_another_name(house: House, sql: Sql) -> None:
    for actor in house.people.values():
        for other in (house.carl.person_id, None):
            with pytest.raises(REFUSED):
                async with acting_as(actor):
                    await DB.execute(INSERT, new_id(), other if other != actor.person_id else house.cora.person_id)
    assert not await sql("SELECT 1 FROM access_event")


@pytest.mark.parametrize("column", ["xid", "recorded_at", "leaf_hash"])
async def test_what_the_database_writes_cannot_be_written(house: House, column: str) -> None:
    value = {"xid": "pg_current_xact_id()", "recorded_at": "now()", "leaf_hash": "sha256('x')"}[column]
    statement = (
        f"INSERT INTO access_event (id, actor_id, action, outcome, canonical, {column})"
        f" VALUES ($1, $2, 'chart:opened', 'success', '{{}}', {value})"
    )
    for actor in (house.cody, house.connie, NOBODY):
        with pytest.raises((REFUSED, asyncpg.GeneratedAlwaysError)):
            async with acting_as(actor):
                await DB.execute(statement, new_id(), actor.person_id)


async def test_a_row_is_its_record(house: House, sql: Sql) -> None:
    event_id = await _write(house.cody)

    [row] = await sql("SELECT *, sha256('\\x00'::bytea || canonical) AS again FROM access_event")

    said = json.loads(row["canonical"])
    assert UUID(bytes=row["id"].bytes) == event_id == UUID(said["id"])
    assert row["leaf_hash"] == row["again"]
    assert said["actor"] == {"id": str(house.cody.person_id), "kind": "coder", "aal": 1}
    assert said["session"] == str(house.cody.session_id)
    assert said["origin"] == {"ip": "127.0.0.1", "agent": house.cody.origin.agent_hash}
    assert said["request"] == str(house.cody.origin.request_id) == str(row["request_id"])


async def test_a_change_and_its_event_stand_or_fall_together(house: House, sql: Sql) -> None:
    class Stop(Exception):
        """Something that fails after both were written."""

    async def change(*, then_fail: bool) -> None:
        async with acting_as(house.adam):
            await DB.execute("UPDATE person SET name = 'Changed' WHERE id = $1", house.cody.person_id)
            await record(house.adam, Action.PERSON_CREATED, object_type="person", object_id=house.cody.person_id)
            if then_fail:
                raise Stop

    with pytest.raises(Stop):
        await change(then_fail=True)
    assert not await sql("SELECT 1 FROM access_event")
    assert not await sql("SELECT 1 FROM person WHERE name = 'Changed'")

    await sql("REVOKE INSERT ON access_event FROM chartway_administrator")
    with pytest.raises(REFUSED):
        await change(then_fail=False)
    assert not await sql("SELECT 1 FROM person WHERE name = 'Changed'")


async def test_a_refusal_is_written_after_what_was_refused_is_undone(house: House, sql: Sql) -> None:
    async def fail() -> None:
        async with acting_as(house.adam):
            await record(house.adam, Action.PERSON_CREATED, object_type="person")
            await DB.execute("UPDATE person SET name = '' WHERE id = $1", house.cody.person_id)

    with pytest.raises(asyncpg.CheckViolationError):
        await fail()
    await record_refusal(house.adam, object_type="person", object_id=house.cody.person_id, reason="NotPermitted")

    [row] = await sql("SELECT action, outcome, canonical FROM access_event")
    assert (row["action"], row["outcome"]) == ("request:refused", "denied")
    assert json.loads(row["canonical"])["reason"] == "NotPermitted"


async def test_a_record_without_one_form_is_not_written(house: House, sql: Sql) -> None:
    with pytest.raises(ValueError, match="no canonical form"):
        async with acting_as(house.cody):
            await record(house.cody, Action.CHART_OPENED, object_type="chart", details={"share": 0.5})
    assert not await sql("SELECT 1 FROM access_event")

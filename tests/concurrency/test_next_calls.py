"""Calls for the next chart at the same instant are answered in one transaction, and each as if it were alone."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import pytest

from assignments.pulling import Outcome, Pulled, pull_next_chart
from portal.actor import WORKER, Actor, Kind
from portal.database import acting_as
from portal.ids import new_id
from tests.cast import NOW, House, make_person
from tests.conftest import Databases, Sql
from tests.factories import make_chart, pull_chart


async def _coders(databases: Databases, house: House, count: int) -> list[Actor]:
    connection = await asyncpg.connect(databases.superuser)
    try:
        return [
            await make_person(
                connection, f"coder{number}", Kind.CODER, specialties=("radiology",), granted=(house.north,)
            )
            for number in range(count)
        ]
    finally:
        await connection.close()


async def _all_at_once(*coders: Actor) -> list[Any]:
    return await asyncio.gather(*(pull_chart(coder) for coder in coders), return_exceptions=True)


async def test_one_transaction_gives_each_a_chart_and_names_each_in_the_access_log(
    house: House, sql: Sql, database: Databases
) -> None:
    coders = await _coders(database, house, 6)
    for _ in coders:
        await make_chart(sql, house, text=None)

    pulls = await _all_at_once(*coders)

    assert {pull.outcome for pull in pulls} == {Outcome.PULLED}
    assert len({pull.chart_id for pull in pulls}) == 6
    logged = await sql("SELECT xid, actor_id, object_id FROM access_event WHERE action = 'assignment:pulled'")
    assert len({row["xid"] for row in logged}) == 1
    assert {(row["actor_id"], row["object_id"]) for row in logged} == {
        (coder.person_id, pull.chart_id) for coder, pull in zip(coders, pulls, strict=True)
    }
    moved = await sql("SELECT actor_id, chart_id FROM chart_event WHERE kind = 'assigned'")
    assert {tuple(row) for row in moved} == {(row["actor_id"], row["object_id"]) for row in logged}


async def test_one_request_sent_twice_at_once_is_one_chart_and_one_event(house: House, sql: Sql) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)
    request_id = new_id()

    pulls = await asyncio.gather(*(pull_next_chart(house.cody, request_id=request_id, now=NOW) for _ in range(3)))

    assert Counter(pull.outcome for pull in pulls) == {Outcome.PULLED: 1, Outcome.AGAIN: 2}
    assert len({pull.chart_id for pull in pulls}) == 1
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'assignment:pulled'")) == 1


async def test_somebody_who_was_disabled_gets_nothing_and_the_others_theirs(house: House, sql: Sql) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)
    await sql("UPDATE person SET disabled_at = now() WHERE id = $1", house.cora.person_id)

    cody, cora = await _all_at_once(house.cody, house.cora)

    assert (cody.outcome, cora.outcome, cora.chart_id) == (Outcome.PULLED, Outcome.NOT_ALLOWED, None)


async def test_one_persons_failure_is_theirs_alone(house: House, sql: Sql) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)
    await _refuse(sql, "AFTER INSERT ON assignment", house.cora)

    cody, cora = await _all_at_once(house.cody, house.cora)

    assert cody.outcome is Outcome.PULLED
    assert isinstance(cora, asyncpg.RaiseError)
    assert [row["person_id"] for row in await sql("SELECT person_id FROM assignment")] == [house.cody.person_id]


async def test_nobody_is_told_of_a_chart_before_it_is_theirs_for_good(house: House, sql: Sql) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)
    await _refuse(sql, "AFTER INSERT ON assignment DEFERRABLE INITIALLY DEFERRED", house.cora)  # raises at COMMIT

    pulls = await _all_at_once(house.cody, house.cora)

    assert [type(pull) for pull in pulls] == [asyncpg.RaiseError, asyncpg.RaiseError]
    assert await sql("SELECT 1 FROM assignment") == []
    assert await sql("SELECT 1 FROM access_event WHERE action = 'assignment:pulled'") == []
    [cody] = await _all_at_once(house.cody)  # the next transaction is another one
    assert cody.outcome is Outcome.PULLED


async def test_whoever_must_wait_keeps_nobody_waiting(house: House, sql: Sql, database: Databases) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)
    await sql("INSERT INTO workload (person_id) VALUES ($1)", house.cora.person_id)
    other = await asyncpg.connect(database.superuser)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM workload WHERE person_id = $1 FOR UPDATE", house.cora.person_id)
            cora = asyncio.create_task(pull_chart(house.cora))
            cody: Pulled = await pull_chart(house.cody)  # in the same transaction as hers, until hers steps out of it
            assert cody.outcome is Outcome.PULLED
            assert not cora.done()
        assert (await cora).outcome is Outcome.PULLED
    finally:
        await other.close()


async def test_a_pull_inside_another_transaction_is_refused(house: House) -> None:
    async with acting_as(WORKER):
        with pytest.raises(RuntimeError, match="one use case is one transaction"):
            await pull_chart(house.cody)


async def _refuse(sql: Sql, when: str, whose: Actor) -> None:
    await sql(
        "CREATE FUNCTION refuse_hers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.person_id = '{whose.person_id}' THEN RAISE EXCEPTION 'not hers'; END IF; RETURN NULL; END $$"
    )
    await sql(f"CREATE CONSTRAINT TRIGGER refuse_hers {when} FOR EACH ROW EXECUTE FUNCTION refuse_hers()")

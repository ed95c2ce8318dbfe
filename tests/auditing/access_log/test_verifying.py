"""Recomputing the log finds what somebody changed behind the product's back."""

from datetime import UTC, datetime

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.access_log.verifying import Verdict, verify_events
from portal.actor import Actor
from portal.database import acting_as
from portal.ids import new_id
from tests.cast import House
from tests.conftest import Sql


async def _verify(actor: Actor, since: datetime | None = None) -> list[Verdict]:
    return [verdict async for verdict in verify_events(actor, since=since)]


async def test_an_untouched_log_holds_and_each_tampering_is_named(house: House, sql: Sql) -> None:
    ids = []
    async with acting_as(house.cody):
        for _ in range(6):
            ids.append(await record(house.cody, Action.CHART_OPENED, object_type="chart", object_id=new_id()))

    untouched = await _verify(house.connie)
    assert [verdict.event_id for verdict in untouched] == ids
    assert all(verdict.holds for verdict in untouched)

    await sql("ALTER TABLE access_event DISABLE TRIGGER ALL")
    await sql("UPDATE access_event SET actor_id = $2 WHERE id = $1", ids[0], house.cora.person_id)
    await sql("UPDATE access_event SET recorded_at = recorded_at - interval '1 day' WHERE id = $1", ids[1])
    await sql(
        "UPDATE access_event SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), 'chart:opened',"
        " 'chart:listed'), 'UTF8') WHERE id = $1",
        ids[2],
    )
    await sql("UPDATE access_event SET canonical = canonical || ' '::bytea WHERE id = $1", ids[3])
    await sql("ALTER TABLE access_event ALTER COLUMN leaf_hash DROP EXPRESSION")
    await sql("UPDATE access_event SET leaf_hash = sha256('another') WHERE id = $1", ids[4])

    found = {verdict.event_id: verdict.problems for verdict in await _verify(house.connie)}
    assert found == {
        ids[0]: ("actor_id",),
        ids[1]: ("recorded_at",),
        ids[2]: ("action",),
        ids[3]: ("canonical",),
        ids[4]: ("leaf_hash",),
        ids[5]: (),
    }


async def test_a_long_log_is_read_in_batches_and_a_period_is_kept(house: House) -> None:
    from auditing.access_log import verifying

    async with acting_as(house.cody):
        for _ in range(7):
            await record(house.cody, Action.CHART_OPENED, object_type="chart")
    kept, verifying._BATCH = verifying._BATCH, 3
    try:
        assert len(await _verify(house.connie)) == 7
        assert await _verify(house.connie, since=datetime(2200, 1, 1, tzinfo=UTC)) == []
    finally:
        verifying._BATCH = kept

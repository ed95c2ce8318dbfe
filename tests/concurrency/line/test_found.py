"""What the storm found in the line, each in its smallest form."""

import asyncio
from datetime import timedelta

import asyncpg

from assignments.hastening import change_haste
from assignments.lining_up import line_up
from assignments.pulling import keep_assignment, pull, release_chart
from assignments.reopening import have_coded_again
from assignments.rules import Stage
from assignments.worklists.jobs import keep_the_line
from portal.actor import WORKER
from portal.database import acting_as
from portal.errors import Conflict
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Databases, Sql
from tests.factories import make_chart, pull_chart


async def _until_somebody_waits(sql: Sql) -> None:
    for _ in range(2000):
        if await sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_a_country_rule_waits_for_a_place_before_it_takes_the_chart(
    databases: Databases, house: House, sql: Sql
) -> None:
    """As a pull does: place, then chart. The other way round the two waited for each other."""
    chart = await make_chart(sql, house, text=None)
    pulling, ruling = await asyncpg.connect(databases.superuser), await asyncpg.connect(databases.superuser)
    try:
        async with pulling.transaction():
            await pulling.execute("SELECT FROM queue_entry WHERE id = $1 FOR UPDATE", chart.entry_id)
            rule = asyncio.create_task(
                ruling.execute(
                    "INSERT INTO country_rule (id, client_id, countries, made_at, made_by)"
                    " VALUES ($1, $2, '{US}', $3, $4)",
                    new_id(), house.north.id, NOW, house.mona.person_id,
                )
            )  # fmt: skip
            await _until_somebody_waits(sql)
            await pulling.execute("UPDATE chart SET state = 'assigned' WHERE id = $1", chart.id)
        await rule
    finally:
        await pulling.close()
        await ruling.close()
    [row] = await sql("SELECT c.state, l.countries FROM chart c JOIN queue_entry e ON e.chart_id = c.id"
                      " JOIN lane l ON l.id = e.lane_id")  # fmt: skip
    assert (row["state"], row["countries"]) == ("assigned", ["US"])


async def test_a_country_rule_and_a_manager_who_moves_work_are_no_ring(
    databases: Databases, house: House, sql: Sql
) -> None:
    """The manager has taken the later place back and wants the earlier one, which the rule would have by now."""
    charts = [await make_chart(sql, house, text=None) for _ in range(2)]
    first, last = sorted(charts, key=lambda chart: chart.entry_id)
    await sql("UPDATE queue_entry SET rank = rank - interval '1 day' WHERE id = $1", last.entry_id)
    assert (await pull_chart(house.cody)).chart_id == last.id
    moving, ruling = await asyncpg.connect(databases.superuser), await asyncpg.connect(databases.superuser)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await sql(deadlocks)
    try:
        async with moving.transaction():
            assert await moving.fetch("SELECT * FROM take_back($1, 'revoked', 'moved')", [last.entry_id])
            rule = asyncio.create_task(
                ruling.execute(
                    "INSERT INTO country_rule (id, client_id, countries, made_at, made_by)"
                    " VALUES ($1, $2, '{US}', $3, $4)",
                    new_id(), house.north.id, NOW, house.mona.person_id,
                )
            )  # fmt: skip
            await _until_somebody_waits(sql)
            await moving.execute("SELECT FROM queue_entry WHERE id = $1 FOR UPDATE", first.entry_id)
        await rule
    finally:
        await moving.close()
        await ruling.close()
    assert await sql(deadlocks) == before
    lanes = await sql("SELECT DISTINCT l.countries FROM lane l JOIN queue_entry e ON e.lane_id = l.id")
    assert [row["countries"] for row in lanes] == [["US"]]


async def test_nobody_waits_for_what_somebody_may_take_to_be_kept(databases: Databases, house: House, sql: Sql) -> None:
    """A manager who worked it out, and then needs the workload of a pull that works it out as well."""
    await make_chart(sql, house, text=None)
    await sql("UPDATE eligibility SET version = version + 1")
    manager = await asyncpg.connect(databases.superuser)
    try:
        async with manager.transaction():
            await manager.execute("SELECT work_out_serves($1, 'coding')", house.cody.person_id)
            async with asyncio.timeout(20):
                assert (await pull_chart(house.cody)).chart_id is not None
    finally:
        await manager.close()


async def test_haste_and_a_coder_who_gives_back_take_their_locks_in_one_order(
    databases: Databases, house: House, sql: Sql
) -> None:
    chart = await make_chart(sql, house, text=None)
    pulled = await pull_chart(house.cody)
    hasty = await asyncpg.connect(databases.superuser)
    try:
        async with hasty.transaction():
            await hasty.execute("SELECT FROM queue_entry WHERE id = $1 FOR UPDATE", chart.entry_id)
            back = asyncio.create_task(
                release_chart(house.cody, chart_id=chart.id, fence=pulled.fence, reason="stopping", now=NOW)
            )
            await _until_somebody_waits(sql)
            await hasty.execute("SELECT FROM chart WHERE id = $1 FOR UPDATE", chart.id)
        await back
    finally:
        await hasty.close()
    await change_haste(house.mona, chart_id=chart.id, is_stat=True, now=NOW)
    [row] = await sql("SELECT state FROM queue_entry")
    assert row["state"] == "waiting"


async def test_a_chart_comes_back_and_an_audit_of_it_is_pulled_in_one_order(
    databases: Databases, house: House, sql: Sql
) -> None:
    """The pull has the place and wants the chart, which whoever brings it back would have by now."""
    chart = await make_chart(sql, house, state="coded", text=None, coder=house.cody)
    async with acting_as(WORKER):
        await line_up(WORKER, chart_id=chart.id, stage=Stage.AUDIT, now=NOW)
    pulling = await asyncpg.connect(databases.superuser)
    try:
        async with pulling.transaction():
            await pulling.execute(
                "SELECT FROM queue_entry WHERE chart_id = $1 AND stage = 'audit' FOR UPDATE", chart.id
            )
            back = asyncio.create_task(have_coded_again(house.mona, chart_id=chart.id, why="error", now=NOW))
            await _until_somebody_waits(sql)
            await pulling.execute("SELECT FROM chart WHERE id = $1 FOR UPDATE NOWAIT", chart.id)
        await back
    finally:
        await pulling.close()
    places = await sql("SELECT stage, state FROM queue_entry WHERE state <> 'done' ORDER BY stage")
    assert [tuple(row) for row in places] == [("audit", "withdrawn"), ("coding", "waiting")]


async def test_what_is_kept_for_somebody_who_may_not_take_it_comes_to_everybody(house: House, sql: Sql) -> None:
    """For ever, by what the manager said: but they were switched off."""
    chart = await make_chart(sql, house, text=None)
    await sql("UPDATE queue_entry SET preferred_person = $1", house.cora.person_id)
    assert (await pull_chart(house.cody)).chart_id is None
    await sql("UPDATE person SET disabled_at = now() WHERE id = $1", house.cora.person_id)
    await keep_the_line()
    assert (await pull_chart(house.cody)).chart_id == chart.id


async def _two_seats(sql: Sql, house: House) -> None:
    chart = await make_chart(sql, house, state="coded", text=None, coder=house.cody)
    async with acting_as(WORKER):
        await line_up(WORKER, chart_id=chart.id, stage=Stage.AUDIT, now=NOW, seats=2)
    await sql("UPDATE queue_entry SET rank = rank + make_interval(secs => seat)")
    for auditor in (house.audrey, house.abel):
        await sql("INSERT INTO workload (person_id, cap) VALUES ($1, 3)", auditor.person_id)


async def test_a_seat_that_was_given_back_frees_the_other(house: House, sql: Sql) -> None:
    """A pull bars whoever has one seat from the other; when they have none any more, it may be theirs."""
    await _two_seats(sql, house)
    first = await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    assert (await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)).chart_id is None
    await sql("UPDATE assignment SET lease_until = now() - interval '1 hour'")
    await sql("SELECT take_back_expired(1)")
    other = await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    assert other.entry_id == first.entry_id
    assert (await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)).chart_id is None
    await keep_the_line()
    assert (await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)).chart_id is not None


async def test_a_page_of_one_seat_never_writes_into_the_other(house: House, sql: Sql) -> None:
    await _two_seats(sql, house)
    first = await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    assert first.chart_id is not None
    await sql("UPDATE assignment SET lease_until = now() - interval '1 hour'")
    await sql("SELECT take_back_expired(1)")
    await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    second = await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    assert second.entry_id not in (None, first.entry_id)
    for write in (
        keep_assignment(house.audrey, chart_id=first.chart_id, stage=Stage.AUDIT, fence=first.fence),
        release_chart(house.audrey, chart_id=first.chart_id, stage=Stage.AUDIT, fence=first.fence, reason="stopping",
                      now=NOW),
    ):  # fmt: skip
        try:
            await write
        except Conflict:
            continue
        raise AssertionError("a page of one seat wrote into the other")
    left = await keep_assignment(house.audrey, chart_id=first.chart_id, stage=Stage.AUDIT, fence=second.fence)
    assert left > timedelta(0)

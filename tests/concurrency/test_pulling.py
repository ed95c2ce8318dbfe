"""Many coders at the same instant, each on a connection of their own."""

import asyncio
from collections import Counter

from assignments.pulling import Outcome, pull_next_chart, release_chart
from assignments.rules import ChartState
from portal.actor import Actor, Kind
from portal.ids import new_id
from tests.cast import NOW, House, make_person
from tests.conftest import Databases, Sql
from tests.factories import make_chart, pull_chart


async def _eight_coders(databases: Databases, house: House) -> list[Actor]:
    import asyncpg

    connection = await asyncpg.connect(databases.superuser)
    try:
        return [
            await make_person(
                connection, f"coder{number}", Kind.CODER, specialties=("radiology",), granted=(house.north,)
            )
            for number in range(8)
        ]
    finally:
        await connection.close()


async def test_eight_coders_pulling_at_once_never_share_a_chart(database: Databases, house: House, sql: Sql) -> None:
    coders = await _eight_coders(database, house)
    charts = [await make_chart(sql, house, text=None) for _ in range(5)]

    pulls = await asyncio.gather(*(pull_chart(coder) for coder in coders))

    given = [pull.chart_id for pull in pulls if pull.chart_id]
    assert sorted(given) == sorted(chart.id for chart in charts)
    assert Counter(pull.outcome for pull in pulls) == {Outcome.PULLED: 5, Outcome.EMPTY: 3}
    assert len(await sql("SELECT 1 FROM assignment")) == 5
    assert {row["state"] for row in await sql("SELECT state FROM chart")} == {ChartState.ASSIGNED}


async def test_a_stampede_of_pulling_and_giving_back_keeps_every_promise(
    database: Databases, house: House, sql: Sql
) -> None:
    coders = await _eight_coders(database, house)
    for _ in range(3):
        await make_chart(sql, house, text=None)

    async def work(coder: Actor) -> None:
        for _ in range(6):
            pulled = await pull_chart(coder)
            if pulled.chart_id:
                await asyncio.sleep(0)
                await release_chart(coder, chart_id=pulled.chart_id, fence=pulled.fence, reason="stopping", now=NOW)

    await asyncio.gather(*(work(coder) for coder in coders))

    assert await sql("SELECT 1 FROM assignment") == []
    assert {row["state"] for row in await sql("SELECT state FROM queue_entry")} == {"waiting"}
    assert {row["state"] for row in await sql("SELECT state FROM chart")} == {"ready"}
    assert {row["open_count"] for row in await sql("SELECT open_count FROM workload")} == {0}
    # Fences of an entry are 1, 2, 3 … without a gap, and no two leases of it overlap.
    gaps = await sql(
        "SELECT 1 FROM queue_entry e WHERE e.fence <> (SELECT count(*) FROM assignment_history h"
        " WHERE h.queue_entry_id = e.id)"
    )
    overlaps = await sql(
        "SELECT 1 FROM assignment_history a JOIN assignment_history b ON b.queue_entry_id = a.queue_entry_id"
        " AND b.fence > a.fence WHERE b.pulled_at < a.ended_at"
    )
    assert gaps == overlaps == []


async def test_a_double_click_is_one_chart(database: Databases, house: House, sql: Sql) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)
    request_id = new_id()

    first, second = await asyncio.gather(
        *(pull_next_chart(house.cody, request_id=request_id, now=NOW) for _ in range(2))
    )

    assert first.chart_id == second.chart_id
    assert {first.outcome, second.outcome} == {Outcome.PULLED, Outcome.AGAIN}
    assert len(await sql("SELECT 1 FROM assignment")) == 1


async def test_two_tabs_pulling_at_once_stay_within_the_cap(database: Databases, house: House, sql: Sql) -> None:
    for _ in range(3):
        await make_chart(sql, house, text=None)

    pulls = await asyncio.gather(*(pull_chart(house.cody) for _ in range(4)))

    assert Counter(pull.outcome for pull in pulls) == {Outcome.PULLED: 1, Outcome.HELD: 3}
    assert len({pull.chart_id for pull in pulls}) == 1

"""Managers move work at the same instant as each other, as a pull and as a submit: nothing is lost, nobody hangs."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from assignments.coding.submitting import Submitted, submit_coding
from assignments.handing_over.moving import keep_for, unlock
from assignments.handing_over.selecting import Shares
from assignments.pulling import Outcome
from assignments.rules import Stage
from portal.actor import Actor
from portal.errors import Conflict
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import MadeChart, make_chart, pull_chart, type_lines

pytestmark = pytest.mark.timeout(60)


async def _keep(house: House, charts: list[MadeChart], person: Actor) -> Shares | Conflict:
    try:
        return await keep_for(
            house.mona, entry_ids=[one.entry_id for one in charts if one.entry_id],
            weights={person.person_id or UUID(int=0): 1}, term=timedelta(hours=4), reason="balance", now=NOW,
            take_back=True,
        )  # fmt: skip
    except Conflict as refusal:
        return refusal


async def _ensure_nothing_is_lost(sql: Sql) -> None:
    states = await sql(
        "SELECT e.state, (a.queue_entry_id IS NOT NULL) AS held, c.state AS chart FROM queue_entry e"
        " JOIN chart c ON c.id = e.chart_id LEFT JOIN assignment a ON a.queue_entry_id = e.id"
    )
    assert {tuple(row) for row in states} <= {
        ("waiting", False, "ready"), ("held", True, "assigned"), ("done", False, "coded"),
    }  # fmt: skip
    wrong = await sql(
        "SELECT 1 FROM workload w WHERE open_count <> (SELECT count(*) FROM assignment a"
        " WHERE a.person_id = w.person_id)"
    )
    gaps = await sql(
        "SELECT 1 FROM queue_entry e WHERE e.fence <> (SELECT count(*) FROM assignment_history h"
        " WHERE h.queue_entry_id = e.id) + (SELECT count(*) FROM assignment a WHERE a.queue_entry_id = e.id)"
    )
    assert wrong == gaps == []


async def test_of_two_managers_who_move_the_same_charts_at_once_the_later_wins(house: House, sql: Sql) -> None:
    charts = [await make_chart(sql, house, text=None) for _ in range(4)]
    await pull_chart(house.cody)
    await pull_chart(house.cora)

    for _ in range(5):
        first, second = await asyncio.gather(_keep(house, charts, house.cody), _keep(house, charts[::-1], house.cora))
        assert isinstance(first, Shares)
        assert isinstance(second, Shares)

    rows = await sql("SELECT DISTINCT preferred_person FROM queue_entry")
    assert len(rows) == 1
    last = await sql("SELECT DISTINCT ON (queue_entry_id) person_id FROM routing WHERE kind = 'kept'"
                     " ORDER BY queue_entry_id, id DESC")  # fmt: skip
    assert {row["person_id"] for row in last} == {rows[0]["preferred_person"]}
    await _ensure_nothing_is_lost(sql)


async def test_a_submit_and_a_take_back_at_the_same_instant_never_both_succeed(house: House, sql: Sql) -> None:
    for _ in range(6):
        chart = await make_chart(sql, house, text=None)
        held = await pull_chart(house.cody)
        await type_lines(house.cody, chart.id, held.fence, Stage.CODING, ["J18.9", "71046 A"])

        submitted, moved = await asyncio.gather(
            submit_coding(house.cody, chart_id=chart.id, fence=held.fence, request_id=new_id(), now=NOW),
            _keep(house, [chart], house.cora),
            return_exceptions=True,
        )

        if isinstance(submitted, Submitted):
            assert isinstance(moved, Conflict)
        else:
            assert isinstance(submitted, Conflict)
            assert "Your lines are kept" in submitted.message
            assert await sql("SELECT 1 FROM coding_draft WHERE chart_id = $1", chart.id), "the draft is kept"
            assert (await pull_chart(house.cora)).chart_id == chart.id
            await sql("UPDATE workload SET cap = 3")
        await _ensure_nothing_is_lost(sql)


async def test_managers_and_pulling_coders_at_once_lose_nothing(house: House, sql: Sql) -> None:
    charts = [await make_chart(sql, house, text=None) for _ in range(6)]
    await sql("INSERT INTO workload (person_id, cap) SELECT id, 3 FROM person WHERE kind = 'coder'")

    async def push() -> None:
        for turn in range(6):
            await _keep(house, charts, (house.cody, house.cora)[turn % 2])

    async def free() -> None:
        for _ in range(6):
            try:
                await unlock(house.mona, entry_ids=[one.entry_id for one in charts if one.entry_id], reason="balance",
                             now=NOW)  # fmt: skip
            except Conflict:
                await asyncio.sleep(0)

    async def pull(coder: Actor) -> list[Outcome]:
        return [(await pull_chart(coder)).outcome for _ in range(8)]

    _, _, _, *outcomes = await asyncio.gather(push(), push(), free(), pull(house.cody), pull(house.cora))

    assert {outcome for one in outcomes for outcome in one} <= {
        Outcome.PULLED, Outcome.HELD, Outcome.KEPT, Outcome.EMPTY, Outcome.ELSEWHERE,
    }  # fmt: skip
    await _ensure_nothing_is_lost(sql)
    unlocked = await unlock(house.mona, entry_ids=[one.entry_id for one in charts if one.entry_id], reason="absent",
                            now=NOW) if await sql("SELECT 1 FROM assignment") else []  # fmt: skip
    assert len(unlocked) <= 6
    assert await sql("SELECT 1 FROM assignment") == []

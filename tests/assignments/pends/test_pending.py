"""A chart that waits for an answer: set aside, answered, back with its coder; and what cannot be coded."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from assignments.coding.submitting import submit_coding
from assignments.pends.answering import answer_in_words, withdraw_pend
from assignments.pends.closing import close_not_codable
from assignments.pends.opening import Asked, pend_chart
from assignments.pends.reminding import take_steps
from assignments.pends.rules import LastResort, Owner, WaitRule
from assignments.pends.waiting import set_rule
from assignments.pulling import Outcome
from assignments.reopening import have_coded_again
from assignments.rules import Stage
from assignments.turnaround.measuring import find_turnaround
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.ids import new_id
from tests.assignments.pends.asking import ASKED_AT, LEFT, MISSING, NO_NOTE, UNCLEAR_DAY, UNSIGNED, make_pend
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart, type_lines

DAY = timedelta(days=1)
Work = Callable[[], Awaitable[None]]


async def test_a_pended_chart_is_in_nobodys_hands_and_comes_back_to_its_coder_first(
    house: House, sql: Sql, work: Work
) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    pulled = await pull_chart(house.cora)
    await type_lines(house.cora, chart.id, pulled.fence, Stage.CODING, ["J18.9"])
    asked = [Asked(MISSING, "Where is page 2?"), Asked(UNSIGNED, provider="Dr. A. Provider")]
    pend_id = await pend_chart(
        house.cora, chart_id=chart.id, fence=pulled.fence, owner=Owner.CLIENT, asked=asked, now=ASKED_AT
    )
    again = await pend_chart(
        house.cora, chart_id=chart.id, fence=pulled.fence, owner=Owner.CLIENT, asked=asked, now=ASKED_AT
    )

    assert again == pend_id
    [row] = await sql("SELECT state FROM chart")
    assert row["state"] == "pended"
    assert [r["outcome"] for r in await sql("SELECT outcome FROM assignment_history")] == ["pended"]
    assert not await sql("SELECT 1 FROM assignment")
    assert (await pull_chart(house.cora)).outcome is Outcome.EMPTY
    with pytest.raises(Conflict):
        await submit_coding(house.cora, chart_id=chart.id, fence=pulled.fence, request_id=new_id(), now=NOW)
    assert not [r for r in await sql("SELECT * FROM pend_item") if b"page 2" in (r["note_sealed"] or b"")]

    await answer_in_words(house.clara, pend_id=pend_id, text="It is on its way.", now=ASKED_AT + timedelta(hours=3))
    with pytest.raises(Conflict):
        await answer_in_words(house.carl, pend_id=pend_id, text="No, it is not.", now=NOW + DAY)
    await work()

    assert (await pull_chart(house.cody)).outcome is Outcome.KEPT
    back = await pull_chart(house.cora)
    assert back.chart_id == chart.id
    [draft] = await sql("SELECT lines FROM coding_draft")
    assert "J18.9" in draft["lines"]
    async with acting_as(house.mona):
        [cycle] = await find_turnaround(chart.id, now=NOW + DAY)
    assert cycle.turnaround.pended.elapsed == timedelta(hours=3)
    [pend] = await sql("SELECT outcome, ended_at, answered_by FROM pend")
    assert (pend["outcome"], pend["answered_by"]) == ("answered", house.clara.person_id)
    kinds = [r["kind"] for r in await sql("SELECT kind FROM chart_event WHERE chart_id = $1 ORDER BY recorded_at",
                                           chart.id)]  # fmt: skip
    assert kinds == ["assigned", "pended", "answered", "assigned"]
    actions = {
        r["action"] for r in await sql("SELECT action FROM access_event WHERE patient_id = $1", chart.patient_id)
    }
    assert {"pend:opened", "pend:answered", "chart:moved"} <= actions


async def test_reasons_ask_for_what_they_need_and_a_retired_one_is_not_offered(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    fence = (await pull_chart(house.cora)).fence
    await sql("UPDATE pend_reason SET retired_at = now() WHERE name = 'Result outstanding'")
    [retired] = await sql("SELECT id FROM pend_reason WHERE retired_at IS NOT NULL")
    wrong = [(), (Asked(UNSIGNED),), (Asked(UNCLEAR_DAY),), (Asked(retired["id"]),), (Asked(NO_NOTE),),
             (Asked(MISSING), Asked(MISSING)), (Asked(MISSING, "x" * 2001),)]  # fmt: skip
    for asked in wrong:
        with pytest.raises(Invalid):
            await pend_chart(house.cora, chart_id=chart.id, fence=fence, owner=Owner.CLIENT, asked=asked, now=NOW)
    assert (await sql("SELECT state FROM chart"))[0]["state"] == "assigned"
    with pytest.raises(Conflict):
        await pend_chart(
            house.cody, chart_id=chart.id, fence=fence, owner=Owner.CLIENT, asked=[Asked(MISSING)], now=NOW
        )


async def test_only_those_who_are_asked_answer(house: House, sql: Sql) -> None:
    pended = await make_pend(sql, house)
    for person in (house.stranger, house.cody, house.cora, house.abel, house.mona, house.connie):
        with pytest.raises(PortalError) as refused:
            await answer_in_words(person, pend_id=pended.pend_id, text="Yes.", now=NOW)
        assert isinstance(refused.value, NotFound), person.name
    with pytest.raises(NotFound):
        await withdraw_pend(house.cody, pend_id=pended.pend_id, now=NOW)
    await withdraw_pend(house.cora, pend_id=pended.pend_id, now=NOW)
    query = await make_pend(sql, house, owner=Owner.PROVIDER)
    with pytest.raises(Conflict):
        await answer_in_words(house.clara, pend_id=query.pend_id, text="For the doctor.", now=NOW)
    await withdraw_pend(house.mona, pend_id=query.pend_id, now=NOW)
    lead = await make_pend(sql, house, coder=house.cody, owner=Owner.LEAD)
    with pytest.raises(NotFound):
        await answer_in_words(house.clara, pend_id=lead.pend_id, text="Yes.", now=NOW)
    await answer_in_words(house.mona, pend_id=lead.pend_id, text="Yes.", now=NOW)


async def test_time_reminds_and_then_closes_by_the_clients_calendar(house: House, sql: Sql, work: Work) -> None:
    pended = await make_pend(sql, house)  # asked on a Monday
    assert await take_steps(now=ASKED_AT + 3 * DAY - timedelta(minutes=1)) == 0
    assert await take_steps(now=ASKED_AT + 3 * DAY) == 1
    assert await take_steps(now=ASKED_AT + 3 * DAY) == 0
    assert await take_steps(now=ASKED_AT + 8 * DAY) == 1
    assert await take_steps(now=ASKED_AT + 14 * DAY) == 1
    assert await take_steps(now=ASKED_AT + 30 * DAY) == 0

    assert (await sql("SELECT state FROM chart"))[0]["state"] == "not_codable"
    [closed] = await sql("SELECT reason, pend_id FROM not_codable")
    assert (closed["reason"], closed["pend_id"]) == ("No answer in time", pended.pend_id)
    kinds = [r["kind"] for r in await sql("SELECT kind FROM chart_event ORDER BY recorded_at")][2:]
    assert kinds == ["pend reminder", "pend reminder", "pend last resort", "not codable"]
    with pytest.raises(Conflict):
        await answer_in_words(house.clara, pend_id=pended.pend_id, text="Here.", now=NOW + 20 * DAY)

    await have_coded_again(house.mona, chart_id=pended.chart.id, why="error", now=NOW + 20 * DAY)
    with pytest.raises(Conflict):
        await have_coded_again(house.mona, chart_id=pended.chart.id, why="error", now=NOW + 20 * DAY)
    await work()
    assert (await pull_chart(house.cora)).chart_id == pended.chart.id


async def test_the_last_resort_may_be_to_code_what_is_there(house: House, sql: Sql) -> None:
    rule = WaitRule(remind_days=(), last_day=2, last_resort=LastResort.AS_IS)
    await set_rule(house.mona, client_id=house.north.id, rule=rule, now=NOW)
    with pytest.raises(Invalid):
        await set_rule(house.mona, client_id=house.north.id, rule=WaitRule((3, 9), 7), now=NOW)
    pended = await make_pend(sql, house)
    await sql("INSERT INTO client_holiday VALUES ($1, $2, 'Closed')", house.north.id, (ASKED_AT + 2 * DAY).date())
    assert await take_steps(now=ASKED_AT + 2 * DAY) == 1  # what was asked keeps the days of when it was asked
    assert (await pull_chart(house.cora)).chart_id == pended.chart.id
    assert (await sql("SELECT outcome FROM pend"))[0]["outcome"] == "as is"


async def test_an_answer_and_the_last_resort_at_once(house: House, sql: Sql, work: Work) -> None:
    for _ in range(4):
        pended = await make_pend(sql, house)
        end = ASKED_AT + 20 * DAY
        answered, _taken = await asyncio.gather(
            answer_in_words(house.clara, pend_id=pended.pend_id, text="Here.", now=end), take_steps(now=end),
            return_exceptions=True,
        )  # fmt: skip
        await work()
        [row] = await sql("SELECT c.state, p.outcome FROM chart c JOIN pend p ON p.chart_id = c.id WHERE c.id = $1",
                          pended.chart.id)  # fmt: skip
        expected = ("not_codable", "not codable") if isinstance(answered, Conflict) else ("ready", "answered")
        assert (row["state"], row["outcome"]) == expected
        await sql("UPDATE queue_entry SET state = 'withdrawn' WHERE state = 'waiting'")


async def test_not_codable_from_the_desk(house: House, sql: Sql, work: Work) -> None:
    chart = await make_chart(sql, house)
    fence = (await pull_chart(house.cora)).fence
    with pytest.raises(Invalid):
        await close_not_codable(house.cora, chart_id=chart.id, fence=fence, reason_id=MISSING, now=NOW)
    with pytest.raises(Conflict):
        await close_not_codable(house.cody, chart_id=chart.id, fence=fence, reason_id=LEFT, now=NOW)
    for _ in range(2):
        await close_not_codable(house.cora, chart_id=chart.id, fence=fence, reason_id=LEFT, note="At 3", now=NOW)
    await work()
    [row] = await sql("SELECT c.state, n.reason FROM chart c JOIN not_codable n ON n.chart_id = c.id")
    assert (row["state"], row["reason"]) == ("not_codable", "Left without being seen")
    assert not await sql("SELECT 1 FROM rated_event")
    async with acting_as(house.clara):
        assert await DB.value("SELECT details ->> 'reason' FROM chart_event WHERE kind = 'not codable'") == str(LEFT)

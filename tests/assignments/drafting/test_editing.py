"""Drafts as they are kept: saved at once, under the fence, one tab at a time."""

import asyncio

import pytest

from assignments.drafting.editing import Stale, StoredDraft, open_draft, save_lines, stay, undo_lines
from assignments.drafting.operations import apply_operation
from assignments.drafting.rules import Lines
from assignments.pulling import release_chart, return_expired
from assignments.rules import Stage
from portal.actor import Actor
from portal.errors import Conflict
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import MadeChart, make_chart, pull_chart


async def _type(coder: Actor, chart: MadeChart, entry: str, *, revision: int, fence: int = 1) -> StoredDraft:
    values = {"op": "add", "entry": entry}
    return await save_lines(
        coder, chart_id=chart.id, stage=Stage.CODING, fence=fence, revision=revision,
        change=lambda lines, on: apply_operation(lines, values, on).lines,
    )  # fmt: skip


def _codes(draft: StoredDraft) -> list[str]:
    return [line.code for line in draft.lines.diagnoses]


async def test_each_line_is_saved_with_its_event(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    draft = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)

    saved = await _type(house.cody, chart, "j18.9", revision=draft.revision)

    again = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)
    assert _codes(saved) == _codes(again) == ["J18.9"]
    assert again.revision == draft.revision + 1
    [logged] = await sql("SELECT patient_id, object_id FROM access_event WHERE action = 'coding:drafted'")
    assert tuple(logged) == (chart.patient_id, chart.id)


async def test_undo_goes_back_step_by_step_and_stops_calmly(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    for revision, entry in enumerate(["J18.9", "I10"], start=1):
        await _type(house.cody, chart, entry, revision=revision)
    held = {"chart_id": chart.id, "stage": Stage.CODING, "fence": 1}

    one = await undo_lines(house.cody, revision=3, **held)
    none = await undo_lines(house.cody, revision=4, **held)
    still_none = await undo_lines(house.cody, revision=5, **held)

    assert (_codes(one), _codes(none), _codes(still_none)) == (["J18.9"], [], [])
    assert still_none.revision == none.revision


async def test_a_second_tab_is_told_and_changes_nothing(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    await _type(house.cody, chart, "J18.9", revision=1)

    with pytest.raises(Stale):
        await _type(house.cody, chart, "I10", revision=1)

    assert _codes(await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)) == ["J18.9"]


async def test_of_two_tabs_at_once_one_is_told(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)

    results = await asyncio.gather(
        *(_type(house.cody, chart, code, revision=1) for code in ("J18.9", "I10")), return_exceptions=True
    )

    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [Stale]
    [row] = await sql("SELECT revision FROM coding_draft")
    assert row["revision"] == 2


async def test_a_chart_that_went_to_somebody_else_cannot_be_written_and_the_draft_is_kept(
    house: House, sql: Sql
) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    await _type(house.cody, chart, "J18.9", revision=1)
    await sql("UPDATE assignment SET lease_until = clock_timestamp() - interval '1 second'")
    await return_expired(now=NOW)
    taken = await pull_chart(house.cora)

    for fence in (1, taken.fence):
        with pytest.raises(Conflict):
            await _type(house.cody, chart, "I10", revision=2, fence=fence)
    assert _codes(await open_draft(house.cora, chart_id=chart.id, stage=Stage.CODING)) == []

    await release_chart(house.cora, chart_id=chart.id, fence=taken.fence, reason="stopping", now=NOW)
    back = await pull_chart(house.cody)
    draft = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)
    assert _codes(draft) == ["J18.9"]
    assert _codes(await _type(house.cody, chart, "I10", revision=draft.revision, fence=back.fence)) == ["J18.9", "I10"]


async def test_nobody_opens_a_draft_of_what_they_do_not_hold(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)

    for actor in (house.cora, house.outsider, house.audrey):
        with pytest.raises(Conflict):
            await open_draft(actor, chart_id=chart.id, stage=Stage.CODING)
    assert await sql("SELECT 1 FROM coding_draft") == []


async def test_a_draft_begins_with_what_it_is_given_once(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    first = await make_lines("J18.9")

    await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING, start=first)
    again = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING, start=await make_lines("I10"))

    assert again.lines == first


async def make_lines(*entries: str) -> Lines:
    from assignments.drafting.entries import read_lines

    return read_lines(entries)


async def test_being_at_work_keeps_the_chart_and_the_place(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)
    await sql("UPDATE assignment SET lease_until = clock_timestamp()")

    left = await stay(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=1, page=4)

    assert left.total_seconds() == 1800
    assert (await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)).page == 4
    with pytest.raises(Conflict):
        await stay(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=2, page=4)

"""From draft to version: what submitting a coding writes, and when it does not."""

import asyncio
from typing import Any

import pytest

from assignments.coding.submitting import HasErrors, submit_coding
from assignments.coding.versions import find_latest, find_lines, find_versions
from assignments.drafting.editing import open_draft
from assignments.drafting.entries import read_lines
from assignments.pulling import Outcome, release_chart, return_expired
from assignments.rules import Stage
from portal.database import acting_as
from portal.errors import Conflict
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import MadeChart, code_chart, make_chart, pull_chart, type_lines

ENTRIES = ["J18.9", "I10", "71046-26 AB", "99214-25 x2 A"]


async def _typed(house: House, sql: Sql, entries: list[str] = ENTRIES) -> tuple[MadeChart, dict[str, Any]]:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, entries)
    return chart, {"chart_id": chart.id, "fence": pulled.fence, "request_id": new_id(), "now": NOW}


async def test_submitting_writes_the_version_and_moves_the_chart(house: House, sql: Sql) -> None:
    chart, request = await _typed(house, sql)

    submitted = await submit_coding(house.cody, **request)

    assert submitted.number == chart.number
    [row] = await sql("SELECT state, coder_of_record, coded_at FROM chart")
    assert tuple(row) == ("coded", house.cody.person_id, NOW)
    async with acting_as(house.cody):
        [version] = await find_versions(chart.id)
        lines = await find_lines(version.id)
    assert (version.role, version.version, version.author_id) == ("coder", 1, house.cody.person_id)
    assert version.release == "ICD-10-CM FY2026 (April 2026), CPT by its form only"
    assert lines == read_lines(ENTRIES)
    assert [row["kind"] for row in await sql("SELECT kind FROM chart_event ORDER BY id")] == ["assigned", "coded"]
    assert await sql("SELECT 1 FROM coding_draft") == []
    [ended] = await sql("SELECT outcome FROM assignment_history")
    assert ended["outcome"] == "submitted"
    [entry] = await sql("SELECT state FROM queue_entry")
    assert entry["state"] == "done"
    [logged] = await sql("SELECT patient_id, actor_id FROM access_event WHERE action = 'coding:submitted'")
    assert tuple(logged) == (chart.patient_id, house.cody.person_id)
    assert (await pull_chart(house.cody)).outcome is Outcome.EMPTY


async def test_the_same_request_again_changes_nothing(house: House, sql: Sql) -> None:
    chart, request = await _typed(house, sql)

    first, second = await asyncio.gather(*(submit_coding(house.cody, **request) for _ in range(2)))
    third = await submit_coding(house.cody, **request)

    assert first.number == second.number == third.number == chart.number
    assert len(await sql("SELECT 1 FROM coding")) == 1
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'coding:submitted'")) == 1


async def test_errors_block_and_leave_everything_as_it_is(house: House, sql: Sql) -> None:
    _, request = await _typed(house, sql, ["J18.9", "J18.9", "71046"])

    with pytest.raises(HasErrors) as refusal:
        await submit_coding(house.cody, **request)

    assert {check.rule for check in refusal.value.checks if check.level == "error"} == {"D3", "P2"}
    assert await sql("SELECT 1 FROM coding") == []
    assert len(await sql("SELECT 1 FROM coding_draft")) == 1
    [row] = await sql("SELECT state FROM chart")
    assert row["state"] == "assigned"


async def test_a_stale_submission_is_fenced_and_the_draft_is_kept(house: House, sql: Sql) -> None:
    chart, request = await _typed(house, sql)
    await sql("UPDATE assignment SET lease_until = clock_timestamp() - interval '1 second'")
    await return_expired(now=NOW)

    with pytest.raises(Conflict):
        await submit_coding(house.cody, **request)
    taken = await pull_chart(house.cora)
    with pytest.raises(Conflict):
        await submit_coding(house.cody, **{**request, "fence": taken.fence})

    assert taken.chart_id == chart.id
    assert await sql("SELECT 1 FROM coding") == []
    assert len(await sql("SELECT 1 FROM coding_draft WHERE person_id = $1", house.cody.person_id)) == 1


async def test_a_chart_that_was_given_back_cannot_be_submitted(house: House, sql: Sql) -> None:
    chart, request = await _typed(house, sql)
    await release_chart(house.cody, chart_id=chart.id, fence=request["fence"], reason="stopping", now=NOW)

    with pytest.raises(Conflict):
        await submit_coding(house.cody, **request)


@pytest.mark.parametrize("name", ["cora", "outsider", "audrey"])
async def test_nobody_submits_for_somebody_else(house: House, sql: Sql, name: str) -> None:
    _, request = await _typed(house, sql)

    with pytest.raises(Conflict):
        await submit_coding(house.people[name], **request)

    assert await sql("SELECT 1 FROM coding") == []


async def _sent_back(house: House, sql: Sql) -> MadeChart:
    """A coded chart that waits to be corrected, as quality sends it back."""
    from assignments.lining_up import line_up
    from portal.actor import WORKER

    chart = await make_chart(sql, house)
    await code_chart(house.cody)
    await sql("UPDATE chart SET state = 'correcting'")
    async with acting_as(WORKER):
        await line_up(WORKER, chart_id=chart.id, stage=Stage.CODING, now=NOW)
    return chart


async def test_a_correction_is_another_version_and_another_kind_of_event(house: House, sql: Sql) -> None:
    chart = await _sent_back(house, sql)

    await code_chart(house.cody, diagnoses=["J18.9", "I10"])

    async with acting_as(house.cody):
        latest = await find_latest(chart.id, "coder")
        assert latest is not None
        lines = await find_lines(latest.id)
    assert latest.version == 2
    assert [line.code for line in lines.diagnoses] == ["J18.9", "I10"]
    [event] = await sql("SELECT from_state, to_state FROM chart_event WHERE kind = 'corrected'")
    assert tuple(event) == ("correcting", "coded")
    assert len(await sql("SELECT 1 FROM coding")) == 2


async def test_whoever_corrects_for_another_does_not_take_the_chart_from_them(house: House, sql: Sql) -> None:
    chart = await _sent_back(house, sql)
    pulled = await pull_chart(house.cora)
    await open_draft(house.cora, chart_id=chart.id, stage=Stage.CODING)
    await type_lines(house.cora, chart.id, pulled.fence, Stage.CODING, ["I10", "71046 A"])
    request = {"chart_id": chart.id, "fence": pulled.fence, "request_id": new_id(), "now": NOW}

    await submit_coding(house.cora, **request)
    await submit_coding(house.cora, **request)  # calm, although she does not see the chart any more

    [row] = await sql("SELECT coder_of_record FROM chart")
    assert row["coder_of_record"] == house.cody.person_id
    authors = await sql("SELECT author_id FROM coding ORDER BY version")
    assert [row["author_id"] for row in authors] == [house.cody.person_id, house.cora.person_id]

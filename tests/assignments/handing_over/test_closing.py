"""A manager closes what nobody is to code, and has finished charts coded again."""

from collections.abc import Awaitable, Callable

import pytest

from assignments.handing_over.closing import close_waiting
from assignments.pends.reasons import find_reasons
from assignments.reopening import have_coded_again
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


async def test_what_waits_is_closed_with_its_reason_and_what_is_held_stays(house: House, sql: Sql, web: Web) -> None:
    held, waiting = [await make_chart(sql, house, text=None) for _ in range(2)]
    await sql("UPDATE queue_entry SET rank = rank - interval '1 day' WHERE chart_id = $1", held.id)
    assert (await pull_chart(house.cody)).chart_id == held.id
    async with acting_as(house.mona):
        [*_, duplicate] = await find_reasons(client_id=None, use="not codable")

    page = await (await web("mona")).post(
        "/floor/work/move",
        data={"deed": "close", "step": "do", "entry": [str(held.entry_id), str(waiting.entry_id)],
              "not_codable": str(duplicate.id)},
    )  # fmt: skip

    assert page.status_code == 303
    states = {row["id"]: row["state"] for row in await sql("SELECT id, state FROM chart")}
    assert states == {held.id: "assigned", waiting.id: "not_codable"}
    [closed] = await sql("SELECT chart_id, reason, decided_by FROM not_codable")
    assert tuple(closed) == (waiting.id, duplicate.name, house.mona.person_id)
    [entry] = await sql("SELECT state FROM queue_entry WHERE id = $1", waiting.entry_id)
    assert entry["state"] == "withdrawn"
    assert held.entry_id
    with pytest.raises(Conflict, match="take it back first"):
        await close_waiting(house.mona, entry_ids=[held.entry_id], reason_id=duplicate.id, now=NOW)

    await have_coded_again(house.mona, chart_id=waiting.id, why="client", now=NOW)
    with pytest.raises(Conflict):
        await have_coded_again(house.mona, chart_id=waiting.id, why="client", now=NOW)
    assert (await pull_chart(house.cora)).chart_id == waiting.id


async def test_a_delivered_chart_goes_back_to_its_coder_and_what_was_delivered_holds(
    house: House, sql: Sql, web: Web, work: Callable[[], Awaitable[None]]
) -> None:
    chart = await make_chart(sql, house, text=None, state="delivered", coder=house.cody)
    with pytest.raises(Invalid, match="Choose why"):
        await have_coded_again(house.mona, chart_id=chart.id, why="", now=NOW)

    answer = await (await web("mona")).post(f"/floor/charts/{chart.id}/code", data={"why": "denied"})

    assert answer.status_code == 303
    [event] = await sql("SELECT from_state, to_state, details FROM chart_event WHERE kind = 'reopened'")
    assert (event["from_state"], event["to_state"]) == ("delivered", "ready")
    assert "A payer denied it" in event["details"]
    assert (await sql("SELECT count(*) FROM access_event WHERE action = 'chart:reopened'"))[0]["count"] == 1
    await work()
    assert (await pull_chart(house.cody)).chart_id == chart.id

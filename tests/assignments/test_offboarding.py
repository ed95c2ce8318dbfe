"""Somebody leaves in one action, and nothing that was theirs waits for them."""

import asyncio

import pytest

from assignments.offboarding import off_board, take_on_again
from assignments.pulling import Outcome
from assignments.returning import take_back_strays
from assignments.rules import Stage
from portal.errors import Conflict
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart, type_lines


async def test_everything_is_given_back_in_one_action(house: House, sql: Sql, web: Web) -> None:
    held, kept = await make_chart(sql, house, with_pages=1), await make_chart(sql, house)
    cody, adam = await web("cody"), await web("adam")
    pulled = await pull_chart(house.cody)
    assert pulled.chart_id == held.id
    await type_lines(house.cody, held.id, pulled.fence, Stage.CODING, ["J18.9"])
    await sql("UPDATE queue_entry SET preferred_person = $1", house.cody.person_id)
    listed = new_id()
    await sql("INSERT INTO worklist (id, stage, name, position) VALUES ($1, 'coding', 'His', 5)", listed)
    await sql("INSERT INTO worklist_person VALUES ($1, $2, 'primary', 1, NULL)", listed, house.cody.person_id)

    here = f"/people/{house.cody.person_id}"
    answer = await adam.post(f"{here}/off-board")
    assert answer.headers["location"] == f"{here}/off-boarding"
    again = await adam.post(f"{here}/off-board")  # calm
    assert again.status_code == 303

    shown = " ".join((await adam.get(f"{here}/off-boarding")).text.split())
    for term, count in (
        ("Sessions ended", 1), ("Charts back in line", 1), ("Audits back in line", 0), ("Clients revoked", 2),
        ("Charts kept for them, now everybody’s", 2), ("Worklists left", 1),
    ):  # fmt: skip
        assert f"<dt>{term}</dt><dd>{count}</dd>" in shown, term
    for path in (f"/desk/charts/{held.id}", f"/pages/{held.page_ids[1]}/image"):
        assert (await cody.get(path)).headers["location"].startswith("/sign-in")
    [ended] = await sql("SELECT outcome, reason, ended_by FROM assignment_history")
    assert tuple(ended.values()) == ("revoked", "off-boarded", house.adam.person_id)
    [event] = await sql("SELECT kind, actor_id FROM chart_event WHERE chart_id = $1 ORDER BY id DESC LIMIT 1", held.id)
    assert tuple(event.values()) == ("returned", house.adam.person_id)
    [draft] = await sql("SELECT lines FROM coding_draft")
    assert "J18.9" in draft["lines"]
    assert [row["open_count"] for row in await sql("SELECT open_count FROM workload")] == [0]
    await sql("INSERT INTO workload (person_id, cap) VALUES ($1, 2)", house.cora.person_id)
    assert {(await pull_chart(house.cora)).chart_id for _ in range(2)} == {held.id, kept.id}
    told = {"person:off-boarded": 1, "person:disabled": 1, "assignment:revoked": 1, "grant:changed": 2}
    for action, count in told.items():
        assert len(await sql("SELECT FROM access_event WHERE action = $1", action)) == count, action


async def test_undoing_it_gives_back_nothing_but_the_door(house: House, sql: Sql, web: Web) -> None:
    await make_chart(sql, house)
    await off_board(house.adam, person_id=house.cody.person_id, now=NOW)
    adam = await web("adam")
    answer = await adam.post(f"/people/{house.cody.person_id}/take-on-again")
    assert "No client was given back" in (await adam.get(answer.headers["location"])).text
    await take_on_again(house.adam, person_id=house.cody.person_id)
    assert (await (await web("cody")).get("/desk")).status_code == 200
    assert (await pull_chart(house.cody)).outcome is Outcome.NO_CLIENT
    assert len(await sql("SELECT FROM access_event WHERE action = 'person:enabled'")) == 1
    with pytest.raises(Conflict):
        await off_board(house.adam, person_id=house.adam.person_id, now=NOW)


async def test_a_pull_at_the_same_instant_never_leaves_a_chart_with_them(house: House, sql: Sql) -> None:
    for _ in range(6):
        await make_chart(sql, house)
    for round_ in range(6):
        await sql("UPDATE person SET disabled_at = NULL WHERE id = $1", house.cody.person_id)
        await sql("UPDATE client_grant SET revoked_at = NULL")
        pulled, _ = await asyncio.gather(
            pull_chart(house.cody), off_board(house.adam, person_id=house.cody.person_id, now=NOW)
        )
        assert not await sql("SELECT FROM assignment"), (round_, pulled.outcome)
        assert not await sql("SELECT FROM chart WHERE state <> 'ready'")


async def test_whoever_was_switched_off_by_hand_is_found_by_the_worker(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    await sql("UPDATE person SET disabled_at = now() WHERE id = $1", house.cody.person_id)
    assert await take_back_strays(now=NOW) == 1
    assert (await pull_chart(house.cora)).chart_id == chart.id

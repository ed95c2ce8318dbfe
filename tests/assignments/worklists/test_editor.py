"""The worklist editor: criteria, order and people; a look before saving; versions; the line sorted anew."""

import re
from collections.abc import Awaitable, Callable

from assignments.pulling import Outcome
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart

Work = Callable[[], Awaitable[None]]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def _form(house: House, **more: str) -> dict[str, str]:
    return {
        "name": "Rush at North", "sort": "received", "then_sort": "due", "version": "0",
        "c0.0.field": "client", "c0.0.operator": "in", "c0.0.values": str(house.north.id),
        "c0.1.field": "stat", "c0.1.operator": "is",
        "c1.0.field": "payer", "c1.0.operator": "in", "c1.0.values": "Aetna, Cigna",
        f"role {house.cora.person_id}": "primary", f"position {house.cora.person_id}": "1", **more,
    }  # fmt: skip


async def test_criteria_and_people_are_added_by_buttons_and_nothing_entered_is_lost(house: House, web: Web) -> None:
    mona = await web("mona")
    entered = _form(house, step="add 1", **{"add 1": "minutes", f"at {house.cora.person_id}": "5"})

    shown = (await mona.post("/worklists/new?stage=coding", data=entered)).text

    assert 'value="Rush at North"' in shown
    assert f'value="{house.north.id}" selected' in shown
    assert 'value="Aetna, Cigna"' in shown
    assert re.search(r'name="c1.1.field" value="minutes"', shown)
    assert re.search(rf'name="at {house.cora.person_id}"[^>]*value="5"', shown)
    without = (await mona.post("/worklists/new?stage=coding", data=_form(house, step="drop 1.0"))).text
    assert "Aetna" not in without
    joined = (await mona.post("/worklists/new", data=_form(house, step="join", person=str(house.cody.person_id)))).text
    assert f'name="role {house.cody.person_id}"' in joined


async def test_a_look_says_what_the_list_would_take_and_what_nobody_could(house: House, sql: Sql, web: Web) -> None:
    rush = await make_chart(sql, house, text=None, is_stat=True)
    await make_chart(sql, house, text=None)
    aetna = await make_chart(sql, house, client=house.south, text=None, payer="AETNA")
    mona = await web("mona")

    looked = await mona.post("/worklists/new?stage=coding", data=_form(house, step="look"))

    said = _flat(looked.text)
    assert re.search(r"of 3 waiting 2 of them, 2 of which stand elsewhere now: 2 in “Everything else”",
                     said)  # fmt: skip
    assert re.search(rf"{rush.number} North Radiology Client in North Radiology and STAT is Everything else", said)
    assert re.search(rf"{aetna.number} South Emergency Payer in Aetna, Cigna Everything else", said)
    assert "For 1 of these there would be nobody: none of its people may take them" in said
    assert len(await sql("SELECT 1 FROM worklist")) == 4, "a look saves nothing"
    for broken in ({"c0.0.values": ""}, {"c0.0.operator": "sounds like"}, {"sort": "moon"}):
        refused = await mona.post("/worklists/new", data=_form(house, step="look") | broken)
        assert refused.status_code == 422, broken


async def test_a_saved_list_takes_its_charts_and_gives_them_to_its_people(
    house: House, sql: Sql, web: Web, work: Work
) -> None:
    other = await make_chart(sql, house, text=None)
    rush = await make_chart(sql, house, text=None, is_stat=True)
    await sql("UPDATE queue_entry SET rank = rank + interval '30 days' WHERE id = $1", rush.entry_id)
    mona = await web("mona")

    saved = await mona.post("/worklists/new?stage=coding", data=_form(house, step="save"))
    await work()

    assert saved.headers["location"] == "/worklists"
    [made] = await sql("SELECT id, version, position, changed_by FROM worklist WHERE kind = 'list'")
    assert (made["version"], made["position"], made["changed_by"]) == (1, 1, house.mona.person_id)
    [routed] = await sql("SELECT because FROM routing WHERE kind = 'sorted anew' AND chart_id = $1", rush.id)
    assert routed["because"] == f"Client in {house.north.id} and STAT is"
    assert (await pull_chart(house.cora)).chart_id == rush.id
    assert (await pull_chart(house.cody)).chart_id == other.id
    [logged] = await sql("SELECT object_id, actor_id FROM access_event WHERE action = 'worklist:changed'")
    assert tuple(logged) == (made["id"], house.mona.person_id)
    assert "Rush at North" in _flat((await mona.get("/worklists")).text)


async def test_of_two_who_change_a_list_at_once_the_second_is_told_and_keeps_what_was_typed(
    house: House, sql: Sql, web: Web
) -> None:
    mona = await web("mona")
    await mona.post("/worklists/new?stage=coding", data=_form(house, step="save"))
    [made] = await sql("SELECT id FROM worklist WHERE kind = 'list'")
    path = f"/worklists/{made['id']}"

    first = await mona.post(path, data=_form(house, step="save", version="1", name="Rush"))
    second = await mona.post(path, data=_form(house, step="save", version="1", name="Hurry"))

    assert first.status_code == 303
    assert (second.status_code, 'value="Hurry"' in second.text) == (409, True)
    assert "Somebody has changed this list" in second.text
    assert [row["name"] for row in await sql("SELECT name FROM worklist WHERE kind = 'list'")] == ["Rush"]
    taken = await mona.post("/worklists/new?stage=coding", data=_form(house, step="save", name="RUSH"))
    assert (taken.status_code, "a list “RUSH” already" in taken.text) == (422, True)


async def test_lists_are_moved_and_ended_and_what_waited_goes_to_the_next(
    house: House, sql: Sql, web: Web, work: Work
) -> None:
    mona = await web("mona")
    for name in ("First", "Second"):
        await mona.post("/worklists/new?stage=coding", data=_form(house, step="save", name=name))
    first, second = await sql("SELECT id FROM worklist WHERE kind = 'list' ORDER BY position")
    rush = await make_chart(sql, house, text=None, is_stat=True)

    async def where() -> str:
        await work()
        [row] = await sql("SELECT w.name FROM queue_entry e JOIN worklist w ON w.id = e.worklist_id"
                          " WHERE e.id = $1", rush.entry_id)  # fmt: skip
        return str(row["name"])

    assert await where() == "First"
    for _ in range(2):  # the second time there is nowhere to go
        await mona.post(f"/worklists/{second['id']}/place", data={"to": "up"})
    assert await where() == "Second"
    assert "1 chart waits" in _flat((await mona.get(f"/worklists/{second['id']}/retire")).text)
    await mona.post(f"/worklists/{second['id']}/retire", data={})
    assert await where() == "First"
    await mona.post(f"/worklists/{first['id']}/retire", data={})
    assert await where() == "Everything else"
    assert (await pull_chart(house.cody)).outcome is Outcome.PULLED
    assert (await mona.get(f"/worklists/{first['id']}")).status_code == 404
    rest = await sql("SELECT id, version FROM worklist WHERE kind = 'rest' AND stage = 'coding'")
    changed = await mona.post(
        f"/worklists/{rest[0]['id']}",
        data={"name": "Mine", "sort": "due", "then_sort": "due", "version": "1", "step": "save"},
    )
    [after] = await sql("SELECT name, sort FROM worklist WHERE id = $1", rest[0]["id"])
    assert (changed.status_code, *after) == (303, "Everything else", "due")

"""Pauses, caps, and what the line knows of clients and service lines, through the pages."""

from assignments.pulling import Outcome
from assignments.worklists.weighing import set_weight
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


async def test_whoever_is_paused_reads_why_and_gets_no_new_chart(house: House, sql: Sql, web: Web) -> None:
    charts = [await make_chart(sql, house) for _ in range(2)]
    mona, cody, here = await web("mona"), await web("cody"), f"/people/{house.cody.person_id}"
    held = await pull_chart(house.cody)

    assert (await mona.post(f"{here}/pause", data={"because": ""})).status_code == 422
    assert (await mona.post(f"{here}/pause", data={"because": "Training on Monday."})).status_code == 303
    assert (await mona.post(f"{here}/cap", data={"cap": "2"})).status_code == 303
    assert (await mona.post(f"{here}/cap", data={"cap": "4"})).status_code == 422
    assert (await pull_chart(house.cody)).outcome is Outcome.PAUSED
    assert (await cody.get(f"/desk/charts/{held.chart_id}")).status_code == 200, "what they hold they finish"
    for page in ("/desk", "/me"):
        assert "Training on Monday." in (await cody.get(page)).text
    assert "Training on Monday." in (await mona.get("/people")).text
    assert "Training on Monday." in (await mona.get(here)).text

    for _ in range(2):
        assert (await mona.post(f"{here}/unpause")).status_code == 303
    assert (await pull_chart(house.cody)).chart_id in {chart.id for chart in charts} - {held.chart_id}
    assert (await mona.post(f"{here}/cap", data={"cap": "1"})).status_code == 409, "they hold two"
    assert len(await sql("SELECT FROM access_event WHERE action IN ('person:paused', 'person:unpaused')")) == 2
    assert (await cody.post(f"{here}/pause", data={"because": "x"})).status_code == 403


async def test_a_heavier_client_and_a_higher_level_sort_what_waits_anew(
    house: House, sql: Sql, web: Web, work: object
) -> None:
    chart = await make_chart(sql, house)
    mona, client = await web("mona"), f"/clients/{house.north.id}"
    line = f"{client}/service-lines/{house.north.lines['radiology']}/work"
    fields = {"level": "3", "minutes": "20", "audit_minutes": "8.5", "widen_minutes": "90"}
    [before] = await sql("SELECT rank FROM queue_entry")

    assert (await mona.post(line, data={**fields, "minutes": "0"})).status_code == 422
    assert (await mona.post(line, data=fields)).status_code == 303
    assert (await mona.post(f"{client}/staffing/weight", data={"weight": "6"})).status_code == 422
    assert (await mona.post(f"{client}/staffing/weight", data={"weight": "4"})).status_code == 303
    assert 'value="8.5"' in (await mona.get(line)).text
    await work()  # type: ignore[operator]

    [after] = await sql("SELECT rank, level, minutes, weight FROM queue_entry")
    assert (after["level"], after["minutes"], after["weight"]) == (3, 20, 4)
    assert after["rank"] < before["rank"], "twice the minutes, four times the weight"
    assert (await pull_chart(house.cora)).chart_id is None, "nobody of that level"
    await sql("UPDATE skill SET level = 4 WHERE person_id = $1", house.cora.person_id)
    assert (await pull_chart(house.cora)).chart_id == chart.id
    events = len(await sql("SELECT FROM access_event WHERE action = 'client:changed'"))
    await set_weight(house.mona, client_id=house.north.id, weight=after["weight"])
    assert len(await sql("SELECT FROM access_event WHERE action = 'client:changed'")) == events, "calm"

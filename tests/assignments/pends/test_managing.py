"""What managers do with pends: the report, the reasons, each client's rule, and charts that are coded after all."""

from assignments.promising import kept_until
from portal.database import acting_as
from tests.assignments.pends.asking import LEFT, MISSING, make_pend
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


async def test_the_report_counts_and_withdraws(web: Web, sql: Sql, house: House) -> None:
    pended = await make_pend(sql, house, note="Only the client reads this.")
    mona = await web("mona")
    report = (await mona.get("/floor/pends")).text
    assert pended.chart.number in report
    assert "Documents missing" in report
    assert pended.chart.number not in (await mona.get("/floor/pends?owner=lead")).text
    assert pended.chart.number in (await mona.get(f"/floor/pends?client={house.north.id}&age=3")).text
    assert pended.chart.number not in (await mona.get("/floor/pends.csv?reason=None")).text
    assert pended.chart.number in (await mona.get("/floor/pends.csv")).text
    assert 'href="/floor/pends"' in (await mona.get("/floor")).text
    chart = (await mona.get(f"/floor/charts/{pended.chart.id}")).text
    assert "Waits for the client" in chart
    assert "Only the client reads this." not in chart
    await mona.post(f"/floor/pends/{pended.pend_id}/withdraw")
    again = await mona.post(f"/floor/pends/{pended.pend_id}/withdraw")
    assert again.status_code == 409


async def test_reasons_are_managed_and_a_clients_own_is_only_its(web: Web, sql: Sql, house: House) -> None:
    mona = await web("mona")
    new = {"name": "Film missing", "use": "pend", "client": str(house.south.id), "wants_date": "1"}
    assert (await mona.post("/pend-reasons", data=new)).status_code == 303
    again = await mona.post("/pend-reasons", data=new | {"name": "film  MISSING"})
    assert again.status_code == 409
    assert 'value="film  MISSING"' in again.text
    assert (await mona.post("/pend-reasons", data={"name": "", "use": "x"})).status_code == 422
    pended = await make_pend(sql, house)
    await mona.post(f"/pend-reasons/{MISSING}/retire")
    chart = await make_chart(sql, house)
    await pull_chart(house.cora)
    form = (await (await web("cora")).get(f"/desk/charts/{chart.id}/pend")).text
    assert "Documents missing" not in form
    assert "Film missing" not in form
    assert "Documents missing" in (await (await web("clara")).get(f"/pends/{pended.pend_id}")).text
    assert "retired 20" in (await mona.get("/pend-reasons")).text
    assert (await (await web("cora")).get("/pend-reasons")).status_code == 403


async def test_a_clients_rule_is_agreed_and_a_chart_is_coded_after_all(web: Web, sql: Sql, house: House) -> None:
    mona, place = await web("mona"), f"/clients/{house.north.id}/pends"
    assert 'value="3, 7"' in (await mona.get(place)).text
    for wrong in (
        {"remind": "3, x"},
        {"remind": "9"},
        {"last_day": "0"},
        {"kept_hours": "0"},
        {"last_resort": "give up"},
    ):
        rule = {"remind": "2", "kept_hours": "8", "last_day": "5", "last_resort": "as is"} | wrong
        assert (await mona.post(place, data=rule)).status_code == 422, wrong
    await mona.post(place, data={"remind": "2", "kept_hours": "8", "last_day": "", "last_resort": "as is"})
    assert 'value="2"' in (await mona.get(place)).text
    assert (await sql("SELECT last_day FROM pend_rule"))[0]["last_day"] is None

    chart = await make_chart(sql, house)
    async with acting_as(house.mona):
        usual = await kept_until(chart.id)
    agreed = {"remind": "2", "kept_hours": "2", "last_day": "", "last_resort": "as is"}
    assert (await mona.post(place, data=agreed)).status_code == 303
    async with acting_as(house.mona):
        assert await kept_until(chart.id) < usual
    fence = (await pull_chart(house.cora)).fence
    data = {"fence": str(fence), "next_request_id": str(chart.id), "reason": str(LEFT)}
    await (await web("cora")).post(f"/desk/charts/{chart.id}/not-codable", data=data)
    page = f"/floor/charts/{chart.id}"
    assert "Left without being seen" in (await mona.get(page)).text
    assert (await mona.post(f"{page}/code", data={"why": "error"})).status_code == 303
    assert (await mona.post(f"{page}/code", data={"why": "error"})).status_code == 409
    assert (await pull_chart(house.cora)).chart_id == chart.id

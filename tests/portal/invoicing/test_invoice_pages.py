"""Invoices through the web: who sees what, the backup, and issuing by a click."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from portal.ids import new_id
from tests.cast import House
from tests.conftest import Sql, Web
from tests.portal.invoicing.delivering import SEPTEMBER, deliver_chart


async def _issue(web: Web, house: House, month: str = "2026-08") -> httpx.Response:
    mona = await web("mona")
    return await mona.post("/invoices", data={"client_id": str(house.north.id), "month": month})


async def _issued(web: Web, house: House) -> str:
    return (await _issue(web, house)).headers["location"]


async def test_a_manager_sees_what_is_ready_and_issues_it(web: Web, house: House, sql: Sql, work: Any) -> None:
    chart = await deliver_chart(sql, house)
    await deliver_chart(sql, house)
    await work()
    mona = await web("mona")

    ready = (await mona.get("/invoices")).text
    assert "North Radiology" in ready
    assert "August 2026" in ready
    assert "$2.20" in ready

    answer = await _issue(web, house)
    assert answer.status_code == 303

    shown = (await mona.get(answer.headers["location"])).text
    assert "NOR-2026-08" in shown
    assert chart.number in shown
    assert "$2.20" in shown
    assert "NOR-2026-08" in (await mona.get("/invoices")).text


async def test_issuing_by_two_clicks_leads_to_the_same_invoice(web: Web, house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house)
    await work()
    first, second = await _issue(web, house), await _issue(web, house)
    assert first.headers["location"] == second.headers["location"]
    assert len(await sql("SELECT FROM invoice")) == 1


@pytest.mark.parametrize(
    ("month", "status", "sentence"),
    [("2026-08", 409, "nothing to invoice"), ("2099-01", 409, "not over yet"), ("soon", 422, "Choose a month")],
)
async def test_a_refusal_is_a_sentence_on_the_list(
    web: Web, house: House, sql: Sql, month: str, status: int, sentence: str
) -> None:
    answer = await _issue(web, house, month)
    assert answer.status_code == status
    assert sentence in answer.text
    assert not await sql("SELECT FROM invoice")


async def test_the_clients_own_people_see_encounter_numbers_and_each_patient_is_recorded(
    web: Web, house: House, sql: Sql, work: Any
) -> None:
    charts = [await deliver_chart(sql, house) for _ in range(2)]
    same_patient = await deliver_chart(sql, house, patient_id=charts[0].patient_id)
    await work()
    path = await _issued(web, house)
    clara = await web("clara")

    shown = (await clara.get(path)).text

    for chart in (*charts, same_patient):
        assert f"ENC-{chart.id.hex[-8:]}" in shown
    events = await sql(
        "SELECT patient_id FROM access_event WHERE action = 'invoice:read' AND actor_id = $1", house.clara.person_id
    )
    assert sorted(row["patient_id"] for row in events if row["patient_id"]) == sorted(c.patient_id for c in charts)
    assert len(events) == 3  # the invoice itself, and two patients


async def test_a_manager_sees_no_encounter_number(web: Web, house: House, sql: Sql, work: Any) -> None:
    chart = await deliver_chart(sql, house)
    await work()
    path = await _issued(web, house)
    mona = await web("mona")

    for answer in (await mona.get(path), await mona.get(f"{path}/backup.csv")):
        assert chart.number in answer.text
        assert "ENC-" not in answer.text
    events = await sql(
        "SELECT action, patient_id FROM access_event WHERE action IN ('invoice:read', 'invoice:exported')"
        " AND actor_id = $1 ORDER BY recorded_at",
        house.mona.person_id,
    )
    assert [tuple(event) for event in events] == [("invoice:read", None), ("invoice:exported", None)]


async def test_the_backup_as_csv_has_every_chart_and_adds_up(web: Web, house: House, sql: Sql, work: Any) -> None:
    charts = [await deliver_chart(sql, house, specialty=line) for line in ("radiology", "emergency", "radiology")]
    await work()
    path = await _issued(web, house)
    clara = await web("clara")

    answer = await clara.get(f"{path}/backup.csv")

    assert 'filename="NOR-2026-08-backup.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert sorted(row["chart_number"] for row in rows) == sorted(chart.number for chart in charts)
    assert {row["encounter_number"] for row in rows} == {f"ENC-{chart.id.hex[-8:]}" for chart in charts}
    assert [row["amount"] for row in rows] == ["1.10"] * 3
    assert {row["is_on_time"] for row in rows} == {"yes"}
    exported = await sql("SELECT canonical FROM access_event WHERE action = 'invoice:exported' AND patient_id IS NULL")
    assert json.loads(exported[0]["canonical"])["object"]["charts"] == 3


async def test_another_client_finds_neither_the_invoice_nor_its_backup(
    web: Web, house: House, sql: Sql, work: Any
) -> None:
    await deliver_chart(sql, house)
    await work()
    path = await _issued(web, house)
    stranger = await web("stranger")

    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(f"{path}/backup.csv")).status_code == 404
    assert "NOR-2026-08" not in (await stranger.get("/invoices")).text
    assert "NOR-2026-08" not in (await stranger.get("/invoices.csv")).text
    assert not await sql(
        "SELECT FROM access_event WHERE action = 'invoice:read' AND actor_id = $1", house.stranger.person_id
    )


@pytest.mark.parametrize("name", ["cody", "audrey", "connie", "adam"])
async def test_others_reach_no_invoice(web: Web, name: str) -> None:
    browser = await web(name)
    assert (await browser.get("/invoices")).status_code == 403
    assert (await browser.get(f"/invoices/{new_id()}")).status_code == 403


async def test_a_client_cannot_issue(web: Web, house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house)
    await work()
    clara = await web("clara")
    answer = await clara.post("/invoices", data={"client_id": str(house.north.id), "month": "2026-08"})
    assert answer.status_code == 403
    assert not await sql("SELECT FROM invoice")


async def test_the_list_filters_and_its_csv_has_the_same_rows(web: Web, house: House, sql: Sql, work: Any) -> None:
    for client in (house.north, house.south):
        await deliver_chart(sql, house, client=client)
    await work()
    mona = await web("mona")
    for client in (house.north, house.south):
        await mona.post("/invoices", data={"client_id": str(client.id), "month": "2026-08"})

    for query in (f"client={house.south.id}", "q=sou", "q=South+Emergency&year=2026"):
        shown, rows = (await mona.get(f"/invoices?{query}")).text, (await mona.get(f"/invoices.csv?{query}")).text
        assert "SOU-2026-08" in shown
        assert "NOR-2026-08" not in shown
        assert "SOU-2026-08" in rows
        assert "NOR-2026-08" not in rows
    assert "No invoice fits" in (await mona.get("/invoices?year=2019")).text


async def test_unrated_charts_are_shown_until_a_rate_covers_them(web: Web, house: House, sql: Sql, work: Any) -> None:
    await sql("ALTER TABLE rate DISABLE TRIGGER rate_keeps_its_rows")
    await sql("DELETE FROM rate WHERE client_id = $1", house.north.id)
    await deliver_chart(sql, house)
    await work()
    mona = await web("mona")
    pages = ("/invoices", f"/clients/{house.north.id}")
    for path in pages:
        assert "no rate was in force" in (await mona.get(path)).text

    answer = await mona.post(
        f"/clients/{house.north.id}/rates",
        data={"line": str(house.north.lines["radiology"]), "amount": "1.25", "effective_on": "2026-08-01"},
    )

    assert answer.status_code == 303
    for path in pages:
        assert "no rate was in force" not in (await mona.get(path)).text
    assert "$1.25" in (await mona.get("/invoices")).text


async def test_the_backup_comes_fifty_at_a_time_or_whole(web: Web, house: House, sql: Sql, work: Any) -> None:
    charts = [await deliver_chart(sql, house) for _ in range(51)]
    await work()
    path = await _issued(web, house)
    clara = await web("clara")

    first, second = (await clara.get(path)).text, (await clara.get(f"{path}?page=2")).text
    whole = (await clara.get(f"{path}?backup=all")).text

    assert charts[0].number in first
    assert charts[50].number not in first
    assert charts[50].number in second
    assert all(chart.number in whole for chart in charts)


async def test_a_running_month_cannot_be_issued_from_the_list(web: Web, house: House, sql: Sql, work: Any) -> None:
    from portal.clock import utc_now

    await deliver_chart(sql, house, at=utc_now())
    await deliver_chart(sql, house, at=SEPTEMBER)
    await work()
    mona = await web("mona")
    shown = (await mona.get("/invoices")).text
    assert "Month is running" in shown
    assert shown.count('action="/invoices" data-confirm') == 1

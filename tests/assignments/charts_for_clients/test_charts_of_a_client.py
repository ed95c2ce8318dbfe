"""The client's list of charts, its search and its CSV, through the web."""

import csv
import io
import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from tests.assignments.sending import pdf, send_chart
from tests.cast import House
from tests.conftest import Sql, Web

Work = Callable[[], Awaitable[None]]


async def test_a_client_without_charts_is_told_how_to_begin(web: Web, house: House) -> None:
    page = (await (await web("clara")).get("/charts")).text

    assert "No charts yet" in page
    assert 'href="/upload"' in page


async def test_the_list_names_encounters_and_patients_and_each_look_is_recorded(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, encounter_number="ACC-1", stat="1")
    await send_chart(clara, house.north, encounter_number="ACC-2")
    await send_chart(clara, house.north, encounter_number="ACC-3", mrn="M-2", patient_name="Otherperson, Ada")
    await send_chart(await web("stranger"), house.south, encounter_number="FOREIGN")
    await work()

    page = (await clara.get("/charts")).text

    for words in (
        "NOR-1001",
        "NOR-1003",
        "ACC-1",
        "ACC-3",
        "Testperson, Wilhelmina",
        "Otherperson, Ada",
        "STAT",
        "Waiting for a coder",
        "3 charts",
    ):
        assert words in page
    assert re.search(r"[0-9]{2}:[0-9]{2} E[DS]T<", page), "times stand in the client's zone, which they name"
    assert "FOREIGN" not in page
    assert page.index("ACC-3") < page.index("ACC-1"), "newest first"
    looks = await sql("SELECT patient_id, actor_id, client_id FROM access_event WHERE action = 'chart:listed'")
    patients = await sql("SELECT DISTINCT patient_id FROM chart WHERE client_id = $1", house.north.id)
    assert {look["patient_id"] for look in looks} == {patient["patient_id"] for patient in patients}
    assert [tuple(look)[1:] for look in looks] == [(house.clara.person_id, house.north.id)] * 2, "one for each patient"


async def test_the_filters_hold_together_and_nonsense_asks_for_nothing(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, pdf(password="x"), encounter_number="LOCKED")
    await send_chart(clara, house.north, encounter_number="READABLE")
    await send_chart(clara, house.north, encounter_number="OTHERLINE", service_line=house.north.lines["emergency"])
    await work()
    line = house.north.lines["radiology"]

    async def shown(query: str) -> set[str]:
        page = (await clara.get(f"/charts?{query}")).text
        return {number for number in ("LOCKED", "READABLE", "OTHERLINE") if number in page}

    assert await shown("") == {"LOCKED", "READABLE", "OTHERLINE"}
    assert await shown("state=cancelled") == {"LOCKED"}
    assert await shown("state=in-work") == {"READABLE", "OTHERLINE"}
    assert await shown(f"state=ready&line={line}") == {"READABLE"}
    assert await shown(f"line={house.south.lines['radiology']}") == set()
    assert await shown("state=nonsense&line=1&page=-4") == {"LOCKED", "READABLE", "OTHERLINE"}
    assert await shown("page=99") == {"LOCKED", "READABLE", "OTHERLINE"}
    assert "No chart matches" in (await clara.get("/charts?state=delivered")).text


async def test_fifty_charts_make_a_page(web: Web, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assignments.charts_for_clients.lists.PAGE", 2)
    clara = await web("clara")
    for number in range(3):
        await send_chart(clara, house.north, encounter_number=f"ACC-{number}")

    first, second = (await clara.get("/charts?state=received")).text, (await clara.get("/charts?page=2")).text

    assert ("ACC-2" in first, "ACC-0" in first, "ACC-0" in second, "ACC-2" in second) == (True, False, True, False)
    assert 'href="/charts?state=received&amp;page=2"' in first
    assert "3 charts" in first


@pytest.mark.parametrize("number", ["nor-1001", "acc-77", "mrn-77"])
async def test_a_chart_is_found_by_any_of_its_numbers(web: Web, sql: Sql, house: House, number: str) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, encounter_number="ACC-77")
    await send_chart(clara, house.north, encounter_number="ACC-78", mrn="OTHER", patient_name="Otherperson, Ada")
    await send_chart(await web("stranger"), house.south, encounter_number="ACC-77")

    answer = await clara.post("/charts", data={"number": number})

    assert answer.status_code == 200
    assert "NOR-1001" in answer.text
    assert "Otherperson" not in answer.text
    assert "SOU-1001" not in answer.text
    assert len(await sql("SELECT FROM access_event WHERE action = 'chart:listed'")) == 1


async def test_a_search_finds_whole_numbers_only(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, encounter_number="ACC-77")

    assert "No chart with this number" in (await clara.post("/charts", data={"number": "ACC-7"})).text
    assert (await clara.post("/charts", data={"number": " "})).status_code == 422
    assert (await clara.post("/charts", data={"number": "%"})).status_code == 200


async def test_the_csv_is_the_filter_on_screen_and_no_formula(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, encounter_number="=1+1", patient_name="@Testperson")
    await send_chart(clara, house.north, pdf(password="x"), encounter_number="LOCKED", mrn="M-2")
    await work()

    answer = await clara.get("/charts.csv?state=ready")

    assert answer.headers["content-type"].startswith("text/csv")
    header, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert dict(zip(header, row, strict=True)) | {"Received": "", "Due": ""} == {
        "Chart": "NOR-1001", "Encounter": "'=1+1", "Patient": "'@Testperson", "Service line": "Radiology",
        "Date of service": row[4], "Received": "", "Due": "", "Delivered": "", "STAT": "no",
        "State": "Waiting for a coder",
    }  # fmt: skip
    assert len(await sql("SELECT FROM access_event WHERE action = 'chart:listed'")) == 1


async def test_an_export_that_is_too_large_says_what_to_do(
    web: Web, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.charts_for_clients.lists.MOST_EXPORTED", 1)
    clara = await web("clara")
    await send_chart(clara, house.north)
    await send_chart(clara, house.north, encounter_number="ACC-2")

    answer = await clara.get("/charts.csv")

    assert answer.status_code == 422
    assert "Choose a service line or a state" in answer.text


@pytest.mark.parametrize("name", ["cody", "audrey", "mona", "connie", "adam"])
async def test_the_list_is_for_clients_only(web: Web, house: House, name: str) -> None:
    browser = await web(name)

    for path in ("/charts", "/charts.csv", f"/charts/{uuid4()}", f"/documents/{uuid4()}/original"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/charts", data={"number": "1"})).status_code == 403

"""Clients through the web: opening one, and changing its contract."""

from decimal import Decimal
from typing import Any

import pytest

from portal.clock import utc_now
from portal.database import acting_as
from portal.ids import new_id
from storage.client_keys import get_active_key
from tests.cast import House
from tests.conftest import Sql, Web

NEW = {
    "name": "Lakeside Heart Group", "code": "lhg", "zone": "America/Denver", "location": "Lakeside", "percent": "12.5",
    "line1_name": "Cardiology", "line1_specialty": "Cardiology", "line1_promise": "48", "line1_rate": "4.25",
    "line2_name": "Reads", "line2_specialty": "RADIOLOGY", "line2_promise": "24", "line2_rate": "",
}  # fmt: skip


async def test_opening_a_client_makes_everything_it_needs(web: Web, house: House, sql: Sql) -> None:
    mona = await web("mona")

    answer = await mona.post("/clients/new", data=NEW)

    assert answer.status_code == 303
    [client] = await sql("SELECT id, name, time_zone FROM client WHERE code = 'LHG'")
    assert answer.headers["location"] == f"/clients/{client['id']}"
    assert [row["name"] for row in await sql("SELECT name FROM location WHERE client_id = $1", client["id"])] == [
        "Lakeside"
    ]
    lines = await sql(
        "SELECT name, specialty, promise_hours FROM service_line WHERE client_id = $1 ORDER BY name", client["id"]
    )
    assert [tuple(line) for line in lines] == [("Cardiology", "Cardiology", 48), ("Reads", "radiology", 24)]
    [rate] = await sql("SELECT amount, effective_on FROM rate WHERE client_id = $1", client["id"])
    assert rate["amount"] == Decimal("4.25")
    assert rate["effective_on"].day == 1
    assert rate["effective_on"] <= utc_now().date()
    [plan] = await sql("SELECT percent FROM sample_plan WHERE client_id = $1 AND closed_at IS NULL", client["id"])
    assert plan["percent"] == Decimal("12.5")
    assert await sql("SELECT FROM sample_seed WHERE client_id = $1", client["id"])
    events = await sql("SELECT action FROM access_event WHERE client_id = $1", client["id"])
    assert {"client:created", "client:changed", "rate:changed", "plan:opened"} == {row["action"] for row in events}
    shown = (await mona.get(answer.headers["location"])).text
    for words in ("Lakeside Heart Group", "$4.25", "no rate", "48 h"):
        assert words in shown


async def test_a_client_that_was_just_opened_can_seal_what_it_sends(web: Web, house: House, sql: Sql) -> None:
    from portal.actor import WORKER

    mona = await web("mona")
    await mona.post("/clients/new", data=NEW)
    [client] = await sql("SELECT id FROM client WHERE code = 'LHG'")
    async with acting_as(WORKER):
        key = await get_active_key(client["id"])
    assert key.client_id == client["id"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "TOOLONG", "The code is too long"),
        ("code", "R1", "two to five letters"),
        ("code", "NOR", "another client’s code"),
        ("name", "", "The name is missing"),
        ("zone", "Mars/Olympus", "from the list"),
        ("location", "", "first location is missing"),
        ("percent", "101", "from 0 to 100"),
        ("line1_name", "", "service line’s name is missing"),
        ("line1_promise", "soon", "whole number"),
        ("line1_rate", "4.25001", "at most 4 decimals"),
        ("line2_name", "cardiology", "same name"),
        ("line3_rate", "4.25", "service line’s name is missing"),
    ],
)
async def test_what_cannot_be_used_is_said_and_what_was_typed_is_kept(
    web: Web, house: House, sql: Sql, field: str, value: str, sentence: str
) -> None:
    mona = await web("mona")

    answer = await mona.post("/clients/new", data={**NEW, field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="America/Denver"' in answer.text or field == "zone"
    assert len(await sql("SELECT FROM client")) == 2
    assert not await sql("SELECT FROM access_event WHERE action = 'client:created'")


async def test_the_list_is_searched_and_its_csv_has_the_same_rows(web: Web) -> None:
    mona = await web("mona")
    for path in ("/clients?q=sou", "/clients.csv?q=South"):
        answer = await mona.get(path)
        assert "South Emergency" in answer.text
        assert "North Radiology" not in answer.text
    assert "No client fits" in (await mona.get("/clients?q=nobody")).text


async def test_a_contract_is_changed_on_the_clients_page(web: Web, house: House, sql: Sql) -> None:
    mona, here = await web("mona"), f"/clients/{house.north.id}"

    for path, data in (
        ("/locations", {"location": "Annex"}),
        ("/service-lines", {"new_name": "Office", "new_specialty": "Office", "new_promise": "48", "new_rate": "2.75"}),
        ("/rates", {"line": str(house.north.lines["radiology"]), "amount": "1.20", "effective_on": "2026-12-01"}),
        (f"/service-lines/{house.north.lines['emergency']}/retire", {}),
    ):
        assert (await mona.post(here + path, data=data)).status_code == 303

    shown = (await mona.get(here)).text
    for words in ("Annex", "Office", "$2.75", "from 2026-12-01", "retired"):
        assert words in shown
    [line] = await sql("SELECT promise_hours FROM service_line WHERE name = 'Office'")
    assert line["promise_hours"] == 48


async def test_a_refused_change_is_said_beside_its_field(web: Web, house: House) -> None:
    mona, here = await web("mona"), f"/clients/{house.north.id}"
    radiology = str(house.north.lines["radiology"])
    for path, data, status, sentence in (
        ("/locations", {"location": "North Radiology Main"}, 409, "different name"),
        ("/locations", {"location": ""}, 422, "The name is missing"),
        ("/service-lines", {"new_name": "Radiology", "new_specialty": "r", "new_promise": "1"}, 409, "different name"),
        ("/service-lines", {"new_name": "X", "new_specialty": "r", "new_promise": "0"}, 422, "whole number"),
        ("/rates", {"line": radiology, "amount": "9", "effective_on": "2026-01-01"}, 409, "another day"),
        ("/rates", {"line": "", "amount": "9", "effective_on": "2026-12-01"}, 422, "Choose a service line"),
        ("/rates", {"line": radiology, "amount": "-1", "effective_on": "2026-12-01"}, 422, "The rate must be"),
        ("/rates", {"line": radiology, "amount": "1", "effective_on": ""}, 422, "The first day is missing"),
        ("/grants", {"person": ""}, 422, "Choose a person"),
    ):
        answer = await mona.post(here + path, data=data)
        assert (answer.status_code, sentence in answer.text) == (status, True), (path, data)


async def test_people_are_granted_and_revoked_on_the_clients_page(web: Web, house: House, sql: Sql) -> None:
    mona, here = await web("mona"), f"/clients/{house.north.id}"
    outsider = house.outsider.person_id

    assert (await mona.post(f"{here}/grants", data={"person": str(outsider)})).status_code == 303
    assert f"{here}/grants/{outsider}/revoke" in (await mona.get(here)).text
    assert (await mona.post(f"{here}/grants/{outsider}/revoke")).status_code == 303

    [grant] = await sql(
        "SELECT granted_by, revoked_at FROM client_grant WHERE person_id = $1 AND client_id = $2", outsider,
        house.north.id,
    )  # fmt: skip
    assert grant["granted_by"] == house.mona.person_id
    assert grant["revoked_at"] is not None
    events = await sql("SELECT client_id FROM access_event WHERE action = 'grant:changed' AND object_id = $1", outsider)
    assert [row["client_id"] for row in events] == [house.north.id] * 2


async def test_client_staff_cannot_be_granted_a_client(web: Web, house: House, sql: Sql) -> None:
    mona = await web("mona")
    answer = await mona.post(f"/clients/{house.north.id}/grants", data={"person": str(house.stranger.person_id)})
    assert answer.status_code == 422
    assert "Only coders and auditors" in answer.text
    assert not await sql("SELECT FROM client_grant WHERE person_id = $1", house.stranger.person_id)


@pytest.mark.parametrize("name", ["clara", "cody", "audrey", "connie", "adam"])
async def test_only_managers_reach_clients(web: Web, house: House, sql: Sql, name: str) -> None:
    browser: Any = await web(name)
    for path in ("/clients", "/clients.csv", "/clients/new", f"/clients/{house.north.id}"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/clients/new", data=NEW)).status_code == 403
    rate = {"line": str(house.north.lines["radiology"]), "amount": "9", "effective_on": "2026-12-01"}
    assert (await browser.post(f"/clients/{house.north.id}/rates", data=rate)).status_code == 403
    assert len(await sql("SELECT FROM client")) == 2
    assert not await sql("SELECT FROM rate WHERE amount = 9")


async def test_an_unknown_client_is_not_found(web: Web) -> None:
    mona, here = await web("mona"), f"/clients/{new_id()}"
    assert (await mona.get(here)).status_code == 404
    assert (await mona.post(f"{here}/locations", data={"location": "Annex"})).status_code == 404


async def test_a_specialty_that_no_coder_has_is_marked(web: Web, house: House) -> None:
    mona, here = await web("mona"), f"/clients/{house.north.id}"
    assert "nobody codes it yet" not in (await mona.get(here)).text

    line = {"new_name": "X-rays", "new_specialty": "radiolgy", "new_promise": "24", "new_rate": "1.10"}
    assert (await mona.post(f"{here}/service-lines", data=line)).status_code == 303

    assert (await mona.get(here)).text.count("nobody codes it yet") == 1

"""People through the web: listing, adding, granting, skills, switching off."""

import pytest

from portal.identity.permissions import PERMISSIONS
from portal.ids import new_id
from portal.pages.permission_words import WORDS
from tests.cast import House
from tests.conftest import Sql, Web

NEW = {"name": "Nina New", "email": "Nina@Example.com", "kind": "coder", "password": "four words make sense"}


async def test_an_administrator_adds_somebody_who_can_sign_in(web: Web, house: House, sql: Sql) -> None:
    adam, nobody = await web("adam"), await web(None)

    answer = await adam.post("/people/new", data=NEW)

    assert answer.status_code == 303
    [row] = await sql("SELECT id, kind, client_id FROM person WHERE email = 'nina@example.com'")
    assert (row["kind"], row["client_id"]) == ("coder", None)
    assert answer.headers["location"] == f"/people/{row['id']}"
    assert await sql("SELECT FROM access_event WHERE action = 'person:created' AND object_id = $1", row["id"])
    signed_in = await nobody.post("/sign-in", data={"email": NEW["email"], "password": NEW["password"]})
    assert signed_in.status_code == 303


async def test_client_staff_belong_to_the_client_that_is_chosen(web: Web, house: House, sql: Sql) -> None:
    adam = await web("adam")
    await adam.post("/people/new", data={**NEW, "kind": "client", "client": str(house.south.id)})
    [row] = await sql("SELECT client_id FROM person WHERE email = 'nina@example.com'")
    assert row["client_id"] == house.south.id


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "The name is missing"),
        ("email", "not an address", "name@example.com"),
        ("email", "nina@example..com", "no e-mail address"),
        ("email", "cody@example.com", "exists already"),
        ("client", "any", "Only client staff belong"),
        ("kind", "worker", "Choose what the person does"),
        ("kind", "client", "Choose the client"),
        ("password", "too short", "at least 15 characters"),
    ],
)
async def test_what_cannot_be_used_is_said_and_no_password_comes_back(
    web: Web, sql: Sql, field: str, value: str, sentence: str
) -> None:
    adam = await web("adam")

    answer = await adam.post("/people/new", data={**NEW, field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert NEW["password"] not in answer.text
    assert not await sql("SELECT FROM person WHERE name = 'Nina New'")


async def test_the_list_is_filtered_sorted_and_exported_alike(web: Web, house: House) -> None:
    mona = await web("mona")
    for query, there, not_there in (
        ("kind=auditor", "Audrey", "cody@"),
        ("q=CODY", "Cody", "audrey@"),
        (f"client={house.south.id}", "Outsider", "cora@"),
        ("state=active&sort=since", "Adam", "nobody@"),
    ):
        for path in (f"/people?{query}", f"/people.csv?{query}"):
            shown = (await mona.get(path)).text
            assert there in shown, path
            assert not_there not in shown, path
    assert "Nobody fits" in (await mona.get("/people?state=disabled")).text


async def test_a_manager_grants_and_revokes_on_the_persons_page(web: Web, house: House, sql: Sql) -> None:
    mona, here = await web("mona"), f"/people/{house.cora.person_id}"

    assert (await mona.post(f"{here}/grants", data={"client": str(house.south.id)})).status_code == 303
    assert "They can pull" in (await mona.get(here)).text
    assert (await mona.post(f"{here}/grants/{house.north.id}/revoke")).status_code == 303
    assert (await mona.post(f"{here}/grants/{house.north.id}/revoke")).status_code == 303  # calm

    rows = await sql(
        "SELECT client_id FROM client_grant WHERE person_id = $1 AND revoked_at IS NULL", house.cora.person_id
    )
    assert [row["client_id"] for row in rows] == [house.south.id]
    assert len(await sql("SELECT FROM access_event WHERE action = 'grant:changed'")) == 2
    assert (await mona.post(f"{here}/grants", data={"client": ""})).status_code == 422


async def test_a_manager_sets_specialties_and_levels(web: Web, house: House, sql: Sql) -> None:
    mona, here = await web("mona"), f"/people/{house.cody.person_id}"

    for _ in range(2):
        answer = await mona.post(f"{here}/skills", data={"level radiology": "3", "level emergency": ""})
        assert answer.status_code == 303

    rows = await sql("SELECT specialty, level FROM skill WHERE person_id = $1", house.cody.person_id)
    assert [tuple(row) for row in rows] == [("radiology", 3)]
    assert len(await sql("SELECT FROM access_event WHERE action = 'skill:changed'")) == 1
    refused = await mona.post(f"{here}/skills", data={"level radiology": "9"})
    assert refused.status_code == 422
    assert "whole number from 1 to 5" in refused.text


def test_whatever_a_kind_may_do_is_said_in_words() -> None:
    assert set(WORDS) == set().union(*PERMISSIONS.values())


async def test_only_coders_and_auditors_have_specialties(web: Web, house: House, sql: Sql) -> None:
    mona = await web("mona")
    answer = await mona.post(f"/people/{house.clara.person_id}/skills", data={"level radiology": "3"})
    assert answer.status_code == 422
    assert not await sql("SELECT FROM skill WHERE person_id = $1", house.clara.person_id)
    assert (await mona.post(f"/people/{new_id()}/skills", data={})).status_code == 404


async def test_disabling_ends_every_session_at_once(web: Web, house: House, sql: Sql) -> None:
    adam, cody, elsewhere = await web("adam"), await web("cody"), await web("cody")
    here = f"/people/{house.cody.person_id}"

    for _ in range(2):
        assert (await adam.post(f"{here}/off-board")).status_code == 303

    for browser in (cody, elsewhere):
        assert (await browser.get("/")).headers["location"].startswith("/sign-in")
    assert len(await sql("SELECT FROM access_event WHERE action = 'person:disabled'")) == 1
    shown = (await adam.get(here)).text
    assert "They cannot sign in" in shown
    assert '/off-board"' not in shown
    assert "cody@example.com" in (await adam.get("/people?state=disabled")).text
    mona = await web("mona")
    refused = await mona.post(f"{here}/grants", data={"client": str(house.south.id)})
    assert refused.status_code == 422
    assert "takes them on again first" in refused.text
    assert '/pause"' not in (await mona.get(here)).text


async def test_an_administrator_cannot_disable_themselves(web: Web, house: House, sql: Sql) -> None:
    adam, here = await web("adam"), f"/people/{house.adam.person_id}"
    assert "/off-board" not in (await adam.get(here)).text
    assert (await adam.post(f"{here}/off-board")).status_code == 409
    assert not await sql("SELECT FROM person WHERE disabled_at IS NOT NULL")


async def test_each_kind_does_what_it_may(web: Web, house: House, sql: Sql) -> None:
    cody = f"/people/{house.cody.person_id}"
    grant, skills = {"client": str(house.south.id)}, {"level radiology": "5"}
    may = {
        "mona": (200, 303, 303, 403, 403), "connie": (200, 403, 403, 403, 403), "adam": (200, 403, 403, 422, 303),
        "clara": (403,) * 5, "cora": (403,) * 5, "audrey": (403,) * 5,
    }  # fmt: skip
    for name, expected in may.items():
        browser = await web(name)
        answers = (
            await browser.get(cody),
            await browser.post(f"{cody}/grants", data=grant),
            await browser.post(f"{cody}/skills", data=skills),
            await browser.post("/people/new", data={}),
            await browser.post(f"{cody}/off-board"),
        )
        assert tuple(answer.status_code for answer in answers) == expected, name
        assert (await browser.get("/people")).status_code == expected[0]


async def test_an_unknown_person_is_not_found(web: Web) -> None:
    adam = await web("adam")
    assert (await adam.get(f"/people/{new_id()}")).status_code == 404
    assert (await adam.post(f"/people/{new_id()}/off-board")).status_code == 404

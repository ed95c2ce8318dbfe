"""Signing in and out, through the web."""

import re

from tests.cast import PASSWORD
from tests.conftest import Sql, Web


async def test_the_right_password_opens_a_session_with_a_new_token(web: Web, sql: Sql) -> None:
    nobody = await web(None)
    nobody.http.cookies.set("chartway", "planted-by-somebody-else", domain="127.0.0.1")

    answer = await nobody.post("/sign-in", data={"email": "Cody@example.com", "password": PASSWORD})

    assert answer.status_code == 303
    token = re.search(r"chartway=([^;]+)", answer.headers["set-cookie"])
    assert token
    assert token[1] != "planted-by-somebody-else"
    events = await sql("SELECT outcome FROM access_event WHERE action = 'sign-in:succeeded'")
    assert [row["outcome"] for row in events] == ["success"]


async def test_a_wrong_password_and_an_unknown_person_read_the_same(web: Web) -> None:
    nobody = await web(None)

    wrong = await nobody.post("/sign-in", data={"email": "cody@example.com", "password": "not this one at all"})
    unknown = await nobody.post("/sign-in", data={"email": "none@example.com", "password": "not this one at all"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("cody@", "") == unknown.text.replace("none@", "")


async def test_signing_out_ends_the_session_for_good(web: Web) -> None:
    cody = await web("cody")
    token = cody.http.cookies["chartway"]

    assert (await cody.post("/sign-out")).status_code == 303

    cody.http.cookies.set("chartway", token, domain="127.0.0.1")
    assert (await cody.get("/")).headers["location"] == "/sign-in"

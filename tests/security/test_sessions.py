"""Sessions: a new token at each sign-in, dead at sign-out, when idle, after eight hours, and for the disabled."""

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar import Request, Response, get

from assignments.offboarding import off_board
from portal.actor import NOBODY, Kind
from portal.app import create_app
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.sessions import resume_session
from portal.identity.signing_in import MOST_PER_ACCOUNT, MOST_PER_ADDRESS
from portal.settings import Settings
from portal.web.cookies import cookie_name, csrf_token
from tests.cast import PASSWORD, PASSWORD_HASH, Browser, House, open_browser
from tests.conftest import Sql, Web


def _token(browser: Browser) -> str:
    return str(browser.http.cookies[cookie_name()])


async def _is_in(browser: Browser) -> bool:
    answer = await browser.get("/")
    assert answer.status_code == 303
    return not answer.headers["location"].startswith("/sign-in")


async def test_a_planted_token_is_never_adopted(web: Web, sql: Sql) -> None:
    nobody = await web(None)
    for planted in ("planted", "a" * 43, "", "é".encode().hex()):
        nobody.http.cookies.set(cookie_name(), planted, domain="127.0.0.1")
        assert not await _is_in(nobody)
    assert not await sql("SELECT 1 FROM web_session")


async def test_each_sign_in_makes_a_new_token_and_ends_the_one_it_came_with(web: Web) -> None:
    cody = await web("cody")
    before = _token(cody)

    answer = await cody.post("/sign-in", data={"email": "cody@example.com", "password": PASSWORD})

    assert answer.status_code == 303
    assert _token(cody) != before
    assert await _is_in(cody)
    cody.http.cookies.set(cookie_name(), before, domain="127.0.0.1")
    assert not await _is_in(cody)


async def test_a_slow_request_that_overlaps_the_sign_out_brings_nothing_back(house: House) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @get("/slow", opt={"permission": "account:use"})
    async def slow(request: Request[Any, Any, Any]) -> Response[str]:
        begun.set()
        await go_on.wait()
        return Response("done")

    app = create_app(Settings())
    app.register(slow)
    cody = await open_browser(app, house.cody)
    token = _token(cody)
    running = asyncio.create_task(cody.get("/slow"))
    await begun.wait()

    other_tab = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8700")
    other_tab.cookies.set(cookie_name(), token, domain="127.0.0.1")
    assert (await other_tab.post("/sign-out", headers={"x-csrf-token": csrf_token(token)})).status_code == 303
    go_on.set()

    assert (await running).text == "done"
    assert not await _is_in(cody)
    assert await resume_session(token, NOBODY.origin) is None


@pytest.mark.parametrize("column", ["idle_expires_at", "absolute_expires_at"])
async def test_a_session_ends_by_itself(web: Web, sql: Sql, column: str) -> None:
    cody = await web("cody")
    assert await _is_in(cody)

    await sql(f"UPDATE web_session SET {column} = clock_timestamp() - interval '1 second'")

    assert not await _is_in(cody)
    assert not any(await asyncio.gather(*[_is_in(cody) for _ in range(8)]))


async def test_work_slides_the_idle_limit_but_never_past_the_absolute_one(web: Web, sql: Sql) -> None:
    cody = await web("cody")
    [limits] = await sql(
        "SELECT idle_expires_at - created_at AS idle, absolute_expires_at - created_at AS absolute FROM web_session"
    )
    assert (round(limits["idle"].total_seconds()), round(limits["absolute"].total_seconds())) == (15 * 60, 8 * 3600)

    await sql("UPDATE web_session SET idle_expires_at = clock_timestamp() + interval '1 minute'")
    assert await _is_in(cody)
    [slid] = await sql("SELECT idle_expires_at > clock_timestamp() + interval '14 min' AS far FROM web_session")
    assert slid["far"]

    await sql(
        "UPDATE web_session SET absolute_expires_at = clock_timestamp() + interval '2 minutes',"
        " idle_expires_at = clock_timestamp() + interval '1 minute'"
    )
    assert await _is_in(cody)
    assert (await sql("SELECT idle_expires_at <= absolute_expires_at AS within FROM web_session"))[0]["within"]


async def test_a_disabled_person_is_out_at_their_next_request(web: Web, house: House, sql: Sql) -> None:
    cody, second = await web("cody"), await web("cody")
    assert house.cody.person_id is not None
    await off_board(house.adam, person_id=house.cody.person_id, now=utc_now())
    assert not await _is_in(cody)
    assert not await _is_in(second)

    await sql("UPDATE web_session SET revoked_at = NULL, revoke_reason = NULL")  # as if the revoking had been missed
    assert not await _is_in(cody)


async def test_staff_of_a_closed_client_are_out_and_do_not_sign_in_again(web: Web, house: House, sql: Sql) -> None:
    clara, stranger = await web("clara"), await web("stranger")
    await sql("UPDATE client SET closed_at = now() WHERE id = $1", house.north.id)
    assert not await _is_in(clara)
    assert await _is_in(stranger)
    again = await (await web(None)).post("/sign-in", data={"email": "clara@example.com", "password": PASSWORD})
    assert again.status_code == 422
    [*_, last] = await sql("SELECT action, actor_id FROM access_event ORDER BY recorded_at, id")
    assert last["action"] == "sign-in:failed"


async def test_the_database_holds_no_usable_token(web: Web, sql: Sql) -> None:
    cody = await web("cody")
    await cody.get("/")
    token = _token(cody)

    rows = await sql("SELECT token_hash, web_session::text AS row FROM web_session")

    assert [bytes(row["token_hash"]) for row in rows] == [hashlib.sha256(token.encode()).digest()]
    assert all(token not in row["row"] for row in rows)
    assert len(token) >= 43


async def test_sign_in_is_throttled_for_an_account_that_exists_and_for_one_that_does_not(web: Web, sql: Sql) -> None:
    nobody = await web(None)
    for email in ("cody@example.com", "none@example.com"):
        assert (await nobody.post("/sign-in", data={"email": email, "password": "x"})).status_code == 422
        await sql("UPDATE throttle SET count = $1 WHERE count < $1 AND count < 10", MOST_PER_ACCOUNT - 1)
        assert (await nobody.post("/sign-in", data={"email": email, "password": "x"})).status_code == 422
        refused = await nobody.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert refused.status_code == 429
        assert cookie_name() not in refused.cookies
    # The keys are hashes: the table does not tell whose account it is.
    assert all("@" not in row["key"] for row in await sql("SELECT key FROM throttle"))

    await sql("UPDATE throttle SET until = clock_timestamp() - interval '1 second'")
    assert (await nobody.post("/sign-in", data={"email": "cody@example.com", "password": PASSWORD})).status_code == 303


async def test_an_address_is_throttled_across_accounts(web: Web, sql: Sql) -> None:
    nobody = await web(None)
    await nobody.post("/sign-in", data={"email": "first@example.com", "password": "x"})
    await sql("UPDATE throttle SET count = $1", MOST_PER_ADDRESS)
    answer = await nobody.post("/sign-in", data={"email": "another@example.com", "password": "x"})
    assert answer.status_code == 429


async def test_an_office_signs_in_from_one_address(web: Web, sql: Sql) -> None:
    nobody = await web(None)
    await nobody.post("/sign-in", data={"email": "first@example.com", "password": "x"})
    await sql("UPDATE throttle SET count = $1", MOST_PER_ADDRESS - 1)
    for email in ("cody@example.com", "cora@example.com", "clara@example.com"):
        somebody = await web(None)
        assert (await somebody.post("/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
    # Whoever signs in rightly gives back their own try and nobody else's.
    for expected in (422, 429):
        assert (await nobody.post("/sign-in", data={"email": "x@example.com", "password": "x"})).status_code == expected


async def test_a_password_of_a_megabyte_costs_nothing(web: Web) -> None:
    nobody = await web(None)
    for password in ("x" * 900_000, "\x00", "\ud7ff" * 200, "e\u0301" * 150):
        answer = await nobody.post("/sign-in", data={"email": "cody@example.com", "password": password})
        assert answer.status_code == 422


async def test_a_message_for_the_next_page_stays_with_its_session(house: House, web: Web, sql: Sql) -> None:
    from portal.identity.sessions import leave_flash

    cody = await web("cody")
    resumed = await resume_session(_token(cody), house.cody.origin)
    assert resumed is not None
    assert resumed.actor.kind is Kind.CODER
    async with acting_as(house.cora):  # somebody else, with cody's session id
        await leave_flash(replace(house.cora, session_id=resumed.actor.session_id), "planted")
    assert not (await sql("SELECT flash FROM web_session"))[0]["flash"]
    assert DB.current_transaction.get() is None


async def test_where_to_go_after_signing_in_is_one_of_our_own_paths(web: Web, sql: Sql) -> None:
    for target in (
        "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil.example",
        "/\t/evil.example", "/%0d%0aSet-Cookie:x=y", "http:evil.example", "/a\r\nX: y", "/\u2028/evil.example",
    ):  # fmt: skip
        nobody = await web(None)
        # The weak hash of the cast again: signing in stores a strong one, which takes its time.
        await sql("UPDATE person SET password_hash = $1 WHERE email = 'cody@example.com'", PASSWORD_HASH)
        data = {"email": "cody@example.com", "password": PASSWORD, "next": target}
        answer = await nobody.post("/sign-in", data=data)
        assert answer.status_code == 303
        where = httpx.URL("http://127.0.0.1:8700").join(answer.headers["location"])
        assert (where.host, where.port) == ("127.0.0.1", 8700), target
        assert "\r" not in answer.headers["location"]
        assert "\t" not in answer.headers["location"]
        assert "x" not in answer.cookies

"""Forged requests: no token, another session's token, another site; by form, by header, by multipart; and HEAD."""

from typing import Any

import httpx

from portal.web.cookies import cookie_name, csrf_token
from tests.conftest import Sql, Web

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def _signed_in(web: Web, name: str = "cody") -> tuple[httpx.AsyncClient, str]:
    browser = await web(name)
    del browser.http.headers["x-csrf-token"]
    return browser.http, str(browser.http.cookies[cookie_name()])


async def _still_in(http: httpx.AsyncClient) -> bool:
    return not (await http.get("/")).headers["location"].startswith("/sign-in")


async def test_without_a_token_nothing_is_changed(web: Web) -> None:
    http, _ = await _signed_in(web)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await http.request(method, "/sign-out")
        assert answer.status_code == (403 if method == "POST" else 405)
        assert await _still_in(http)


async def test_only_the_own_sessions_token_is_right(web: Web) -> None:
    http, token = await _signed_in(web)
    _, others = await _signed_in(web, "cora")
    own = csrf_token(token)
    wrong = ["", "x", csrf_token(others), csrf_token(None), own[:-1], own.upper(), "é"]
    for presented in wrong:
        assert (await http.post("/sign-out", data={"csrf_token": presented})).status_code == 403, presented
        assert (await http.post("/sign-out", headers={"x-csrf-token": presented.encode()})).status_code == 403  # type: ignore[dict-item]
    assert await _still_in(http)
    assert (await http.post("/sign-out", data={"csrf_token": csrf_token(token)})).status_code == 303
    assert not await _still_in(http)


FOREIGN: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"},
    {"origin": "null"}, {"origin": "http://127.0.0.1:8701"}, {"origin": "http://127.0.0.1:8700.evil.example"},
)  # fmt: skip
OURS: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://127.0.0.1:8700"}, {},
)  # fmt: skip


async def test_another_site_is_refused_even_with_the_right_token(web: Web) -> None:
    http, token = await _signed_in(web)
    nobody = await web(None)
    for headers in FOREIGN:
        answer = await http.post("/sign-out", headers={"x-csrf-token": csrf_token(token), **headers})
        assert answer.status_code == 403, headers
        assert await _still_in(http)
        # Signing somebody in to an attacker's account is a forgery, too.
        assert (await nobody.post("/sign-in", data={"email": "x", "password": "y"}, headers=headers)).status_code == 403


async def test_our_own_pages_are_let_through(web: Web) -> None:
    for headers in OURS:
        http, token = await _signed_in(web)
        answer = await http.post("/sign-out", headers={"x-csrf-token": csrf_token(token), **headers})
        assert answer.status_code == 303, headers


async def test_multipart_without_the_header_is_refused_before_it_is_read(web: Web) -> None:
    http, token = await _signed_in(web)
    read: list[int] = []

    async def body() -> Any:
        for number in range(50):
            read.append(number)
            yield b'--x\r\ncontent-disposition: form-data; name="csrf_token"\r\n\r\n' + csrf_token(token).encode()

    answer = await http.post("/sign-out", content=body(), headers={"content-type": "multipart/form-data; boundary=x"})

    assert answer.status_code == 403
    assert await _still_in(http)


async def test_a_form_that_is_too_long_is_refused(web: Web) -> None:
    http, _ = await _signed_in(web)
    answer = await http.post("/sign-out", content=b"a=" + b"x" * 1_000_001, headers=FORM)
    assert answer.status_code == 413


async def test_a_refused_forgery_is_in_the_access_log(web: Web, sql: Sql) -> None:
    http, _ = await _signed_in(web)
    await http.post("/sign-out")
    rows = await sql("SELECT outcome, object_type FROM access_event WHERE action = 'request:refused'")
    assert [(row["outcome"], row["object_type"]) for row in rows] == [("denied", "POST post_sign_out")]


async def test_head_and_options_open_nothing(web: Web) -> None:
    nobody = await web(None)
    for path in ("/", "/access-log", "/charts"):
        for method in ("HEAD", "OPTIONS", "TRACE"):
            answer = await nobody.http.request(method, path)
            assert answer.status_code in (303, 405), (method, path)
            assert "<main" not in answer.text or answer.status_code == 405, (method, path)

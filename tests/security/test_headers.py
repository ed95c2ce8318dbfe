"""Headers on every answer, whoever made it; and error pages that tell the reader what to do and nothing else."""

import re
from typing import Any

import pytest
from litestar import Request, Response, get
from litestar.params import FromPath

from portal.app import create_app
from portal.settings import Settings
from portal.web.templating import static
from tests.cast import House, open_browser
from tests.conftest import Web

SECRET = "Zebra Nightingale 4711"

ALWAYS = {
    "x-content-type-options": "nosniff", "referrer-policy": "same-origin", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin", "permissions-policy": "camera=(), geolocation=(), microphone=()",
}  # fmt: skip


def _check(headers: Any) -> None:
    for name, value in ALWAYS.items():
        assert headers[name] == value
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "server" not in headers


@get("/breaks/{word:str}", opt={"permission": "account:use"})
async def breaks(request: Request[Any, Any, Any], word: FromPath[str]) -> Response[str]:
    raise RuntimeError(f"the chart of {SECRET} broke on {word}")


async def test_every_kind_of_answer_has_them(house: House) -> None:
    app = create_app(Settings())
    app.register(breaks)
    cody, nobody = await open_browser(app, house.cody), await open_browser(app, None)
    for browser, method, path, status in (
        (nobody, "GET", "/sign-in", 200), (nobody, "GET", "/", 303), (cody, "GET", "/", 303),
        (nobody, "GET", "/no-such-page", 404), (cody, "GET", "/no-such-page", 404), (cody, "PUT", "/sign-in", 405),
        (cody, "GET", "/access-log", 403), (cody, "GET", "/breaks/now", 500), (cody, "POST", "/sign-out", 303),
        (nobody, "POST", "/sign-in", 422),
    ):  # fmt: skip
        answer = await browser.http.request(method, path)
        assert answer.status_code == status, (method, path)
        _check(answer.headers)
        assert answer.headers["cache-control"] == "no-store"
    kept = await nobody.get(static("chartway.css"))
    assert kept.status_code == 200
    _check(kept.headers)
    assert set(kept.headers["cache-control"].split(", ")) == {"public", "max-age=31536000", "immutable"}


async def test_a_bug_shows_its_number_and_nothing_of_itself(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    app = create_app(Settings())
    app.register(breaks)
    cody = await open_browser(app, house.cody)
    capfd.readouterr()

    answer = await cody.get("/breaks/Nightjar")

    assert answer.status_code == 500
    for hidden in ("Zebra", "RuntimeError", "Traceback", "Nightjar", ".py"):
        assert hidden not in answer.text
    written = "".join(capfd.readouterr())
    [number] = set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", answer.text)) - {str(house.cody.person_id)}
    assert number in written
    assert "Zebra" not in written
    assert "Nightjar" not in written
    assert "RuntimeError" in written


async def test_errors_repeat_nothing_of_what_was_sent(web: Web) -> None:
    cody = await web("cody")
    for path in ("/zebra-nightingale", "/charts/zebra-nightingale", "/access-log?person=zebra-nightingale",
                 "/sign-in/zebra-nightingale?x=zebra-nightingale"):  # fmt: skip
        answer = await cody.get(path, headers={"referer": "http://127.0.0.1:8700/zebra-nightingale"})
        assert answer.status_code >= 400
        assert "zebra-nightingale" not in answer.text
    api = await cody.get("/api/v1/zebra-nightingale")
    assert api.headers["content-type"] == "application/problem+json"
    assert "zebra-nightingale" not in api.text


async def test_cookies_are_locked_to_the_portal(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cast import PASSWORD

    for origin, wanted in (
        ("http://127.0.0.1:8700", {"HttpOnly", "Path=/", "SameSite=lax"}),
        ("https://portal.example.com", {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}),
    ):
        monkeypatch.setattr("portal.web.cookies.get_settings", lambda origin=origin: Settings(origin=origin))
        monkeypatch.setattr("portal.web.headers.get_settings", lambda origin=origin: Settings(origin=origin))
        nobody = await web(None)
        answer = await nobody.post("/sign-in", data={"email": "cody@example.com", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        name, *attributes = [part.strip() for part in cookie.split(";")]
        assert set(attributes) == wanted
        assert name.startswith("__Host-chartway=" if "Secure" in wanted else "chartway=")
        assert ("strict-transport-security" in answer.headers) == ("Secure" in wanted)


async def test_signing_out_clears_what_the_browser_kept(web: Web) -> None:
    cody = await web("cody")
    answer = await cody.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]

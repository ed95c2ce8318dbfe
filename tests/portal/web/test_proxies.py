"""Behind proxies: the address that the nearest trusted proxy saw counts, never one that a client can write."""

import json

import httpx
import pytest

from portal.settings import Settings
from tests.cast import House, the_app
from tests.conftest import Sql


async def test_the_address_in_the_log(house: House, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = httpx.ASGITransport(app=the_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8700") as http:
        for hops, forwarded, recorded in (
            (0, "203.0.113.9", "127.0.0.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
            (2, "10.9.9.9, 203.0.113.9, 192.0.2.1", "203.0.113.9"),
            (2, "203.0.113.9", "127.0.0.1"),
            (1, "2001:db8::1", "2001:db8::1"),
            (1, "<script>", None),
            (1, "", "127.0.0.1"),
        ):
            settings = Settings(proxy_hops=hops)
            monkeypatch.setattr("portal.web.authentication.get_settings", lambda settings=settings: settings)
            await http.post("/sign-in", data={"email": "x@y", "password": "z"}, headers={"x-forwarded-for": forwarded})
            [row] = await sql("SELECT canonical FROM access_event ORDER BY recorded_at DESC LIMIT 1")
            assert json.loads(row["canonical"])["origin"]["ip"] == recorded, (hops, forwarded)

"""A chart's whole life, by HTTP alone: two clients, every kind of person, from the upload to the invoice."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from portal.clock import set_back_to
from tests.cast import House, the_app
from tests.conftest import Sql
from tests.journeys.steps import Town, change, code, find, issue, pull, submit, upload, verify

MORNING = datetime(2026, 9, 29, 14, 0, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 2, 14, 0, tzinfo=UTC)

Work = Callable[[], Awaitable[None]]


@pytest.fixture
async def town(house: House) -> AsyncIterator[Town]:
    """The house with its doors open."""
    made = Town(house, {}, httpx.ASGITransport(app=the_app()))
    yield made
    await made.close()


async def test_the_whole_life_of_a_chart(town: Town, work: Work, sql: Sql) -> None:
    with set_back_to(MORNING):
        chart = await upload(town, "clara", town.house.north, encounter="V-1001", mrn="M-77")
        await upload(town, "stranger", town.house.south, encounter="V-1001", mrn="M-77")
        await work()

    with set_back_to(MORNING + timedelta(hours=1)):
        await code(town, "cora", ["J18.9", "E11.9", "G0463 AB"])
        await work()

    with set_back_to(MORNING + timedelta(hours=2)):
        await find(town, "abel", replace="J18.9", by="J18.1")

    with set_back_to(MORNING + timedelta(hours=3)):
        desk = await pull(town, "cora")
        assert "J18.1" in desk.text, "the coder sees what the auditor found"
        await change(await town.visitor("cora"), desk, "J18.9", "J18.1")
        await submit(town, "cora", desk)
        await work()
        await verify(town, "abel")
        await work()

    clara = await town.visitor("clara")
    delivered = await clara.see(chart)
    assert "J18.1" in delivered
    assert "Delivered" in delivered
    exported = (await clara.fetch(f"{chart}/codes.csv")).decode("utf-8-sig")
    assert "J18.1" in exported
    assert "G0463" in exported

    with set_back_to(OCTOBER):
        invoice = await issue(town, town.house.north)
    assert "$1.10" in invoice.text

    await _ensure_it_is_on_record(town, sql)
    await _ensure_nobody_else_sees_it(town, chart, str(invoice.url.path))


async def _ensure_it_is_on_record(town: Town, sql: Sql) -> None:
    log = await (await town.visitor("connie")).see("/access-log")
    for name in ("Clara", "Cora", "Abel", "Mona"):
        assert name in log
    rows = await sql("SELECT DISTINCT action FROM access_event WHERE outcome = 'success'")
    told = {row["action"] for row in rows}
    assert told >= {
        "sign-in:succeeded", "document:uploaded", "document:prepared", "assignment:pulled", "chart:opened",
        "coding:submitted", "audit:opened", "audit:submitted", "audit:closed", "invoice:issued",
    }  # fmt: skip


async def _ensure_nobody_else_sees_it(town: Town, chart: str, invoice: str) -> None:
    stranger = await town.visitor("stranger")
    for path in (chart, f"{chart}/codes.csv", invoice):
        missing = re.sub(r"[0-9a-f-]{36}", str(uuid4()), path)
        foreign, absent = await stranger.http.get(path), await stranger.http.get(missing)
        assert foreign.status_code == absent.status_code == 404
        assert _plain(foreign.text) == _plain(absent.text)
    outsider = await town.visitor("outsider")
    assert (await outsider.http.get(f"/desk{chart}")).status_code in (404, 409)


def _plain(text: str) -> str:
    return re.sub(r"[0-9a-f-]{36}|[0-9a-f]{64}", "", text)

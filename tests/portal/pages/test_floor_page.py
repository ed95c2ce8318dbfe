"""The floor through the web: what waits, what is late, who is on it, and each chart's way."""

import re
from datetime import timedelta
from typing import Any

import pytest

from portal.clock import utc_now
from portal.ids import new_id
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


def _stat(page: str, label: str) -> str:
    found = re.search(rf'{label}(?:</a>)?</span>\s*<span class="stat-value">([^<]*)<', page)
    assert found, label
    return found[1]


async def test_the_board_counts_what_waits_what_is_late_and_who_is_on(web: Web, house: House, sql: Sql) -> None:
    now = utc_now()
    await make_chart(sql, house, received_at=now - timedelta(hours=30), text=None)  # late
    await make_chart(sql, house, received_at=now - timedelta(hours=22), text=None)  # due in two hours
    await make_chart(sql, house, received_at=now, text=None)
    await make_chart(sql, house, received_at=now, text=None, client=house.south, specialty="emergency")
    await make_chart(sql, house, received_at=now, text=None, state="delivered", coder=house.cody)
    await pull_chart(house.cora, now=now)  # the late one
    mona = await web("mona")

    page = (await mona.get("/floor")).text

    assert [_stat(page, label) for label in ("Waiting", "Late", "At risk", "In work", "Coders on")] == [
        "3", "1", "1", "1", "1",
    ]  # fmt: skip
    assert 'aria-label="Open charts: 1 in time, 1 at risk, 1 late"' in page
    assert "1 late" in page
    assert "North Radiology" in page
    assert "South Emergency" in page


async def test_an_empty_floor_says_so(web: Web) -> None:
    mona = await web("mona")
    assert "Nothing is open" in (await mona.get("/floor")).text
    assert "No chart fits" in (await mona.get("/floor/charts")).text


async def test_charts_are_found_by_number_client_state_and_due_time(web: Web, house: House, sql: Sql) -> None:
    now = utc_now()
    late = await make_chart(sql, house, received_at=now - timedelta(hours=30), text=None)
    fresh = await make_chart(sql, house, received_at=now, text=None, client=house.south)
    done = await make_chart(
        sql, house, received_at=now - timedelta(hours=99), text=None, state="delivered", coder=house.cody
    )
    everything = {late.number, fresh.number, done.number}
    mona = await web("mona")
    for query, expected in (
        ("", everything),
        (f"q={late.number.lower()}", {late.number}),
        (f"client={house.south.id}", {fresh.number}),
        ("state=delivered", {done.number}),
        ("state=open", {late.number, fresh.number}),
        ("due=late", {late.number}),
        ("due=risk", set()),
        ("specialty=radiology&sort=chart", everything),
        ("specialty=emergency", set()),
        ("client=nonsense&state=nonsense&due=nonsense&sort=nonsense&page=nonsense", everything),
    ):
        for path in (f"/floor/charts?{query}", f"/floor/charts.csv?{query}"):
            text = (await mona.get(path)).text
            assert {number for number in everything if number in text} == expected, path


async def test_a_list_of_charts_names_no_patient(web: Web, house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, patient_name="Zebulon Quartz", mrn="MRN-778899")
    mona = await web("mona")
    for path in ("/floor", "/floor/charts", "/floor/charts.csv", f"/floor/charts/{chart.id}"):
        text = (await mona.get(path)).text
        for secret in ("Zebulon", "Quartz", "778899", "ENC-", str(chart.patient_id)):
            assert secret not in text, path


async def test_a_chart_shows_its_way(web: Web, house: House, sql: Sql) -> None:
    from assignments.moving import move_chart
    from assignments.rules import ChartState
    from portal.actor import WORKER
    from portal.database import acting_as
    from tests.cast import NOW

    chart = await make_chart(sql, house, state="received", text=None)
    async with acting_as(WORKER):
        await move_chart(WORKER, chart_id=chart.id, to=ChartState.READY, now=NOW)
    line = await make_chart(sql, house, text=None)
    await pull_chart(house.cora)
    mona = await web("mona")

    moved = (await mona.get(f"/floor/charts/{chart.id}")).text
    held = (await mona.get(f"/floor/charts/{line.id}")).text

    assert "received → ready" in moved
    assert "not been put in line" in moved
    assert "Pulled: the next in “Everything else”" in held
    assert "Cora" in held
    assert "held now" in held
    assert "assigned" in held


async def test_the_list_is_paged_by_fifty(web: Web, house: House, sql: Sql) -> None:
    for _ in range(51):
        await make_chart(sql, house, text=None)
    mona = await web("mona")
    first = (await mona.get("/floor/charts?sort=chart")).text
    second = (await mona.get("/floor/charts?sort=chart&page=2")).text
    assert "NOR-1001" in first
    assert "NOR-1051" not in first
    assert "NOR-1051" in second
    assert 'href="?sort=chart&amp;page=2"' in first


@pytest.mark.parametrize("name", ["clara", "cody", "audrey", "connie", "adam"])
async def test_only_managers_reach_the_floor(web: Web, house: House, sql: Sql, name: str) -> None:
    chart = await make_chart(sql, house, text=None)
    browser: Any = await web(name)
    for path in ("/floor", "/floor/charts", "/floor/charts.csv", f"/floor/charts/{chart.id}"):
        assert (await browser.get(path)).status_code == 403


async def test_an_unknown_chart_is_not_found(web: Web) -> None:
    mona = await web("mona")
    assert (await mona.get(f"/floor/charts/{new_id()}")).status_code == 404

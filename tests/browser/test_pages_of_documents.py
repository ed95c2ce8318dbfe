"""The pages around documents, as the people who use them: no barriers, nothing beside the window."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser

PLACES = {
    "clara": (
        "/charts", "/upload", "/batches", "/encounters", "/schedule", "/deliveries", "/deliveries/new", "/duplicates",
    ),
    "mona": (
        "/batches", "/late-documents", "/duplicates", "/clients/{client}/days", "/clients/{client}/limits",
        "/clients/{client}/service-lines/{line}/promise", "/floor/turnaround", "/floor/charts/{chart}",
    ),
    "connie": ("/agreements", "/retention", "/safekeeping"),
    "adam": ("/api-tokens",),
}  # fmt: skip


def listen(page: Page) -> list[str]:
    """What goes wrong on a page from now on: errors on its console, answers that are errors."""
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    return wrong


async def leans_out(page: Page) -> bool:
    """Whether a telephone's window would have to be scrolled sideways."""
    await page.set_viewport_size({"width": 390, "height": 850})
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    await page.set_viewport_size({"width": 1360, "height": 850})
    return wide


@pytest.mark.parametrize("name", PLACES)
async def test_every_page_can_be_used_by_everybody(portal: Portal, open_page: OpenPage, sql: Sql, name: str) -> None:
    chart, north = await make_chart(sql, portal.house), portal.house.north
    page = await open_page(name)
    wrong = listen(page)
    for place in PLACES[name]:
        await page.goto(place.format(client=north.id, line=north.lines["radiology"], chart=chart.id))
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert (place, await find_barriers(page)) == (place, [])
        assert (place, await leans_out(page)) == (place, False)
        await take_picture(page, name + place.replace("/", "-").replace("{", "").replace("}", ""))
    assert wrong == []

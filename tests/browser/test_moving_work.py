"""Two coders at once, and a manager who moves work, in real browsers."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


async def _next(page: Page) -> str:
    """Press “Next chart”; the chart that comes."""
    await page.goto("/desk")
    await page.keyboard.press("n")
    await page.wait_for_url(re.compile(r"/desk/charts/[0-9a-f-]{36}"))
    return page.url.rpartition("/")[2]


async def _choose(page: Page, number: str, button: str) -> None:
    await page.goto(f"/floor/work?q={number}")
    await page.get_by_label(f"Choose {number} for coding").check()
    await page.get_by_role("button", name=button).click()


async def test_next_at_once_and_work_that_a_manager_moves(portal: Portal, sql: Sql, open_page: OpenPage) -> None:
    charts = [await make_chart(sql, portal.house) for _ in range(3)]
    wanted = charts[2]
    await sql("UPDATE queue_entry SET rank = rank + interval '90 days' WHERE id = $1", wanted.entry_id)
    mona, cody, cora = await asyncio.gather(*(open_page(name) for name in ("mona", "cody", "cora")))

    first, second = await asyncio.gather(_next(cody), _next(cora))
    assert {first, second} == {str(chart.id) for chart in charts[:2]}

    await _choose(mona, wanted.number, "Keep for …")
    await mona.get_by_label("Share of Cora").fill("1")
    await mona.get_by_label("Reason").select_option(label="It cannot wait")
    await mona.get_by_role("button", name="Show what will happen").click()
    await expect(mona.locator("#preview")).to_contain_text("1 chart kept for Cora")
    assert await find_barriers(mona) == []
    await take_picture(mona, "manager-keep-for")
    await mona.get_by_role("button", name="Keep them").click()
    await expect(mona.get_by_text("Kept for 8 hours: 1 for Cora.")).to_be_visible()
    assert await find_barriers(mona) == []
    await take_picture(mona, "manager-work")

    # Mona takes back what Cody types at: his next save tells him, and what he typed is there when it comes again.
    await cody.keyboard.type("J18.9")
    await cody.keyboard.press("Enter")
    await expect(cody.locator("table.lines td.code")).to_have_count(1)
    number = next(chart.number for chart in charts if str(chart.id) == first)
    await _choose(mona, number, "Take back …")
    await mona.get_by_label("Reason").select_option(label="It has been open for too long")
    await mona.get_by_role("button", name="Take them back").click()
    await expect(mona.get_by_text(f"Taken back: {number} from Cody")).to_be_visible()
    await cody.locator("#entry").fill("E11.9")
    await cody.keyboard.press("Enter")
    await expect(cody.get_by_text("You no longer hold this chart")).to_be_visible()
    assert await _next(cody) == first
    await expect(cody.locator("table.lines td.code")).to_have_text(["J18.9"])

    await cora.locator("#entry").fill("J18.9")
    await cora.keyboard.press("Enter")
    await expect(cora.locator("table.lines td.code")).to_have_count(1)
    await cora.locator("#entry").fill("71046 A")
    await cora.keyboard.press("Enter")
    await expect(cora.locator("table.lines td.code")).to_have_count(2)
    await cora.keyboard.press("Control+Enter")
    await cora.wait_for_url(f"**/desk/charts/{wanted.id}")

    await mona.goto(f"/floor/charts/{wanted.id}")
    await expect(mona.get_by_text("Pulled: it was kept for them")).to_be_visible()
    assert await find_barriers(mona) == []
    await take_picture(mona, "manager-chart")
    await mona.goto("/worklists/new?stage=coding")
    await mona.get_by_label("Name").fill("Rush")
    await mona.get_by_label("Add a criterion: about what").select_option(label="Client")
    await mona.get_by_role("button", name="Add a criterion").click()
    await mona.get_by_label("With what Client is compared").select_option(label="North Radiology")
    await mona.get_by_role("button", name="Show what it would take").last.click()
    await expect(mona.locator("#preview")).to_be_visible()
    assert await find_barriers(mona) == []
    await take_picture(mona, "manager-worklist")
    narrow = await open_page("mona", width=390, height=844, dark=True)
    for path, name in (("/worklists", "worklists"), ("/floor/work", "work"), ("/floor", "floor")):
        await narrow.goto(path)
        assert await find_barriers(narrow) == []
        assert await narrow.evaluate("document.documentElement.scrollWidth") <= 390, path
        await take_picture(narrow, f"manager-{name}-narrow")

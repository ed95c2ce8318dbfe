"""New rules are confirmed and the E/M worksheet is filled in, without touching the mouse."""

from playwright.async_api import expect

from portal.tenancy.guidelines import write_guideline
from tests.browser.conftest import OpenPage, Portal, find_barriers
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart


async def test_from_the_keyboard_alone(portal: Portal, open_page: OpenPage, house: House, sql: Sql) -> None:
    await write_guideline(
        house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"], body="Bill globally.",
        now=NOW,
    )  # fmt: skip
    chart = await make_chart(sql, house, with_pages=1)
    await pull_chart(house.cody)
    page = await open_page("cody")
    await page.goto(f"/desk/charts/{chart.id}")
    await expect(page.locator("#guideline-news")).to_contain_text("Bill globally.")
    assert await find_barriers(page) == []

    await page.keyboard.press("Alt+g")
    await expect(page.locator("#entry")).to_be_focused()
    await page.keyboard.press("Alt+m")
    await expect(page.locator('[name="setting"]')).to_be_focused()
    await page.get_by_label("New and simple, illness or injury").press("1")
    await page.keyboard.press("Tab")
    await expect(page.locator("#level-result")).to_contain_text("So far: judge the risk.")
    await page.get_by_label("Risk of how it is managed").press("l")
    await page.keyboard.press("Tab")
    await expect(page.locator(".level-sentence")).to_contain_text("Level 3, established patient")
    assert await find_barriers(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("#entry")).to_be_focused()
    await page.keyboard.press("Alt+g")
    await expect(page.locator("#drawer")).to_contain_text("Version 1")

"""Unsure, from the keyboard alone: selected words and the line in focus go along, and the page leads back."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.browser.test_evidence import select_words
from tests.browser.test_viewer import open_desk
from tests.conftest import Sql

pytestmark = pytest.mark.browser


async def test_the_place_and_the_line_go_along(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    page = await open_desk(portal, open_page, sql, pages=1)
    keys, drawer = page.keyboard, page.locator("#drawer")
    await page.evaluate("document.addEventListener('viewer:select', (event) => { window.told = event.detail })")
    await keys.type("I10")
    await keys.press("Enter")
    await expect(page.locator("#line-d1")).to_be_visible()
    words = await select_words(page, 2, 5)
    await page.locator("#line-d1").focus()

    await keys.press("Alt+u")
    note = drawer.locator('[name="note"]')
    await expect(note).to_be_focused()
    await expect(drawer.locator("[data-placed-words]")).to_have_text(" ".join(words.split()))
    await expect(drawer.locator('[name="line"]')).to_have_value("d1")
    await keys.type("Is this the reason?")
    assert await find_barriers(page) == []
    await drawer.get_by_role("button", name="Mark it").press("Enter")
    await expect(page.locator("#doubts")).to_contain_text("unsure: 1 mark")
    await expect(drawer.get_by_role("link", name="p1")).to_be_visible()
    await take_picture(page, "unsure")

    await drawer.get_by_role("button", name="Take mark 1 back").press("Enter")
    await page.locator("#confirm-yes").press("Enter")
    await expect(page.locator("#doubts")).to_have_text("")

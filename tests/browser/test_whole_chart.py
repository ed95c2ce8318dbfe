"""One chart coded from start to submit without touching the mouse, with everything that a chart asks for."""

import re

import pytest
from playwright.async_api import Page, expect

from portal.tenancy.guidelines import write_guideline
from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.browser.test_desk_keyboard import row_codes
from tests.cast import NOW
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser


async def picture_everywhere(page: Page, name: str) -> None:
    """The desk as it stands at 1360 and 1920, light and dark."""
    for dark in (False, True):
        await page.emulate_media(color_scheme="dark" if dark else "light")
        for width, height in ((1360, 900), (1920, 1080)):
            await page.set_viewport_size({"width": width, "height": height})
            await take_picture(page, f"{name}-{width}-{'dark' if dark else 'light'}")
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            # Whatever is open, the box that everything is typed into is on the screen.
            await expect(page.locator("#entry")).to_be_in_viewport(ratio=1)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1360, "height": 900})


async def test_one_chart_from_start_to_submit_without_touching_the_mouse(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    house = portal.house
    await write_guideline(
        house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"], body="Bill globally.",
        now=NOW,
    )  # fmt: skip
    first = await make_chart(sql, house, with_pages=2, with_words=True)
    second = await make_chart(sql, house, promise_hours=40)
    page = await open_page("cody", height=900)
    keys, entry, rows = page.keyboard, page.locator("#entry"), page.locator("tr[data-line]")

    # The client's rules come first, and one key confirms them.
    await keys.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await expect(page.locator("#guideline-news")).to_contain_text("Bill globally.")
    await keys.press("Alt+g")
    await expect(entry).to_be_focused()

    # Words become a code; so do an abbreviation and its typing error.
    for words, code in (("acute respiratory failure hypoxia", "J96.01"), ("sob", "R06.02")):
        await keys.type(words, delay=15)
        await expect(page.locator("#code-hits [aria-selected=true]")).to_contain_text(code)
        await keys.press("Enter")
        await expect(row_codes(page, "Diagnoses").last).to_have_text(code)

    # What the page says is found, becomes a code, and the code keeps its place.
    await keys.press("Control+f")
    await keys.type("Essential hypertension")
    await expect(page.locator("#doc-found")).to_contain_text("1/1")
    await keys.press("Alt+c")
    await expect(entry).to_have_value("Essential hypertension")
    await expect(page.locator("#code-hits [aria-selected=true]")).to_contain_text("I10")
    await keys.press("Enter")
    await expect(page.locator("#line-d3 .pin a")).to_have_text("p1")
    await keys.press("ArrowUp")  # to the last line, and from it to the words that it rests on
    await keys.press("ArrowRight")
    await expect(page).to_have_url(re.compile(r"#page=1&at=\d+-\d+$"))
    await keys.press("ArrowLeft")
    await expect(page.locator("#line-d3")).to_be_focused()
    await keys.press("Escape")

    # A visit with its modifiers, units and diagnoses, and the worksheet that its level comes from.
    await keys.type("99214-25 x1 ABC")
    await keys.press("Enter")
    await expect(rows).to_have_count(4)
    await expect(page.locator("#m1")).to_have_value("25")
    await expect(page.locator("#p1")).to_have_value("ABC")
    await keys.press("Alt+m")
    await expect(page.locator('[name="setting"]')).to_be_focused()
    await page.get_by_label("New and simple, illness or injury").press("1")
    await keys.press("Tab")
    await page.get_by_label("Risk of how it is managed").press("l")
    await keys.press("Tab")
    await expect(page.locator(".level-sentence")).to_contain_text("Level 3, established patient")
    await picture_everywhere(page, "desk-worksheet")
    await keys.press("Alt+m")
    await expect(page.locator("#drawer")).to_be_hidden()
    await expect(entry).to_be_focused()

    # A warning stands beside its line: submitting leads to it, its reason is kept, and the next chart is there.
    await page.locator("#edit-d2-T1-J96-01-R06-02").wait_for()
    await picture_everywhere(page, "desk")
    await keys.press("Control+Enter")
    reason = page.get_by_role("combobox", name="Why T1 on J96.01 and R06.02 stands")
    await expect(reason).to_be_focused()
    await keys.type("Two other conditions")
    await keys.press("Enter")
    await expect(page.get_by_text("Kept: “Two other conditions”")).to_be_visible()
    await expect(entry).to_be_focused()
    assert await find_barriers(page) == []
    await page.reload()  # axe leaves its marks on the elements
    await expect(entry).to_be_focused()
    await keys.press("Control+Enter")
    await expect(page.get_by_role("heading", name=f"Coding {second.number}")).to_be_attached()
    await expect(page.get_by_text(f"{first.number} is submitted.")).to_be_visible()
    await expect(entry).to_be_focused()

    [kept] = await sql("SELECT count(*) AS pins FROM evidence WHERE chart_id = $1", first.id)
    assert kept["pins"] == 1
    assert await sql("SELECT 1 FROM edit_result WHERE answered_by IS NOT NULL")

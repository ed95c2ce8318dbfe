"""Warnings answered beside their lines from the keyboard alone, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser


async def test_a_coder_answers_and_submits_without_touching_the_mouse(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    chart = await make_chart(sql, portal.house)
    page = await open_page("cody")
    keys = page.keyboard
    await keys.press("n")
    await page.wait_for_url("**/desk/charts/**")
    entry, reason = page.locator("#entry"), page.get_by_role("combobox", name="Why T1 on J96.01 and R06.02 stands")
    for count, typed in enumerate(("J96.01", "R06.02", "M25.519", "99283 A"), start=1):
        await keys.type(typed)
        await keys.press("Enter")
        await expect(page.locator("tr[data-line]")).to_have_count(count)
    await page.locator("#edit-d2-T1-J96-01-R06-02").wait_for()
    await take_picture(page, "edits-1360")
    assert await find_barriers(page) == []

    # Submitting goes to the first that waits, and says so; half a reason survives another line's saving.
    await expect(entry).to_be_focused()
    await keys.press("Control+Enter")
    await expect(page.get_by_text("Not submitted: 2 warnings wait for an answer.")).to_be_visible()
    await expect(reason).to_be_focused()
    await keys.type("Two other ")
    await page.locator("#u1").focus()
    await keys.press("Control+a")
    await keys.type("2")
    await keys.press("Enter")
    await expect(page.locator("#u1")).to_have_value("2")
    await keys.press("Alt+w")
    await expect(reason).to_be_focused()
    await expect(reason).to_have_value("Two other ")
    await keys.press("End")
    await keys.type("conditions")
    await keys.press("Enter")
    await expect(page.get_by_text("Kept: “Two other conditions”")).to_be_visible()

    # Enter goes on to the next, which one key answers; then the box is ready again.
    await expect(page.locator("#edit-d3-D10-M25-519 button")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_text("2 answered")).to_be_visible()
    await expect(entry).to_be_focused()
    await page.set_viewport_size({"width": 390, "height": 850})
    await take_picture(page, "edits-390")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.set_viewport_size({"width": 1360, "height": 850})
    await keys.press("Control+Enter")
    await expect(page.get_by_text(f"{chart.number} is submitted.")).to_be_visible()
    assert len(await sql("SELECT 1 FROM edit_result WHERE answered_by IS NOT NULL")) == 2


async def test_the_managers_page_has_no_barrier(portal: Portal, open_page: OpenPage) -> None:
    for width, dark in ((1360, False), (390, True)):
        page = await open_page("mona", width=width, dark=dark)
        await page.goto(f"/clients/{portal.house.north.id}/edits")
        await take_picture(page, f"client-edits-{width}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await find_barriers(page) == []

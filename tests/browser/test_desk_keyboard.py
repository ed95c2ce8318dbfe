"""The coder's whole work from the keyboard alone, in a real browser."""

import re
import time

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser


def row_codes(page: Page, table: str) -> Locator:
    """The codes of a table, in order."""
    return page.locator(f"table.lines:has(caption:text('{table}')) td.code")


async def test_two_charts_without_touching_the_mouse(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    first = await make_chart(sql, portal.house, with_pages=3)
    second = await make_chart(sql, portal.house, with_pages=1, promise_hours=40)
    page = await open_page("cody")
    keys = page.keyboard

    await keys.press("n")  # the next chart
    await page.wait_for_url("**/desk/charts/**")
    entry = page.locator("#entry")
    await expect(page.get_by_role("combobox", name="Add code")).to_be_visible()
    await expect(entry).to_be_focused()
    await expect(page.get_by_text("Cough and fever for three days.")).to_be_visible()  # text is text

    # Words: the list comes while typing, arrows choose, Enter takes, and the box is ready for the next.
    await keys.type("pneumonia", delay=15)
    await page.get_by_role("option").first.wait_for()
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await expect(page.locator("#code-hits").get_by_role("option", selected=True)).to_have_count(1)
    await keys.press("Enter")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9"])
    await expect(page.get_by_role("status").filter(has_text="Added A: J18.9")).to_be_attached()

    # A star for what is marked, a bookmark for the page in view; the box keeps its words and the focus comes back.
    await keys.type("asthma", delay=15)
    await page.locator("#code-hits .hit.on [data-star]").wait_for()
    await keys.press("Alt+f")
    await expect(page.locator("#code-hits .hit.on .star.on")).to_have_count(1)
    await expect(entry).to_have_value("asthma")
    await keys.press("Escape")
    await keys.press("Alt+b")
    await expect(page.locator("#drawer").get_by_label("What is there")).to_be_focused()
    await keys.type("the history")
    await keys.press("Enter")
    await expect(page.locator("#bookmarks")).to_contain_text("p1 the history")
    await keys.press("Escape")
    await expect(entry).to_be_focused()

    # Numbers, faster than any list can come: what is in the box counts, not what the list showed.
    for typed in ("I10", "e1122", "71046-26 AB", "99214-25,57 x2 CA"):
        await keys.type(typed)
        await keys.press("Enter")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "I10", "E11.22"])
    await expect(row_codes(page, "Procedures")).to_have_text(["71046", "99214"])
    await expect(page.locator("#p2")).to_have_value("CA")
    await expect(entry).to_be_focused()
    await expect(entry).to_have_value("")

    # To the lines: resequence, and the pointers follow.
    await keys.press("ArrowDown")
    await expect(page.locator("tr#line-d1")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Alt+ArrowUp")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "E11.22", "I10"])
    await expect(page.locator("tr#line-d2")).to_be_focused()
    await expect(page.locator("#p1")).to_have_value("AC")
    await keys.press("Delete")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "I10"])
    await expect(page.locator("#p1")).to_have_value("AB")
    await keys.press("u")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "E11.22", "I10"])

    # Replace a code where it stands.
    await keys.press("Enter")
    await expect(entry).to_have_value("E11.22")
    await keys.type("E11.9")
    await keys.press("Enter")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "E11.9", "I10"])

    # Into a line's fields and back; leaving a field saves it.
    await page.locator("#m1").focus()
    await keys.press("Control+A")
    await keys.type("TC")
    await keys.press("Tab")
    await expect(page.locator("#u1")).to_be_focused()
    await keys.press("Enter")
    await expect(entry).to_be_focused()
    await expect(page.locator("#m1")).to_have_value("TC")

    # A mistake stands beside its line, blocks the submission and says so; nothing pops up.
    await keys.type("I10")
    await keys.press("Enter")
    await expect(page.get_by_text("I10 is there already, as C.")).to_be_visible()
    await take_picture(page, "desk-light")
    assert await find_barriers(page) == []
    await page.reload()  # axe leaves its marks on the elements
    await expect(entry).to_be_focused()
    await keys.press("Control+Enter")
    await expect(page.get_by_text("Not submitted: 1 error")).to_be_visible()
    await expect(page.locator("tr#line-d4")).to_be_focused()
    await keys.press("Control+z")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "E11.9", "I10"])

    # What is typed and not added is not lost by submitting, nor is anything while the portal cannot be reached.
    await page.context.set_offline(True)
    await keys.press("/")
    await keys.type("R05")
    await keys.press("Enter")
    await expect(page.get_by_text("The portal could not be reached.").first).to_be_visible()
    await expect(entry).to_have_value("R05")
    await page.context.set_offline(False)
    await keys.press("Escape")
    await keys.press("/")
    await keys.type("R05")
    await keys.press("Control+Enter")
    await expect(page.get_by_text("“R05” is typed, but not added.").first).to_be_visible()
    await expect(page.locator("[data-save-state]")).to_contain_text("is typed, but not added")
    await expect(page.locator("[data-save-state]")).to_contain_text("Everything else is saved.")
    await keys.press("Escape")
    await expect(page.locator("[data-save-state]")).to_have_text("Saved")
    started = time.monotonic()
    await keys.press("Control+Enter")
    await expect(page.get_by_role("heading", name=f"Coding {second.number}")).to_be_attached()
    took = time.monotonic() - started
    await expect(page.get_by_text(f"{first.number} is submitted.")).to_be_visible()
    await expect(entry).to_be_focused()
    assert took < 3, f"submit and next took {took:.1f} seconds"

    # Give it back: the dialog by keyboard, and the explained empty desk.
    await page.get_by_role("button", name="Give back").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await keys.press("Space")
    await page.get_by_role("button", name="Give it back").focus()
    await keys.press("Enter")
    await expect(page.get_by_text("back in line")).to_be_visible()
    states = {row["number"]: row["state"] for row in await sql("SELECT number, state FROM chart")}
    assert states[second.number] == "ready"
    assert states[first.number] != "assigned"


async def test_coming_back_shows_everything_as_it_was(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    await make_chart(sql, portal.house, with_pages=4)
    page = await open_page("cody", dark=True)
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await page.keyboard.type("J18.9")
    await page.keyboard.press("Enter")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9"])
    await page.locator(".doc-pages").focus()
    for _ in range(2):
        await page.keyboard.press("j")
    await expect(page.locator("[data-page-now]")).to_have_text("3")
    await page.keyboard.press("r")
    await expect(page.locator("#page-3")).to_have_attribute("data-turn", "90")
    await page.keyboard.press("r")
    await page.keyboard.press("r")
    await page.keyboard.press("r")
    assert await find_barriers(page) == []
    await take_picture(page, "desk-dark")
    # The heartbeat tells where one reads. A minute of work is too long for a test: it is sent as the page would.
    await page.evaluate(
        "() => htmx.ajax('POST', document.getElementById('keep').action, {source: '#keep', target: '#lease',"
        " swap: 'outerHTML', values: {fence: document.querySelector('[name=fence]').value, page: '3'}})"
    )

    again = await open_page("cody")
    await expect(again.get_by_role("link", name=re.compile("Go on with"))).to_be_visible()
    await take_picture(again, "desk-home-light")
    await again.keyboard.press("Enter")
    await again.wait_for_url("**/desk/charts/**")

    await expect(row_codes(again, "Diagnoses")).to_have_text(["J18.9"])
    await expect(again.locator("[data-page-now]")).to_have_text("3")


async def test_another_tab_does_not_overwrite_and_what_was_typed_stays(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    await make_chart(sql, portal.house)
    page = await open_page("cody")
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.keyboard.type("J18.9")
    await other.keyboard.press("Enter")
    await expect(row_codes(other, "Diagnoses")).to_have_text(["J18.9"])

    await page.bring_to_front()
    await page.keyboard.type("I10")
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("changed in another tab").first).to_be_visible()
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9"])
    await expect(page.get_by_role("combobox", name="Add code")).to_have_value("I10")
    await page.keyboard.press("Enter")
    await expect(row_codes(page, "Diagnoses")).to_have_text(["J18.9", "I10"])


async def test_a_lost_chart_stops_the_coder_at_once_and_keeps_the_screen(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    await make_chart(sql, portal.house)
    page = await open_page("cody")
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await sql("DELETE FROM assignment")

    await page.keyboard.type("I10")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("alert").filter(has_text="You no longer hold this chart")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Add code")).to_have_value("I10")

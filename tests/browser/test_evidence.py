"""Evidence in a real browser: words of a page are pinned to a line or become a code, by keys, and lead back."""

import asyncio
from datetime import date

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.browser.test_viewer import BOX, open_desk, until
from tests.conftest import Sql
from tests.factories import code_chart, make_chart

pytestmark = pytest.mark.browser


async def select_words(page: Page, first: int, last: int) -> str:
    """Drag the mouse over some words of the first page; what the viewer tells of it."""
    await page.evaluate("window.told = null")
    await page.locator("#page-1 .layer span").nth(first).scroll_into_view_if_needed()
    left, top, _, bottom = await page.locator("#page-1 .layer span").nth(first).evaluate(BOX)
    _, _, right, _ = await page.locator("#page-1 .layer span").nth(last).evaluate(BOX)
    await page.mouse.move(left + 1, (top + bottom) / 2)
    await page.mouse.down()
    await page.mouse.move(right - 3, (top + bottom) / 2, steps=6)
    await page.mouse.up()
    await until(page, "window.told")
    return str(await page.evaluate("window.told.text"))


async def test_words_are_pinned_and_coded_from_and_lead_back(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    page = await open_desk(portal, open_page, sql, pages=2)
    keys, entry = page.keyboard, page.locator("#entry")
    await page.evaluate("document.addEventListener('viewer:select', (event) => { window.told = event.detail })")
    await keys.type("I10")
    await keys.press("Enter")
    await expect(page.locator("#line-d1")).to_be_visible()

    words = await select_words(page, 2, 5)  # to the line that was typed last
    told = await page.evaluate("window.told")
    await keys.press("Alt+i")
    await expect(page.locator("#line-d1 .pin a")).to_have_text("p1")

    coded = await select_words(page, 6, 7)  # these become what is sought; the code that is taken carries them
    await keys.press("Alt+c")
    await expect(entry).to_have_value(coded)
    await expect(page.get_by_text("from p1")).to_be_visible()
    await keys.type("J18.9")
    await keys.press("Enter")
    await expect(page.locator("#line-d2 .pin a")).to_have_count(1)
    await expect(page.get_by_text("from p1")).to_be_hidden()

    await keys.press("Control+f")  # without the mouse: what is found is pinned
    await keys.type("page 2")
    await expect(page.locator("#doc-found")).to_have_text("1/1")
    await keys.press("Alt+i")
    await expect(page.locator("#line-d2 .pin a")).to_have_text(["p1", "p2"])

    await entry.focus()
    await keys.press("ArrowDown")
    await keys.press("ArrowRight")  # from the line to its place on the page
    await expect(page.locator("#page-1 .marks i.evidence")).to_have_count(len(words.split()))
    await keys.press("Delete")  # a pin is taken off, and comes back
    await expect(page.locator("#line-d1 .pin")).to_have_count(0)
    await keys.press("Control+z")
    await expect(page.locator("#line-d1 .pin")).to_have_count(1)
    assert await find_barriers(page) == []

    await keys.press("Control+Enter")  # nothing is billed: that wants an answer first
    await expect(page.locator("#edit-all-P8 button")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_text("1 answered")).to_be_visible()
    await keys.press("Control+Enter")
    await page.wait_for_url("**/desk?**")
    rows = await sql(
        "SELECT e.position, p.number, e.start_at, e.end_at FROM evidence e JOIN document_page p ON p.id = e.page_id"
        " ORDER BY e.position, e.ordinal"
    )
    assert [tuple(row)[:2] for row in rows] == [(1, 1), (2, 1), (2, 2)]
    assert tuple(rows[0])[2:] == (told["start"], told["end"])


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (390, True)])
async def test_lines_with_everything_fit(portal: Portal, open_page: OpenPage, sql: Sql, width: int, dark: bool) -> None:
    page = await open_desk(portal, open_page, sql, pages=1, width=width, dark=dark)
    keys = page.keyboard
    await page.evaluate("document.addEventListener('viewer:select', (event) => { window.told = event.detail })")
    for typed in ("J18.9", "I10", "71046-26 AB", "J1100 x4 n0409-4713-32/ML1 @09/11 by1234567893 A"):
        await page.locator("#entry").fill(typed)
        await keys.press("Enter")
    await expect(page.locator("#line-p2")).to_be_visible()
    await take_picture(page, f"lines-simple-{width}-{'dark' if dark else 'light'}")
    await page.evaluate(  # as one does with a finger
        "() => { const [a, b] = [2, 4].map((at) => document.querySelectorAll('#page-1 .layer span')[at].firstChild);"
        " getSelection().setBaseAndExtent(a, 0, b, b.length) }"
    )
    await until(page, "window.told")
    await keys.press("Alt+i")
    await expect(page.locator("[data-pins-of=p2] a")).to_have_count(1)
    await page.locator("#line-p2").focus()
    await keys.press("Alt+Enter")
    await expect(page.locator("#n2")).to_have_value("00409471332 ML1")
    await page.locator("#t2").fill("45")
    await keys.press("Enter")
    await expect(page.get_by_text("45 min")).to_be_visible()
    await keys.press("Alt+e")
    await expect(page.locator("#claim_payer_class")).to_have_value("medicare")
    await page.locator("#claim_place").select_option("22")
    await expect(page.locator("#claim summary")).to_contain_text("Outpatient hospital")

    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await take_picture(page, f"lines-{width}-{'dark' if dark else 'light'}")
    assert await find_barriers(page) == []


async def test_earlier_visits_are_copied_by_keys_and_lines_are_dragged(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    await sql("UPDATE sample_plan SET percent = 0")  # what is coded is delivered at once
    first = await make_chart(sql, portal.house, service_on=date(2026, 2, 3))
    await code_chart(portal.house.cora, diagnoses=["J18.9", "I10"], procedures=["71046-26 x2 BA"])
    for _ in range(200):
        [row] = await sql("SELECT state FROM chart WHERE id = $1", first.id)
        if row["state"] == "delivered":
            break
        await asyncio.sleep(0.1)
    await make_chart(sql, portal.house, patient_id=first.patient_id)
    page = await open_page("cody")
    keys = page.keyboard
    await keys.press("n")
    await page.wait_for_url("**/desk/charts/**")
    for typed in ("E11.9", "99213 A"):
        await keys.type(typed)
        await keys.press("Enter")
    await expect(page.locator("#line-p1")).to_be_visible()

    await keys.press("Alt+h")
    ticks = page.locator("#drawer input[type=checkbox]")
    await expect(ticks).to_have_count(3)
    await expect(ticks.first).to_be_focused()
    await take_picture(page, "visits-1360-light")
    assert await find_barriers(page) == []
    for _ in range(3):
        await keys.press("Space")
        await keys.press("Tab")
    await keys.press("Enter")  # on the button after the last
    await expect(page.locator("tr[data-line]")).to_have_count(5)
    await expect(page.locator("#p2")).to_have_value("CB")
    await page.locator("[data-drawer-close]").click()
    await expect(page.locator("#drawer")).to_be_hidden()

    await page.locator("#line-d3 [data-grip]").hover()
    await page.mouse.down()
    left, top, _, _ = await page.locator("#line-d1").evaluate(BOX)
    await page.mouse.move(left + 20, top + 3, steps=6)
    await page.mouse.up()
    await expect(page.locator("#line-d1 .code")).to_have_text("I10")
    await expect(page.locator("#p2")).to_have_value("AC")

    await page.get_by_role("button", name="Discard").click()  # asked first, and taken back by undo
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(page.locator("tr[data-line]")).to_have_count(0)
    await keys.press("Control+z")
    await expect(page.locator("tr[data-line]")).to_have_count(5)

"""A query in a real browser: written beside the chart, answered by its provider, the chart back with its coder."""

import pytest
from playwright.async_api import Page, expect

from assignments.querying.linking import Policy, link_provider, set_policy
from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.cast import NOW
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1360, "height": 850}, {"width": 390, "height": 800}


async def look_at(page: Page, name: str) -> None:
    """A picture wide and narrow; nothing is in the way of anybody, and nothing sticks out."""
    for window in (NARROW, WIDE):
        await page.set_viewport_size(window)  # type: ignore[arg-type]
        await take_picture(page, f"{name}-{window['width']}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, window)
    barriers = await find_barriers(page)
    assert barriers == [], barriers


async def test_a_query_is_sent_answered_and_its_chart_comes_back(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    house = portal.house
    chart = await make_chart(sql, house, with_pages=2, with_words=True, text=None)
    assert house.clara.person_id
    await link_provider(
        house.mona, client_id=house.north.id, provider="Dr. A. Provider", answerer_id=house.clara.person_id, now=NOW
    )
    await set_policy(house.mona, client_id=house.north.id, policy=Policy(counts="as it is"), now=NOW)
    page = await open_page("cora")
    keys = page.keyboard
    await keys.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await expect(page.locator("#page-1 .layer")).to_be_attached()

    # From the entry box to the builder, and the words on the page into it.
    await keys.press("Alt+q")
    drawer = page.locator("#drawer")
    await expect(drawer.get_by_role("heading", name="Ask the provider")).to_be_visible()
    first, last = (page.locator("#page-1 .layer span").nth(number) for number in (2, 5))
    box = await first.bounding_box(), await last.bounding_box()
    assert box[0]
    assert box[1]
    await page.mouse.move(box[0]["x"] + 1, box[0]["y"] + box[0]["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(box[1]["x"] + box[1]["width"] - 4, box[1]["y"] + box[1]["height"] / 2, steps=8)
    await page.mouse.up()
    await expect(drawer.locator("[data-query-words]")).to_have_text("Line 1 of what")
    await drawer.get_by_role("button", name="Quote").click()
    await expect(drawer.locator("ol.quotes q")).to_have_text("Line 1 of what")
    await expect(drawer.get_by_role("button", name="Quote", exact=True)).to_be_focused()

    # What is wrong with it stands there while it is written.
    await drawer.get_by_label("Title").fill("Sepsis")
    await expect(drawer.get_by_text("so the title gives it away")).to_be_visible()
    await drawer.get_by_label("Title").fill("Line of the dictation")
    await drawer.get_by_label("Question").fill("Which side does the first line of the dictation refer to?")
    await drawer.get_by_label("Options, one a line").fill("Left\nRight")
    await drawer.get_by_label("Other (please specify)").check()
    await drawer.get_by_label("Unable to determine").check()
    await expect(drawer.get_by_text("can be sent")).to_be_visible()
    await drawer.get_by_text("As the provider sees it").click()
    await look_at(page, "query-builder")
    await page.reload()
    await keys.press("Alt+q")  # nothing was lost
    await expect(drawer.get_by_label("Question")).to_have_value(
        "Which side does the first line of the dictation refer to?"
    )
    await drawer.get_by_role("button", name="Send and next chart").click()
    await expect(page.get_by_text(f"{chart.number}-Q1 is sent.")).to_be_visible()

    clara = await open_page("clara")
    await clara.goto("/provider-queries")
    await clara.get_by_role("link", name=f"{chart.number}-Q1").click()
    await clara.get_by_label("Left").check()
    await look_at(clara, "query-to-answer")
    await clara.get_by_role("button", name="Send the answer").click()
    await expect(clara.get_by_text("Answered. Thank you")).to_be_visible()

    # The worker puts the chart back in line; it comes to whoever asked.
    desk = page.get_by_role("heading", name=f"Coding {chart.number}")
    for _ in range(60):
        await page.goto("/desk")
        await page.get_by_role("button", name="Next chart").click()
        if await desk.count():
            break
        await page.wait_for_timeout(250)
    await expect(page.get_by_text("The provider answered", exact=True)).to_be_visible()
    await page.get_by_role("button", name=f"{chart.number}-Q1").click()
    await expect(drawer.get_by_text("Left", exact=True).first).to_be_visible()
    await drawer.get_by_label("What came of it").select_option("agreed")
    await drawer.get_by_role("button", name="Close the query").click()
    await expect(page.get_by_text(f"{chart.number}-Q1 is closed.")).to_be_visible()

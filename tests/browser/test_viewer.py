"""The viewer in a real browser: pages, words on them, finding, turning, evidence, and that every look is recorded."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.conftest import Sql
from tests.factories import code_chart, make_chart, pull_chart

pytestmark = pytest.mark.browser

#: The box of an element in the pixels of the window.
BOX = "(element) => { const box = element.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom] }"


async def open_desk(portal: Portal, open_page: OpenPage, sql: Sql, *, pages: int = 4, **window: int) -> Page:
    """Cody's desk with a chart of drawn pages, the first of which is there."""
    await make_chart(sql, portal.house, with_pages=pages, with_words=True, text=None)
    page = await open_page("cody", **window)
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await expect(page.locator("#page-1 .layer")).to_be_attached()
    return page


async def until(page: Page, expression: str) -> None:
    """Wait until an expression is true; through the debugger, as the page's policy forbids what Playwright would do."""
    for _ in range(150):
        if await page.evaluate(f"Boolean({expression})"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never true: {expression}")


async def looks(sql: Sql) -> list[tuple[int, str]]:
    """Which pages were looked at, as what."""
    rows = await sql(
        "SELECT (o ->> 'number')::int, o ->> 'as' FROM (SELECT convert_from(canonical, 'UTF8')::jsonb -> 'object' AS o"
        " FROM access_event WHERE action = 'page:viewed') AS seen ORDER BY 1, 2"
    )
    return [tuple(row) for row in rows]


async def test_the_next_page_is_there_before_it_is_wanted_and_every_look_is_recorded(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    page = await open_desk(portal, open_page, sql, pages=12)
    loaded = "(image) => image.complete && image.naturalWidth > 0"

    await until(page, "document.querySelector('#page-2 img').naturalWidth > 0")
    await expect(page.locator("#page-2 .layer")).to_be_attached()
    assert await page.locator("#page-11 img").evaluate(loaded) is False
    assert (11, "image") not in await looks(sql)

    # The strip shows all pages; those that have not come in full come small, each a look of its own.
    await page.locator(".thumb").last.scroll_into_view_if_needed()
    await until(page, "document.querySelector('.thumb:last-of-type img')?.naturalWidth > 0")
    seen = await looks(sql)
    assert (1, "image") in seen
    assert (1, "text") in seen
    assert (1, "thumbnail") not in seen  # drawn from the page that was there
    assert (12, "thumbnail") in seen

    await page.locator(".thumb").last.click()
    await expect(page.locator("[data-page-now]")).to_have_text("12")
    await until(page, "document.querySelector('#page-12 img').naturalWidth > 0")
    assert (12, "image") in await looks(sql)


async def test_pages_size_and_turning_from_the_keyboard(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    page = await open_desk(portal, open_page, sql)
    keys, sheet, now = page.keyboard, page.locator("#page-1"), page.locator("[data-page-now]")
    await page.locator(".doc-pages").focus()

    await keys.press("f")
    left, top, right, bottom = await sheet.locator(".paper").evaluate(BOX)
    assert bottom - top <= await page.locator(".doc-pages").evaluate("(frame) => frame.clientHeight")
    await keys.press("1")
    left, top, right, bottom = await sheet.locator(".paper").evaluate(BOX)
    assert round(right - left) == 935
    await expect(page.locator("[data-zoom-now]")).to_have_text("100%")
    await keys.press("+")
    await expect(page.locator("[data-zoom-now]")).to_have_text("125%")
    await keys.press("w")

    await keys.press("r")
    left, top, right, bottom = await sheet.locator("img").evaluate(BOX)
    assert right - left > bottom - top, "the page lies on its side"
    assert (await sheet.locator(".paper").evaluate(BOX))[3] == pytest.approx(bottom, abs=1), "and its place with it"

    await keys.press("j")
    await expect(now).to_have_text("2")
    await keys.press("k")
    await expect(now).to_have_text("1")
    await keys.press("Alt+PageDown")
    await keys.press("Alt+PageDown")
    await expect(now).to_have_text("3")

    # Whoever comes back finds page, size and turned pages as they were.
    await keys.press("+")
    size = await page.locator("[data-zoom-now]").text_content()
    await page.reload()
    await expect(now).to_have_text("3")
    await expect(page.locator("[data-zoom-now]")).to_have_text(size or "")
    await expect(sheet).to_have_attribute("data-turn", "90")
    await page.locator(".doc-pages").focus()
    await keys.press("?")
    await expect(page.locator("#shortcuts")).to_contain_text("Find in the documents")


async def test_finding_marks_the_words_and_sends_none_of_them(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    page = await open_desk(portal, open_page, sql)
    asked: list[str] = []
    await expect(page.locator("#entry")).to_be_focused()

    await page.keyboard.press("Control+f")
    await expect(page.locator("#doc-find")).to_be_focused()
    await page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.append(request.url))
    await page.keyboard.type("LINE 7  of what", delay=10)

    await expect(page.locator("#doc-found")).to_have_text("1/4")
    mark = page.locator("#page-1 .marks i.on")
    await expect(mark).to_have_count(4)  # the four words of one place
    word = page.locator("#page-1 .layer span", has_text="7").first
    assert await mark.nth(1).evaluate(BOX) == pytest.approx(await word.evaluate(BOX), abs=6)
    await page.keyboard.press("Enter")
    await expect(page.locator("#doc-found")).to_have_text("2/4")
    await expect(page.locator("[data-page-now]")).to_have_text("2")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.press("Shift+Enter")
    await expect(page.locator("[data-page-now]")).to_have_text("4")
    await take_picture(page, "viewer-found")
    await expect(page.locator('.thumb[data-found="1"]')).to_have_count(4)
    assert [url for url in asked if "7" in url.rpartition("/")[2] or "layer" in url] == []

    await page.locator("#doc-find").fill("no such words")
    await expect(page.locator("#doc-found")).to_have_text("none")
    await page.keyboard.press("Escape")
    await expect(page.locator("#entry")).to_be_focused()
    await expect(page.locator(".marks i")).to_have_count(0)
    assert {(number, "text") for number in (1, 2, 3, 4)} <= set(await looks(sql)), "the words of each page were a look"


async def test_what_is_selected_is_told_and_shown_again_as_evidence(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    page = await open_desk(portal, open_page, sql)
    await page.evaluate("document.addEventListener('viewer:select', (event) => { window.told = event.detail })")
    first, last = (page.locator("#page-1 .layer span").nth(number) for number in (2, 5))

    left, top, _, bottom = await first.evaluate(BOX)
    _, _, right, _ = await last.evaluate(BOX)
    await page.mouse.move(left + 1, (top + bottom) / 2)
    await page.mouse.down()
    await page.mouse.move(right - 5, (top + bottom) / 2, steps=8)
    await page.mouse.up()

    await until(page, "window.told?.text === 'Line 1 of what'")
    told = await page.evaluate("window.told")
    assert told["end"] - told["start"] == len(told["text"])

    show = f"(id) => document.querySelector('[data-viewer]').showEvidence(id, {told['start'] + 7}, {told['end']})"
    shown = await page.evaluate(show, told["pageId"])
    assert shown is True
    await expect(page.locator("#page-1 .marks i.evidence")).to_have_count(2)
    assert await page.evaluate(show, "elsewhere") is False

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.evaluate("location.hash = 'page=4&at=0-6'")
    await expect(page.locator("#page-4 .marks i.evidence")).to_have_count(2)
    await expect(page.locator("#page-1 .marks i.evidence")).to_have_count(0)
    await expect(page.locator("[data-page-now]")).to_have_text("4")
    assert not any("at=" in url for url in asked)


async def test_a_page_of_words_alone_is_found_in_and_selected_too(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    await make_chart(sql, portal.house, with_pages=1, with_words=True)
    # Such pages were made before notes were drawn; none can be made any more.
    await sql("ALTER TABLE document_page DROP CONSTRAINT a_page_is_a_picture")
    await sql(
        "UPDATE document_page SET image_blob_id = NULL, width = NULL, height = NULL"
        " WHERE document_id IN (SELECT id FROM document WHERE media_type = 'text/plain')"
    )
    page = await open_page("cody")
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await page.evaluate("document.addEventListener('viewer:select', (event) => { window.told = event.detail })")

    await page.keyboard.press("Control+f")
    await page.keyboard.type("organism NOT found")
    await expect(page.locator("#doc-found")).to_have_text("1/1")
    assert await page.evaluate("[...CSS.highlights.get('viewer-now')].map(String)") == ["organism not found"]

    await page.get_by_text("Essential hypertension").dblclick(position={"x": 60, "y": 20})
    await until(page, "window.told")
    told = await page.evaluate("window.told")
    assert told["end"] - told["start"] == len(told["text"])
    assert told["text"] in await page.locator(".note-text").inner_text()


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (1360, True), (390, False), (390, True)])
async def test_it_fits_and_has_no_barrier(
    portal: Portal, open_page: OpenPage, sql: Sql, width: int, dark: bool
) -> None:
    page = await open_desk(portal, open_page, sql, width=width, dark=dark)
    await page.locator("#doc-find").fill("visit")
    await page.locator(".marks i.found").first.wait_for()

    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await take_picture(page, f"viewer-{width}-{'dark' if dark else 'light'}")
    assert await find_barriers(page) == []


async def test_client_staff_see_the_pages_on_the_chart_s_page(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    chart = await make_chart(sql, portal.house, with_pages=2, with_words=True)
    page = await open_page("clara")
    await page.goto(f"/charts/{chart.id}")

    await page.locator("#page-2").scroll_into_view_if_needed()
    await until(page, "document.querySelector('#page-2 img').naturalWidth > 0")
    await take_picture(page, "viewer-client")
    assert await find_barriers(page) == []
    assert (1, "image") in await looks(sql)


async def test_without_javascript_the_pages_stand_below_each_other(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    await make_chart(sql, portal.house, with_pages=2, with_words=True, text=None)
    pulled = await pull_chart(portal.house.cody)
    page = await open_page("cody")
    context = await page.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, base_url=portal.url, storage_state=await page.context.storage_state()
    )
    plain = await context.new_page()
    await plain.goto(f"/desk/charts/{pulled.chart_id}")

    await expect(plain.locator(".doc-tools")).to_be_hidden()
    await expect(plain.locator(".sheet img")).to_have_count(2)
    await plain.get_by_role("link", name="Page 2 as text").click()
    await plain.context.pages[-1].wait_for_load_state()
    await context.close()
    assert (2, "text") in await looks(sql)
    assert (2, "image") in await looks(sql)


async def test_the_auditor_s_worksheet_has_the_same_viewer(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    await make_chart(sql, portal.house, with_pages=2, with_words=True, text=None)
    await code_chart(portal.house.cody)
    page = await open_page("audrey")
    await page.get_by_role("button", name="Next audit").click()
    await page.wait_for_url("**/audits/*")

    await expect(page.locator("#page-1 .layer")).to_be_attached()
    await page.keyboard.press("Control+f")
    await page.keyboard.type("page 2")
    await expect(page.locator("[data-page-now]")).to_have_text("2")

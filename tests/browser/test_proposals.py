"""Proposed codes in a real browser: shown, lit on the page, taken with their place and dismissed, all by keys."""

import pytest
from playwright.async_api import expect

from assignments.assistance.keeping import digest_of, find_texts
from assignments.assistance.offering import is_held_back
from portal.actor import WORKER
from portal.database import acting_as
from portal.ids import new_id
from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.browser.test_viewer import BOX
from tests.cast import NOW
from tests.conftest import Sql
from tests.factories import MadeChart, make_chart

pytestmark = pytest.mark.browser

WORDS = "Line 2 of what was dictated"


async def propose(sql: Sql, chart: MadeChart, code: str, place: tuple[int, int]) -> None:
    """A code proposed for the chart's first page, as the worker keeps it."""
    async with acting_as(WORKER):
        documents = digest_of(await find_texts(chart.id))
    [[lexicon_id]] = await sql("SELECT id FROM lexicon")
    await sql(
        "INSERT INTO proposal (id, client_id, chart_id, lexicon_id, model_version, documents, code, score, page_id,"
        " start_at, end_at, coded, charts, is_held_back, made_at)"
        " VALUES ($1, $2, $3, $4, 1, $5, $6, 0.9, $7, $8, $9, 6, 7, false, $10)",
        new_id(), chart.client_id, chart.id, lexicon_id, documents, code, chart.page_ids[0], *place, NOW,
    )  # fmt: skip
    await sql(
        "INSERT INTO proposing VALUES ($1, $2, $3, 1, $4, $5)", chart.id, chart.client_id, lexicon_id, documents, NOW
    )


async def test_a_proposal_is_lit_taken_taken_back_and_dismissed_by_keys(
    portal: Portal, open_page: OpenPage, sql: Sql
) -> None:
    while is_held_back((chart := await make_chart(sql, portal.house, with_pages=2, with_words=True, text=None)).id):
        await sql("UPDATE queue_entry SET state = 'withdrawn' WHERE chart_id = $1", chart.id)
    start = len("Page 1\nLine 1 of what was dictated about the visit.\n")
    await sql(
        "INSERT INTO lexicon (id, client_id, specialty, version) VALUES ($1, $2, 'radiology', 1)",
        new_id(), chart.client_id,
    )  # fmt: skip
    page = await open_page("cody")
    keys, offer, pins = page.keyboard, page.locator("#offer-1"), page.locator("#line-d1 .pin a")
    await keys.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await expect(page.locator("#page-1 .layer")).to_be_attached()
    await expect(page.locator(".offers-coming")).to_contain_text("Looking for codes to propose")
    await propose(sql, chart, "J18.1", (start, start + len(WORDS)))  # they come without a reload
    await expect(offer).to_contain_text("Your team coded this in 6 of 7 charts with this phrase.")
    await expect(page.locator("#said")).to_have_text("1 code is proposed.")
    await expect(offer.locator("mark")).to_have_text(WORDS)
    await expect(page.locator("#line-d1")).to_have_count(0)

    await offer.get_by_role("link").click()  # the words are lit where they stand
    lit = page.locator("#page-1 .marks i.evidence")
    await expect(lit).to_have_count(len(WORDS.split()))
    of_line = page.locator("#page-1 .layer span", has_text="Line").nth(1)
    assert (await lit.first.evaluate(BOX))[:2] == pytest.approx((await of_line.evaluate(BOX))[:2], abs=3)
    await take_picture(page, "proposal-1360-light")
    assert await find_barriers(page) == []

    await page.locator("#entry").focus()  # where the hands are
    await keys.press("Alt+1")
    await expect(page.locator("#line-d1 .code")).to_have_text("J18.1")
    await expect(pins).to_have_text(["p1"])
    await expect(pins).to_have_attribute("href", f"#page=1&at={start}-{start + len(WORDS)}")
    await expect(offer).to_have_count(0)

    await keys.press("Control+z")
    await expect(page.locator("#line-d1")).to_have_count(0)
    await expect(offer).to_contain_text("J18.1")

    await keys.press("Alt+Shift+1")
    await expect(offer).to_have_count(0)
    await page.reload()
    await expect(page.locator("#entry")).to_be_visible()
    await expect(page.locator("#offers-title")).to_have_count(0)
    await expect(page.locator("#line-d1")).to_have_count(0)
    [row] = await sql("SELECT decision, shown_at IS NOT NULL AS shown FROM proposal")
    assert tuple(row) == ("dismissed", True)

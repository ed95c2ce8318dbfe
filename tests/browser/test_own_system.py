"""A chart in the client's own system on the coder's desk, and the time it took, in a real browser."""

import pytest
from playwright.async_api import expect

from portal.database import acting_as
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field
from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.cast import NOW
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser


async def test_the_desk_without_documents_and_the_time(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    house = portal.house
    chart = await make_chart(sql, house, text=None)
    await sql(
        "UPDATE service_line SET ehr_url = 'https://ehr.example', ehr_instructions = $2 WHERE client_id = $1",
        house.north.id, "Open Worklists.\nSearch by the encounter number.",
    )  # fmt: skip
    async with acting_as(house.clara):
        key = await get_active_key(house.north.id)
    await sql(
        "INSERT INTO ehr_visit VALUES ($1, $2, $3, $4, $5)", chart.id, chart.client_id,
        seal_field(key, "ehr_visit.reference", chart.id, "ACC-900"), NOW, house.clara.person_id,
    )  # fmt: skip

    page = await open_page("cody")
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    link = page.get_by_role("link", name="Open the client’s system")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(page.get_by_text("ACC-900")).to_be_visible()
    assert await find_barriers(page) == []
    await page.set_viewport_size({"width": 390, "height": 850})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await take_picture(page, "own-system-desk-390")
    await page.locator("[data-open=release]").click()
    await page.get_by_label("I cannot get into the client’s own system").check()
    await page.get_by_role("button", name="Give it back").click()
    await page.wait_for_url("**/desk")

    await page.goto("/my-time")
    await page.locator("main summary").click()
    await page.get_by_label("Minutes it took").fill("12")
    await page.locator("main select").select_option("elsewhere")
    assert await find_barriers(page) == []
    await take_picture(page, "my-time-390")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("12 min", exact=True)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.set_viewport_size({"width": 1360, "height": 850})
    await take_picture(page, "my-time")

"""Somebody leaves while a chart is open in their browser; the pages that staff the line, as pictures."""

import pytest
from playwright.async_api import expect

from assignments.qualifying.requiring import make_requirement
from tests.browser.conftest import OpenPage, find_barriers, take_picture
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.usefixtures("portal")
async def test_a_coder_is_off_boarded_mid_chart(open_page: OpenPage, house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    cody, cora, adam = await open_page("cody"), await open_page("cora"), await open_page("adam")
    await cody.get_by_role("button", name="Next chart").click()
    await cody.wait_for_url(f"**/desk/charts/{chart.id}")
    await cora.get_by_role("button", name="Next chart").click()
    await expect(cora.get_by_text("Nothing waits for you")).to_be_visible()

    await adam.goto(f"/people/{house.cody.person_id}")
    await adam.get_by_role("button", name="Off-board").click()
    await adam.locator("#confirm-yes").click()
    await adam.wait_for_url("**/off-boarding")
    await expect(adam.get_by_text("Charts back in line")).to_be_visible()
    await take_picture(adam, "off-boarding")
    assert await find_barriers(adam) == []

    await cora.get_by_role("button", name="Next chart").click()  # the very next request
    await cora.wait_for_url(f"**/desk/charts/{chart.id}")
    await cody.reload()  # their next click
    await cody.wait_for_url("**/sign-in**")
    await expect(cody.get_by_text("session has ended")).to_be_visible()


@pytest.mark.usefixtures("portal")
async def test_the_pages_of_staffing_have_no_barriers(open_page: OpenPage, house: House, sql: Sql) -> None:
    await make_requirement(house.mona, client_id=house.north.id, specialty=None, stage=None, names="CPC, CCS", now=NOW)
    here = f"/people/{house.cody.person_id}"
    for width, dark in ((1360, False), (390, True)):
        mona = await open_page("mona", width=width, dark=dark)
        if not dark:
            await mona.goto(here)
            await mona.get_by_label("Name").fill("HIPAA 2026")
            await mona.get_by_role("button", name="Note it").click()
            await mona.get_by_label("Pause their work, because").fill("Away until Monday.")
            await mona.get_by_role("button", name="Pause", exact=True).click()
            await expect(mona.get_by_text("Away until Monday.").first).to_be_visible()
        pages = {
            "person": here, "people": "/people", "evaluation": "/quality/evaluation",
            "staffing": f"/clients/{house.north.id}/staffing",
            "service-line-work": f"/clients/{house.north.id}/service-lines/{house.north.lines['radiology']}/work",
        }  # fmt: skip
        for name, path in pages.items():
            await mona.goto(path)
            if name == "staffing":
                await mona.get_by_label("Only from").fill("PH")
                await mona.get_by_role("button", name="Show what it would do").click()
                await expect(mona.get_by_text("What it would do.")).to_be_visible()
            await take_picture(mona, f"{name}-{width}")
            assert await find_barriers(mona) == [], (name, width)
            assert await mona.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    cody = await open_page("cody", width=390)
    await expect(cody.get_by_text("Away until Monday.")).to_be_visible()
    await cody.get_by_role("link", name="Your work").click()
    await expect(cody.get_by_text("CPC or CCS, for North Radiology")).to_be_visible()
    await take_picture(cody, "own-work")
    assert await find_barriers(cody) == []

"""A chart in the client's own system, from the manager's form to the coder's desk and their time, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.assignments.sending import SERVED_ON
from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.conftest import Sql

pytestmark = pytest.mark.browser


async def test_from_the_link_to_the_desk_and_the_time(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    north, line = portal.house.north, portal.house.north.lines["radiology"]
    mona = await open_page("mona")
    await mona.goto(f"/clients/{north.id}/systems")
    card = mona.locator(f"#line-{line}")
    await card.get_by_label("Link to the system").fill("https://ehr.example/portal")
    await card.get_by_label("How to find a visit there").fill("Password: Winter")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("no password of a client is kept here").first).to_be_visible()
    await expect(card.get_by_label("Link to the system")).to_have_value("https://ehr.example/portal")
    assert await find_barriers(mona) == []
    await card.get_by_label("How to find a visit there").fill("Open Worklists.\nSearch by the encounter number.")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("coded in the client’s own system")).to_be_visible()
    await take_picture(mona, "own-systems")

    clara = await open_page("clara")
    await clara.goto("/upload")
    for name, text in (
        ("encounter_number", "ACC-900"), ("service_on", SERVED_ON.isoformat()), ("provider", "Ida Renner, MD"),
        ("patient_name", "Testperson, Wilhelmina"), ("mrn", "MRN-77"), ("born_on", "1961-05-04"),
    ):  # fmt: skip
        await clara.locator(f"[name={name}]").fill(text)
    await clara.locator("[name=service_line]").select_option(str(line))
    await clara.get_by_label("It is coded in our own system").check()
    assert await find_barriers(clara) == []
    await take_picture(clara, "own-system-upload")
    await clara.get_by_role("button", name="Send").click()
    await clara.wait_for_url("**/uploads/**")
    await expect(clara.get_by_text("It is coded in your own system, without documents.")).to_be_visible(timeout=60_000)
    await clara.get_by_role("link", name="Open the chart").click()
    await expect(clara.get_by_text("coded in your system", exact=True)).to_be_visible()

    for width, dark in ((1360, False), (390, True)):
        cody = await open_page("cody", width=width, dark=dark)
        if width == 1360:
            await cody.keyboard.press("n")
            await cody.wait_for_url("**/desk/charts/**")
        else:
            await cody.goto("/desk")
            await cody.get_by_role("link", name="Go on with").first.click()
        link = cody.get_by_role("link", name="Open the client’s system")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(cody.get_by_text("ACC-900")).to_be_visible()
        assert await find_barriers(cody) == []
        assert await cody.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await take_picture(cody, f"own-system-desk-{width}")

    await cody.goto("/desk")
    await cody.get_by_role("link", name="Go on with").first.click()
    await cody.locator("[data-open=release]").click()
    await cody.get_by_label("I cannot get into the client’s own system").check()
    await cody.get_by_role("dialog").get_by_role("button", name="Give it back").click()
    await cody.wait_for_url("**/desk")
    await cody.goto("/my-time")
    await cody.locator("summary").click()
    await cody.get_by_label("Minutes it took").fill("12")
    await cody.get_by_label("Why").select_option("elsewhere")
    assert await find_barriers(cody) == []
    await take_picture(cody, "my-time-390")
    await cody.get_by_role("button", name="Save").click()
    await expect(cody.get_by_text("12 min", exact=True)).to_be_visible()
    assert await cody.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await mona.goto("/work-time")
    await mona.get_by_role("link", name="Cody").click()
    await expect(mona.get_by_text("12 min", exact=True)).to_be_visible()
    assert await find_barriers(mona) == []
    await take_picture(mona, "work-time-of-cody")

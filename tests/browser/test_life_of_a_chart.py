"""The same life in real browsers, each kind of person at their own; their main pages kept as pictures."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from portal.clock import set_back_to
from tests.browser.conftest import OpenPage, find_barriers, take_picture
from tests.cast import House, the_app
from tests.journeys.steps import NOTE, Town, code, upload
from tests.journeys.test_life_of_a_chart import Work

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LAST_MONTH = datetime(2026, 9, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
async def delivered_last_month(house: House, work: Work) -> None:
    """A chart of a month that is over, for the invoice: by the same pages, but with business time set back.

    Asked for before `portal`, whose own worker would take the jobs at today's time.
    """
    town = Town(house, {}, httpx.ASGITransport(app=the_app()))
    with set_back_to(LAST_MONTH):
        await upload(town, "clara", house.north, encounter="V-0900", mrn="M-12", service_on="2026-09-21")
        await work()
        await code(town, "cora", ["J18.9", "G0463 A"])
        await work()
        abel = await town.visitor("abel")
        sheet = await abel.send("/audits/next", {}, page="/audits")
        await abel.send(f"{sheet.url.path}/no-findings", {}, page=sheet.url.path)
    with set_back_to(LAST_MONTH + timedelta(hours=1)):
        await work()
    await town.close()


@pytest.mark.usefixtures("delivered_last_month", "portal")
async def test_from_upload_to_invoice(open_page: OpenPage, tmp_path: Path) -> None:
    clara = await open_page("clara")
    await _upload(clara, tmp_path)
    await _look_at(clara, "/charts", "client-home")

    cora = await open_page("cora")
    await _code(cora)

    abel = await open_page("abel")
    await _audit(abel)

    await _correct(cora)
    await abel.goto("/audits")
    await abel.keyboard.press("n")
    await abel.wait_for_url(re.compile(r"/audits/[0-9a-f-]{36}"))
    await expect(abel.get_by_role("button", name="Verify, release and next")).to_be_visible()
    await abel.keyboard.press("Control+Enter")
    await abel.wait_for_url("**/audits")

    await clara.goto("/charts")
    await expect(clara.get_by_text("Delivered", exact=True).nth(1)).to_be_visible(timeout=20_000)

    mona = await open_page("mona")
    await _look_at(mona, "/floor", "manager-floor")
    await _invoice(mona)

    connie = await open_page("connie")
    await _look_at(connie, "/access-log", "compliance-access-log")


async def _upload(page: Page, folder: Path) -> None:
    await page.goto("/upload")
    await page.get_by_label("Encounter number").fill("V-2001")
    await page.get_by_label("Date of service").fill("2026-09-28")
    await page.get_by_label("Service line").select_option(label=await _option(page, "Radiology"))
    await page.get_by_label("Provider").fill("Dr. Okafor")
    await page.get_by_label("Patient name").fill("Quilla Abernathy")
    await page.get_by_label("MRN").fill("M-99")
    await page.get_by_label("Birth date").fill("1961-02-03")
    # Not the very note of last month, which would be held as a possible duplicate.
    (folder / "note.txt").write_bytes(NOTE.replace(b"five days", b"two days"))
    (folder / "letter.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not something we read")
    await page.locator("#f-files").set_input_files([folder / "note.txt", folder / "letter.doc"])
    await expect(page.locator("[data-upload-list] li").first).to_contain_text("arrived")
    assert await find_barriers(page) == []
    await take_picture(page, "client-upload")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/uploads/**")
    await expect(page.get_by_text("Word").first).to_be_visible()
    await expect(page.get_by_text(re.compile("ready", re.IGNORECASE)).first).to_be_visible(timeout=30_000)
    await take_picture(page, "client-receipt")


async def _option(page: Page, start: str) -> str:
    options = await page.get_by_label("Service line").locator("option").all_text_contents()
    return next(option for option in options if option.startswith(start))


async def _code(page: Page) -> None:
    await page.goto("/desk")
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await expect(page.locator("#entry")).to_be_focused()
    for number, entry in enumerate(("J18.9", "E11.9", "G0463 AB"), start=1):
        await page.keyboard.type(entry)
        await page.keyboard.press("Enter")
        await expect(page.locator("table.lines td.code")).to_have_count(number)
    assert await find_barriers(page) == []
    await take_picture(page, "coder-desk")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile(r"/desk(\?.*)?$"))


async def _audit(page: Page) -> None:
    await page.goto("/audits")
    for _ in range(20):  # the worker draws the sample a moment after the coder has submitted
        await page.keyboard.press("n")
        await page.wait_for_load_state()
        await page.wait_for_timeout(500)
        if re.search(r"/audits/[0-9a-f-]{36}", page.url):
            break
    await page.locator("#entry").wait_for()
    await page.locator('button[value^="edit d1"]').click()
    await expect(page.locator("#entry")).to_have_value("J18.9")
    await page.locator("#entry").fill("J18.1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=re.compile("Send 1 finding"))).to_be_visible()
    assert await find_barriers(page) == []
    await take_picture(page, "auditor-worksheet")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/audits")


async def _correct(page: Page) -> None:
    await page.goto("/desk")
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/charts/**")
    await expect(page.get_by_text("J18.1").first).to_be_visible()
    await page.locator('button[value^="edit d1"]').click()
    await page.locator("#entry").fill("J18.1")
    await page.keyboard.press("Enter")
    await expect(page.locator("table.lines td.code").first).to_have_text("J18.1")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile(r"/desk(\?.*)?$"))
    await page.wait_for_timeout(2000)  # the worker puts the verification in line


async def _invoice(page: Page) -> None:
    await page.goto("/invoices")
    await page.get_by_role("button", name=re.compile("Issue the invoice of North Radiology for September")).click()
    await page.get_by_role("button", name="Issue it").click()
    await page.wait_for_url(re.compile(r"/invoices/[0-9a-f-]{36}"))
    await expect(page.get_by_text("$1.10").first).to_be_visible()
    assert await find_barriers(page) == []
    await take_picture(page, "manager-invoice")


async def _look_at(page: Page, path: str, name: str) -> None:
    await page.goto(path)
    assert await find_barriers(page) == []
    await take_picture(page, name)

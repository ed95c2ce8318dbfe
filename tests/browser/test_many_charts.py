"""Many charts at once, in a real browser: a ZIP with a manifest, a PDF of several patients, a schedule."""

import io

import pytest
from playwright.async_api import Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.assignments.bulk.packing import line, pack
from tests.assignments.sending import SERVED_ON
from tests.browser.conftest import OpenPage, find_barriers, take_picture
from tests.browser.test_pages_of_documents import leans_out, listen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Milliseconds; what the worker does waits for a machine that does other things too.
SLOW = 60_000


async def test_many_charts_go_in_at_once(open_page: OpenPage) -> None:
    page = await open_page("clara")
    wrong = listen(page)
    await _send_a_zip(page)
    await _split_a_pdf(page)
    await _import_a_schedule(page)
    assert wrong == []


async def _send_a_zip(page: Page) -> None:
    packed = pack([line(1), line(2, mrn="")])

    await page.goto("/deliveries/new")
    await page.locator("#f-delivery").set_input_files(
        {"name": "morning.zip", "mimeType": "application/zip", "buffer": packed}
    )
    await page.get_by_role("button", name="Send", exact=True).click()

    await expect(page.get_by_role("heading", name="morning.zip")).to_be_visible(timeout=SLOW)
    await expect(page.get_by_text("1 line was taken, 1 was refused")).to_be_visible(timeout=SLOW)
    await page.reload()
    await expect(page.get_by_role("cell", name="MRN is missing")).to_be_visible()
    assert await find_barriers(page) == []


async def _split_a_pdf(page: Page) -> None:
    await page.goto("/deliveries/new")
    await page.locator("#f-delivery").set_input_files(
        {"name": "fax.pdf", "mimeType": "application/pdf", "buffer": _draw_pdf("Adela", "Adela", "Bruno")}
    )
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("link", name="Split it").click(timeout=SLOW)

    await page.locator("#page-2").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("b")
    await expect(page.get_by_label("Pages of each chart")).to_have_value("1-2, 3", timeout=SLOW)
    await expect(page.locator("#page-3")).to_be_focused()
    assert await find_barriers(page) == []
    assert not await leans_out(page)
    await take_picture(page, "clara-split")
    for first, patient in ((1, "Adela"), (3, "Bruno")):
        part = page.locator(f"#part-{first}")
        await part.get_by_label("Encounter number").fill(f"FAX-{first}")
        await part.get_by_label("Date of service").fill(SERVED_ON.isoformat())
        await part.get_by_label("Service line").select_option(index=1)
        await part.get_by_label("Patient name").fill(patient)
        await part.get_by_label("MRN").fill(f"M-{first}")
        await part.get_by_label("Birth date").fill("1961-05-04")
        await part.get_by_label("Provider").fill("Ida Renner, MD")
    await page.get_by_role("button", name="Send all").first.click()

    await expect(page.get_by_text("Nothing was refused.")).to_be_visible(timeout=SLOW)


async def _import_a_schedule(page: Page) -> None:
    schedule = f"Accession,DOS,Service line\r\nS-1,{SERVED_ON},Radiology\r\nS-2,{SERVED_ON},Elsewhere\r\n"
    await page.goto("/schedule")
    await page.get_by_label("Schedule as CSV").set_input_files(
        {"name": "week.csv", "mimeType": "text/csv", "buffer": schedule.encode()}
    )
    await page.get_by_role("button", name="Read the file").click()
    await expect(page.get_by_text("It is none of your service lines")).to_be_visible(timeout=SLOW)
    assert await find_barriers(page) == []

    await page.get_by_role("button", name="Import 1 line").click()
    await expect(page.get_by_text("1 missing")).to_be_visible(timeout=SLOW)
    await page.goto("/encounters")
    await expect(page.get_by_role("cell", name="S-1")).to_be_visible()
    await expect(page.get_by_label("Why encounter S-1 is not coming")).to_be_visible()
    assert await find_barriers(page) == []


def _draw_pdf(*names: str) -> bytes:
    """A PDF with a page for each name."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for name in names:
        canvas.drawString(72, 720, f"Chest x-ray of {name}, two views")
        canvas.showPage()
    canvas.save()
    return out.getvalue()

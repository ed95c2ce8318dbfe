"""One upload with a file of every kind: each is drawn, or refused with a sentence that helps; a screenshot of each."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from tests.assignments.sending import File, jpeg, pdf, png, text
from tests.browser.conftest import PICTURES, OpenPage
from tests.storage.test_bad_input import body, docx, embedded

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: Milliseconds; what is drawn waits for a machine that does other things too.
SLOW = 120_000


def fax() -> File:
    """A fax of three sheets."""
    sheets = [Image.new("1", (1728, 2200), 1) for _ in range(3)]
    for number, sheet in enumerate(sheets, start=1):
        ImageDraw.Draw(sheet).text((200, 300), f"Sheet {number}: follow-up of diabetes", 0, font_size=60)
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:], compression="group4", dpi=(204, 196))
    return "fax.tiff", out.getvalue(), "image/tiff"


#: Each with the pages that it has.
TAKEN: dict[File, int] = {
    pdf("First page.", "Second page.", name="report.pdf"): 2,
    fax(): 3,
    png(): 1,
    jpeg(): 1,
    ("letter.docx", docx(body("<w:p><w:r><w:t>Dear colleague, thank you.</w:t></w:r></w:p>")), ""): 1,
    text(): 1,
    ("record.xml", embedded(pdf("Note inside a record.")[1]), ""): 2,
}

#: Each with words of the sentence that tells what to do instead.
REFUSED: dict[File, str] = {
    ("patient.json", b'{"resourceType": "DocumentReference"}', ""): "JSON file",
    ("message.hl7", b"MSH|^~\\&|LAB|NORTH|||20260928||ORU^R01|1|P|2.5\rPID|1||77\r", ""): "HL7 version 2 message",
    pdf("Nobody reads this.", name="locked.pdf", password="x"): "protected with a password",
    ("broken.pdf", pdf(name="broken.pdf")[1][:600], ""): "not complete",
    ("program.exe", b"MZ" + bytes(600), ""): "program or script",
}


async def test_a_file_of_every_kind_is_drawn_or_refused(open_page: OpenPage, tmp_path: Path) -> None:
    page = await open_page("clara")
    await page.goto("/upload")
    for name, content, _ in (*TAKEN, *REFUSED):
        (tmp_path / name).write_bytes(content)
    await page.locator("#f-files").set_input_files([tmp_path / name for name, _, _ in (*TAKEN, *REFUSED)])
    lines = page.locator("[data-upload-list] li")
    await expect(lines).to_have_count(len(TAKEN) + len(REFUSED))
    for name, _, _ in TAKEN:
        await expect(lines.filter(has_text=name)).to_contain_text("arrived", timeout=SLOW)
    # What will be refused is on its way too, and nothing is sent before everything is there.
    for name, _, _ in REFUSED:
        await expect(lines.filter(has_text=name)).to_have_attribute(
            "data-state", re.compile("arrived|refused"), timeout=SLOW
        )

    await _send(page)
    await expect(page.locator("#progress")).to_contain_text(f"{len(TAKEN)} of", timeout=SLOW)
    rows = page.get_by_role("row")
    for (name, _, _), count in TAKEN.items():
        await expect(rows.filter(has_text=name)).to_contain_text(re.compile(rf"ready {count} pages?"))
    for (name, _, _), sentence in REFUSED.items():
        row = rows.filter(has_text=name)
        await expect(row).to_contain_text(sentence)
        await expect(row).to_contain_text(re.compile("upload|Upload"))
        await row.screenshot(path=PICTURES / f"kind-refused-{name}.png")

    await page.get_by_role("link", name="Open the chart").click()
    await page.wait_for_url("**/charts/**")
    place = 1
    for (name, _, _), count in TAKEN.items():
        await page.locator(f'.thumb[href="#page-{place}"]').click()
        await page.wait_for_function(
            "place => document.querySelector(`#page-${place} img`)?.naturalWidth > 200", arg=place, timeout=SLOW
        )
        await page.locator("[data-viewer]").screenshot(path=PICTURES / f"kind-{name}.png")
        place += count
    await expect(page.locator(".sheet")).to_have_count(place - 1)


async def _send(page: Page) -> None:
    for label, value in (
        ("Encounter number", "V-3001"), ("Date of service", "2026-09-28"), ("Provider", "Dr. Okafor"),
        ("Patient name", "Quilla Abernathy"), ("MRN", "M-99"), ("Birth date", "1961-02-03"),
    ):  # fmt: skip
        await page.get_by_label(label).fill(value)
    await page.get_by_label("Service line").select_option(index=1)
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/uploads/**", timeout=SLOW)

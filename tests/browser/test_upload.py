"""The upload page in a real browser: files go up when they are chosen, survive a lost connection and a reload."""

import asyncio
import random
import re
from pathlib import Path

from playwright.async_api import Route, expect

from assignments.intake.rules import PART_BYTES
from tests.browser.conftest import OpenPage, find_barriers, take_picture

#: Milliseconds; what travels waits for a machine that does other things too.
SLOW = 30_000


async def test_files_go_up_and_go_on_after_a_break(open_page: OpenPage, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(bytes(random.Random(7).choices(b"abcdefgh \n", k=PART_BYTES + 1000)))
    (tmp_path / "note.txt").write_text("Chest x-ray, two views.")
    (tmp_path / "letter.rtf").write_text("{\\rtf1 no}")
    (tmp_path / "empty.pdf").write_bytes(b"")
    page = await open_page("clara")
    page.on("dialog", lambda dialog: dialog.accept())  # leaving with a file on its way asks first
    await page.goto("/upload")
    lines = page.locator("[data-upload-list] li")
    choose = page.locator("#f-files")

    await choose.set_input_files([tmp_path / "note.txt", tmp_path / "letter.rtf", tmp_path / "empty.pdf"])
    await expect(lines.nth(0)).to_contain_text("arrived", timeout=SLOW)
    await expect(lines.nth(1)).to_contain_text("rich text", timeout=SLOW)
    await expect(lines.nth(2)).to_contain_text("The file is empty")
    await choose.set_input_files(tmp_path / "note.txt")
    await expect(lines.nth(3)).to_contain_text("in the list already")
    await lines.nth(3).get_by_role("button", name="Remove").click()
    await expect(lines).to_have_count(3)

    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.abort("connectionreset")

    await page.route("**/parts/2", lose)
    await choose.set_input_files(large)
    await expect(lines.nth(3)).to_contain_text("connection lost, trying again", timeout=SLOW)
    assert lost
    assert await find_barriers(page) == []
    await take_picture(page, "client-upload-files")
    await page.reload()
    await expect(lines.nth(3)).to_contain_text("Choose the same file again", timeout=SLOW)
    await page.unroute("**/parts/2")
    pressed = asyncio.Event()

    async def hold(route: Route) -> None:
        await pressed.wait()
        await route.continue_()

    await page.route("**/parts/2", hold)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    await choose.set_input_files(large)
    await page.get_by_label("Encounter number").fill("V-3001")
    await page.get_by_label("Date of service").fill("2026-09-28")
    await page.get_by_label("Service line").select_option(index=1)
    await page.get_by_label("Provider").fill("Dr. Okafor")
    await page.get_by_label("Patient name").fill("Quilla Abernathy")
    await page.get_by_label("MRN").fill("M-99")
    await page.get_by_label("Birth date").fill("2040-02-03")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("sent by itself once all have arrived")).to_be_visible(timeout=SLOW)
    pressed.set()
    await expect(lines.nth(3)).to_contain_text("arrived", timeout=SLOW)
    assert [url.rpartition("/")[2] for url in sent] == ["2"], "the first part is there already"
    await expect(page.get_by_text("Birth date must lie between").first).to_be_visible(timeout=SLOW)
    await expect(lines).to_have_count(4)
    await page.get_by_label("Birth date").fill("1961-02-03")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/uploads/**", timeout=SLOW)
    await expect(page.get_by_role("row")).to_have_count(5)
    await expect(page.get_by_text(re.compile("^[0-9a-f]{64}$"))).to_have_count(2)
    await take_picture(page, "client-receipt-fingerprints")

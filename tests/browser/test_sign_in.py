"""The first page everybody sees, in a real browser."""

import pytest

from tests.browser.conftest import OpenPage, find_barriers, take_picture
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True])
async def test_signing_in_is_accessible_and_tells_what_is_wrong(open_page: OpenPage, dark: bool) -> None:
    page = await open_page(None, dark=dark)
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill("cody@example.com")
    await page.get_by_label("Password").fill("something else entirely")
    await page.keyboard.press("Enter")

    await page.get_by_role("alert").wait_for()
    assert "not right" in (await page.get_by_role("alert").text_content() or "")
    assert await find_barriers(page) == []
    await take_picture(page, f"sign-in-{'dark' if dark else 'light'}")


async def test_what_was_typed_outlives_the_session(open_page: OpenPage) -> None:
    page = await open_page("mona")
    await page.goto("/query-templates?edit=")
    await page.get_by_label("Name").fill("Side")
    await page.get_by_label("Title").fill("Side of {condition}")
    await page.get_by_label("Question").fill("Which side is it?")
    await page.context.clear_cookies()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # they come back from elsewhere
    await page.get_by_role("button", name="Save the next version").click()

    async with page.context.expect_page() as opened:
        await page.get_by_role("dialog", name="Your session has ended").get_by_role("link").click()
    tab = await opened.value
    await tab.get_by_label("E-mail address").fill("mona@example.com")
    await tab.get_by_label("Password").fill(PASSWORD)
    await tab.keyboard.press("Enter")
    await tab.wait_for_url("**/floor")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.get_by_text("You are signed in again").wait_for()
    assert await page.get_by_label("Question").input_value() == "Which side is it?"
    await page.get_by_role("button", name="Save the next version").click()
    await page.get_by_text("“Side” is version 1 now.").wait_for()

"""The first page everybody sees, in a real browser."""

import pytest

from tests.browser.conftest import OpenPage, find_barriers, take_picture

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

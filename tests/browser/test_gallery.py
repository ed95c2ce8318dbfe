"""Every component, on the gallery's pages: no barrier and no sideways scrolling, in both themes and at both widths."""

import pytest
from markupsafe import Markup

from portal.web.templating import environment
from tests.browser.conftest import OpenPage, find_barriers, take_picture

pytestmark = pytest.mark.browser


class _Somebody:
    name, kind, person_id = "Nadia Okafor", "coder", "0"

    def may(self, _permission: str) -> bool:
        return True


def _gallery(view: str) -> str:
    return environment().get_template("gallery.html").render(
        view=view, actor=_Somebody(), csrf_token=lambda: "0", csrf_input=lambda: Markup(""), flash=None,
        nav=[("Coding", "/desk", True), ("Audits", "/audits", False)], request_path="/desk", status=200,
    )  # fmt: skip


@pytest.mark.parametrize("dark", [False, True])
async def test_components_have_no_barrier_and_fit(open_page: OpenPage, dark: bool) -> None:
    for width in (1360, 390):
        page = await open_page(None, dark=dark, width=width)
        await page.goto("/sign-in")  # the page's address and policy, under which the gallery is then shown
        for view in ("kit", "floor", "desk", "worksheet", "invoice"):
            await page.set_content(_gallery(view))
            await page.wait_for_load_state("networkidle")
            assert await find_barriers(page) == [], (view, width)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (view, width)
            await take_picture(page, f"gallery-{view}-{width}-{'dark' if dark else 'light'}")

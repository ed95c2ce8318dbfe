"""A running portal, and people's real browsers on it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.browser.finding import find_chromium
from tests.cast import PASSWORD, House
from tests.conftest import REPOSITORY, Databases
from tests.processes import Processes, settings_for

#: Two browsers, two portals and their workers may share two cores.
expect.set_options(timeout=20_000)

#: Where screenshots are kept as artefacts of a run.
PICTURES = REPOSITORY / "build" / "screenshots"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@dataclass(frozen=True)
class Portal:
    """The address of a running portal, and who works there."""

    url: str
    house: House


@pytest.fixture
async def portal(databases: Databases, house: House, tmp_path: Path) -> AsyncIterator[Portal]:
    """The portal as people run it: a web process and a worker of their own on the test's database and folders."""
    processes = Processes(
        settings_for(
            databases, CHARTWAY_DOCUMENTS=str(tmp_path / "documents"), CHARTWAY_KEYRING=str(tmp_path / "keyring")
        ),
        tmp_path / "processes.log",
    )  # fmt: skip
    try:
        web = processes.serve(at_its_own_address=True)
        processes.work()
        await web.wait()
        yield Portal(f"http://127.0.0.1:{web.port}", house)
    finally:
        processes.end_all()


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    """One browser process."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        await browser.close()


OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_page(portal: Portal, chromium: Chromium) -> AsyncIterator[OpenPage]:
    """Sign somebody in by the form and give their page: `page = await open_page("cody")`.

    What the browser complains of (a script error, a blocked inline style) fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_for(name: str | None, *, width: int = 1360, height: int = 850, dark: bool = False) -> Page:
        context = await chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            base_url=portal.url, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        if name:
            await page.goto("/sign-in")
            await page.get_by_label("E-mail address").fill(f"{name}@example.com")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.keyboard.press("Enter")
            await page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_for
    for context in contexts:
        await context.close()
    assert complaints == []


async def take_picture(page: Page, name: str) -> None:
    """Keep a screenshot of the whole page as `build/screenshots/<name>.png`."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def find_barriers(page: Page) -> list[str]:
    """What axe-core (WCAG 2.2 A and AA) finds wrong on a page, one line for each kind."""
    # Through the debugger, not a <script>: the page's own policy would rightly refuse it.
    await page.evaluate(AXE.read_text())
    result = await page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [f"{found['id']}: {found['nodes'][0]['target']} {found['help']}" for found in result["violations"]]

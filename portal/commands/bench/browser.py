"""From the click to the painted page in one Chromium: what a coder sees of all this."""

import asyncio
import shutil
from typing import Any

from portal.commands.demo.visiting import PASSWORD

#: Put into every page before its own scripts, through the debugger: the pages' policy stays as it is.
_WATCH = """
const now = () => performance.timeOrigin + performance.now();
document.addEventListener("click", () => sessionStorage.setItem("clicked", now()), true);
document.addEventListener("load", (event) => {
  if (!event.target.matches?.("#page-1 img")) return;
  event.target.decode().then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    window.painted ??= now();
  })));
}, true);
"""


async def open_in_browser(url: str, address: str, *, times: int) -> list[float]:
    """Open the held chart from the start page `times` times; seconds from each click to its first page painted."""
    from playwright.async_api import async_playwright

    took = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = await chromium.new_page(viewport={"width": 1360, "height": 850})
        await page.add_init_script(_WATCH)
        await page.goto(f"{url}/sign-in")
        await page.get_by_label("E-mail address").fill(address)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(lambda now: "/sign-in" not in now)
        for _ in range(times):
            await page.goto(f"{url}/desk")
            await page.get_by_role("link", name="Go on with").click()
            took.append(await _painted(page) / 1000)
        await chromium.close()
    return took


async def _painted(page: Any) -> float:
    """Milliseconds from the click to the painted picture."""
    for _ in range(1000):
        passed = await page.evaluate("window.painted ? window.painted - Number(sessionStorage.clicked) : 0")
        if passed:
            return float(passed)
        await asyncio.sleep(0.02)
    raise RuntimeError("the first page was never painted")

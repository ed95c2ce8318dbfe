"""Find a Chromium for the browser tests, or install one: an installed one, else Debian's, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome")
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """The path of an installed Chrome or Chromium; None to let Playwright use its own."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    return next((path for path in _APPLICATIONS if Path(path).exists()), None)


def ensure_chromium() -> None:
    """Install a Chromium if there is none; says what it does, and raises if nothing worked."""
    if find_chromium() or _playwrights_own():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Debian's Chromium for the browser tests …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet)  # type: ignore[call-overload]
        if find_chromium():
            return
    print("Fetching Playwright's Chromium for the browser tests …", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _playwrights_own() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()

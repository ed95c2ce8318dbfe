"""What the portal is compared with: the same web server handing out one file that it read at its start."""

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from portal.commands.bench.opening import in_turn

#: The environment variable that names the file.
FILE = "CHARTWAY_BENCH_FILE"
_BODY = Path(os.environ[FILE]).read_bytes() if FILE in os.environ else b""


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """The whole of it."""
    if scope["type"] == "http":
        headers = [(b"content-type", b"image/jpeg"), (b"content-length", str(len(_BODY)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": _BODY})


async def fetch_plain(url: str, people: int, *, every: float, seconds: float) -> Sequence[float]:
    """Let as many people fetch the file as often; seconds each time."""
    took: list[float] = []
    browsers = [httpx.AsyncClient() for _ in range(people)]

    def fetching(browser: httpx.AsyncClient, kept: list[float]) -> Callable[[], Awaitable[None]]:
        async def fetch() -> None:
            began = time.monotonic()
            (await browser.get(url)).raise_for_status()
            kept.append(time.monotonic() - began)

        return fetch

    for browser in browsers:
        await fetching(browser, [])()
    await in_turn([fetching(browser, took) for browser in browsers], every=every, seconds=seconds)
    for browser in browsers:
        await browser.aclose()
    return took

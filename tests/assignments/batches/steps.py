"""Import a schedule as client staff do, and find what it made."""

import re
from typing import Any

import httpx

from tests.cast import Browser

HEAD = "Encounter number,Date of service,Location,Service line,Provider,Patient name,MRN,Birth date"


def schedule(*lines: str, head: str = HEAD) -> bytes:
    """A file of these lines below the usual heads."""
    return "\r\n".join([head, *lines, ""]).encode()


def line(number: str, day: str = "2026-09-10", *, place: str = "North Radiology Main", what: str = "Radiology",
         patient: str = "Moss, Fern", mrn: str = "M-1") -> str:  # fmt: skip
    """One line of a schedule."""
    return f'{number},{day},{place},{what},Dr. Okafor,"{patient}",{mrn},1961-02-03'


async def read(browser: Browser, data: bytes) -> httpx.Response:
    """Send a file to be looked at; the answer to that."""
    return await browser.post("/schedule", files=[("file", ("schedule.csv", data, "text/csv"))])


async def keep(browser: Browser, data: bytes) -> httpx.Response:
    """Send a file and import what can be used; the page that comes then."""
    answer = await read(browser, data)
    assert answer.status_code == 303, answer.text
    done = await browser.post(f"{answer.headers['location']}/import")
    assert done.status_code == 303, done.text
    return await browser.get(done.headers["location"])


async def count(sql: Any, statement: str, *arguments: object) -> int:
    """A number of rows."""
    return int((await sql(f"SELECT count(*) AS n FROM {statement}", *arguments))[0]["n"])


def numbers(page: str) -> dict[str, int]:
    """The account that a page shows, read from its equation."""
    found = re.search(r'aria-label="Expected (\d+) = ([^"]+)"', page)
    assert found, "the page shows an account"
    parts = dict(reversed(part.split(" ", 1)) for part in found[2].split(" + "))
    return {"expected": int(found[1]), **{name: int(number) for name, number in parts.items()}}

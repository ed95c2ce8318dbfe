"""Simulated coders who each open a chart every few seconds over HTTP, and what it cost."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from portal.commands.bench.processes import cpu_seconds
from portal.commands.demo.visiting import Visitor

_IMAGE = re.compile(r'src="(/pages/[0-9a-f-]{36}/image)"')


@dataclass
class Opened:
    """Seconds from the click to the last byte of each answer, one item for each chart opened; CPU seconds of all."""

    html: list[float] = field(default_factory=list)
    first_page: list[float] = field(default_factory=list)  # the HTML and then the picture
    layer: list[float] = field(default_factory=list)  # all three
    picture_bytes: list[int] = field(default_factory=list)
    web_cpu: float | None = None
    database_cpu: float | None = None


async def open_charts(
    url: str, addresses: Sequence[str], *, every: float, seconds: float, web_pid: int, database_pid: int
) -> Opened:
    """Let each coder pull a chart, and open it every `every` seconds for `seconds`."""
    visitors = [Visitor(httpx.AsyncHTTPTransport(), url, address) for address in addresses]
    charts = []
    for visitor in visitors:
        await visitor.sign_in()
        pulled = await visitor.send("/desk/next", {}, page="/desk")
        charts.append(pulled.url.path)
        await _open(visitor, charts[-1], Opened())  # keys unwrapped, templates compiled, connections open
    opened = Opened()
    before = cpu_seconds(web_pid), cpu_seconds(database_pid)
    await in_turn(
        [_opening(visitor, chart, opened) for visitor, chart in zip(visitors, charts, strict=True)],
        every=every, seconds=seconds,
    )  # fmt: skip
    after = cpu_seconds(web_pid), cpu_seconds(database_pid)
    opened.web_cpu, opened.database_cpu = (
        later - earlier if later is not None and earlier is not None else None
        for earlier, later in zip(before, after, strict=True)
    )
    for visitor in visitors:
        await visitor.leave()
    return opened


async def in_turn(acts: Sequence[Callable[[], Awaitable[None]]], *, every: float, seconds: float) -> None:
    """Do each act every `every` seconds, the first times spread evenly, until `seconds` have passed."""
    ends_at = time.monotonic() + seconds

    async def work(number: int) -> None:
        due = time.monotonic() + every * number / len(acts)
        while due < ends_at:
            await asyncio.sleep(max(due - time.monotonic(), 0))
            await acts[number]()
            due += every

    await asyncio.gather(*(work(number) for number in range(len(acts))))


def _opening(visitor: Visitor, chart: str, opened: Opened) -> Callable[[], Awaitable[None]]:
    return lambda: _open(visitor, chart, opened)


async def _open(visitor: Visitor, chart: str, opened: Opened) -> None:
    began = time.monotonic()
    page = await visitor.see(chart)
    opened.html.append(time.monotonic() - began)
    found = _IMAGE.search(page)
    if found is None:
        raise RuntimeError("the chart has no page image: was it prepared?")
    picture = await visitor.fetch(found[1])
    opened.first_page.append(time.monotonic() - began)
    opened.picture_bytes.append(len(picture))
    await visitor.fetch(found[1].replace("/image", "/layer"))
    opened.layer.append(time.monotonic() - began)

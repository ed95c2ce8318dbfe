"""Somebody who uses the portal as a browser does: signs in by the form, sends the forms that stand on pages."""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import httpx

from portal.commands.demo.page_forms import find_form

#: The password of everybody in the demo company; it is printed when the demo starts.
PASSWORD = "a quiet harbour at dawn"  # noqa: S105 - nobody's secret

File = tuple[str, tuple[str, bytes]]


class Visitor:
    """One person with their own cookies, on the portal that `transport` leads to."""

    def __init__(self, transport: httpx.AsyncBaseTransport, origin: str, email: str, password: str = PASSWORD) -> None:
        self.email, self._password = email, password
        self.http = httpx.AsyncClient(transport=transport, base_url=origin, follow_redirects=True)

    async def sign_in(self) -> None:
        """Sign in by the form."""
        await self.send("/sign-in", {"email": self.email, "password": self._password}, page="/sign-in")

    async def see(self, path: str) -> str:
        """The page at `path`, as text; raises RuntimeError for anything but a page."""
        return _checked(await self.http.get(path)).text

    async def fetch(self, path: str) -> bytes:
        """The bytes at `path`: a page image, an export."""
        return _checked(await self.http.get(path)).content

    async def send(
        self, way: str, fields: Mapping[str, str], *, page: str, files: Sequence[File] = ()
    ) -> httpx.Response:
        """Send the form that stands on `page` and goes to `way`, with these fields changed; returns where it led."""
        form = find_form(await self.see(page), way)
        posted: Any = {**form.fields, **fields}
        return _checked(await self.http.post(way, data=posted, files=list(files) or None))

    async def leave(self) -> None:
        """Close the browser."""
        await self.http.aclose()


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= 400:
        found = re.search(r'(?:role="alert"[^>]*>|class="(?:error|lead)"[^>]*>)\s*([^<]+)', answer.text)
        said = unescape(found[1]).strip() if found else ""
        raise RuntimeError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {said}")
    return answer

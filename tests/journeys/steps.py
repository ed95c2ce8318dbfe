"""The steps of a chart's life, as people take them: by the pages and the forms that stand on them."""

import re
from dataclasses import dataclass
from html import unescape
from uuid import uuid4

import httpx

from portal.commands.demo.visiting import Visitor
from tests.cast import PASSWORD, Client, House

ORIGIN = "http://127.0.0.1:8700"
NOTE = b"""CHEST RADIOGRAPH, TWO VIEWS

INDICATION: Cough and fever for five days.

FINDINGS: Airspace opacity in the left lower lobe. Heart size normal. No effusion.

IMPRESSION: Left lower lobe pneumonia. Known type 2 diabetes mellitus.
"""


@dataclass
class Town:
    """Everybody's browsers, opened as they are needed."""

    house: House
    open: dict[str, Visitor]
    transport: httpx.AsyncBaseTransport

    async def visitor(self, name: str) -> Visitor:
        """Somebody, signed in by the form."""
        if name not in self.open:
            self.open[name] = Visitor(self.transport, ORIGIN, f"{name}@example.com", PASSWORD)
            await self.open[name].sign_in()
        return self.open[name]

    async def close(self) -> None:
        """Close every browser."""
        for visitor in self.open.values():
            await visitor.leave()


async def upload(
    town: Town, name: str, client: Client, *, encounter: str, mrn: str, service_on: str = "2026-09-28"
) -> str:
    """Send a readable and an unreadable file; the path of the chart they make."""
    staff = await town.visitor(name)
    fields = {
        "upload_id": str(uuid4()),
        "encounter_number": encounter,
        "service_line": str(client.lines["radiology"]),
        "location": str(client.location_id),
        "provider": "Dr. Okafor",
        "service_on": service_on,
        "patient_name": f"Quilla Abernathy of {client.code}",
        "mrn": mrn,
        "born_on": "1961-02-03",
    }
    files = [
        ("files", ("note.txt", NOTE)),
        ("files", ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not something we read")),
    ]
    receipt = await staff.send("/upload", fields, page="/upload", files=files)
    assert receipt.url.path.startswith("/uploads/")
    assert "Word" in receipt.text, "the refused file has its reason"
    found = re.search(r'href="(/charts/[0-9a-f-]{36})"', receipt.text)
    assert found
    return found[1]


async def pull(town: Town, name: str) -> httpx.Response:
    """Press “Next chart”; the desk that opens."""
    return await (await town.visitor(name)).send("/desk/next", {}, page="/desk")


async def code(town: Town, name: str, entries: list[str]) -> None:
    """Pull the next chart, type these entries and submit."""
    coder = await town.visitor(name)
    desk = await pull(town, name)
    place = desk.url.path
    page = re.search(r"/pages/[0-9a-f-]{36}/text", desk.text)
    assert "Left lower lobe pneumonia" in desk.text or page, "the note is on the desk"
    for entry in entries:
        await coder.send(f"{place}/lines", {"op": "add", "entry": entry}, page=place)
    await submit(town, name, desk)


async def submit(town: Town, name: str, desk: httpx.Response) -> None:
    """Submit what is on a desk; nothing else waits."""
    coder = await town.visitor(name)
    place = desk.url.path
    after = await coder.send(f"{place}/submit", {"op": "submit"}, page=place)
    assert after.url.path == "/desk", "nothing else waits for this coder"


async def find(town: Town, name: str, *, replace: str, by: str) -> None:
    """Pull the next audit, replace a code and send the finding."""
    auditor = await town.visitor(name)
    sheet = await auditor.send("/audits/next", {}, page="/audits")
    await change(auditor, sheet, replace, by)
    after = await auditor.send(f"{sheet.url.path}/findings", {}, page=sheet.url.path)
    assert after.url.path == "/audits"


async def verify(town: Town, name: str) -> None:
    """Pull the corrected chart and accept it."""
    auditor = await town.visitor(name)
    sheet = await auditor.send("/audits/next", {}, page="/audits")
    after = await auditor.send(f"{sheet.url.path}/verified", {}, page=sheet.url.path)
    assert after.url.path == "/audits"
    assert "corrected" in after.text


async def change(visitor: Visitor, shown: httpx.Response, code: str, by: str) -> None:
    """Replace a diagnosis by another, by the line editor of the desk or the worksheet."""
    lines = re.search(r'action="([^"]*/lines)"', shown.text)
    spot = re.search(rf'value="edit (d\d+ {re.escape(code)})"', shown.text)
    assert lines
    assert spot
    fields = {"op": "add", "entry": by, "replaces": unescape(spot[1])}
    await visitor.send(unescape(lines[1]), fields, page=shown.url.path)


async def issue(town: Town, client: Client) -> httpx.Response:
    """Issue September's invoice, twice; the page of the invoice."""
    mona = await town.visitor("mona")
    month = {"client_id": str(client.id), "month": "2026-09"}
    issued = await mona.send("/invoices", month, page="/invoices")
    again = await mona.http.post("/invoices", data={**month, "csrf_token": _token(issued.text)})
    assert again.url.path == issued.url.path, "issuing twice is the same invoice"
    return issued


def _token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', text)
    assert found
    return found[1]

"""Send documents as the upload page does, and make the files to send."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.cast import Browser, Client

#: (name, content, declared type)
File = tuple[str, bytes, str]

#: A date of service that lies in the past wherever the tests run.
SERVED_ON = (datetime.now(UTC) - timedelta(days=3)).date()


def encounter(client: Client, **changes: Any) -> dict[str, str]:
    """The fields of the upload form for an encounter of `client`."""
    fields = {
        "upload_id": str(uuid4()),
        "encounter_number": "ACC-1",
        "service_line": str(client.lines["radiology"]),
        "location": str(client.location_id),
        "provider": "Ida Renner, MD",
        "service_on": SERVED_ON.isoformat(),
        "patient_name": "Testperson, Wilhelmina",
        "mrn": "MRN-77",
        "born_on": date(1961, 5, 4).isoformat(),
    }
    return {**fields, **{name: str(value) for name, value in changes.items()}}


async def send(browser: Browser, fields: dict[str, str], *files: File, **options: Any) -> httpx.Response:
    """Post the upload form with its files."""
    parts = [("files", file) for file in files] or [("files", ("", b"", "application/octet-stream"))]
    return await browser.post("/upload", data=fields, files=parts, **options)


async def send_chart(browser: Browser, client: Client, *files: File, **changes: Any) -> UUID:
    """Send a chart and return its upload's id; fails the test if it is not received."""
    answer = await send(browser, encounter(client, **changes), *(files or (text(),)))
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].rpartition("/")[2])


def pdf(*pages: str, name: str = "note.pdf", password: str | None = None) -> File:
    """A PDF with one line of text on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption(password) if password else None)
    for line in pages or ("Follow-up of diabetes.",):
        canvas.drawString(72, 720, line)
        canvas.showPage()
    canvas.save()
    return name, out.getvalue(), "application/pdf"


def png(name: str = "scan.png") -> File:
    """A small picture."""
    out = io.BytesIO()
    Image.new("L", (300, 400), 200).save(out, "PNG")
    return name, out.getvalue(), "image/png"


def jpeg(name: str = "photo.jpg") -> File:
    """A small photograph."""
    out = io.BytesIO()
    Image.new("RGB", (300, 400), (200, 180, 90)).save(out, "JPEG")
    return name, out.getvalue(), "image/jpeg"


def text(words: str = "Chest x-ray, two views. No infiltrate.", name: str = "report.txt") -> File:
    """A plain text note."""
    return name, words.encode(), "text/plain"

"""Pack ZIPs with a manifest, as a client's system does."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from assignments.bulk.receiving import receive_delivery
from portal.actor import Actor
from tests.assignments.sending import SERVED_ON
from tests.cast import NOW

NOTE = b"Chest x-ray, two views. No infiltrate."


def line(number: int, **changes: str) -> dict[str, str]:
    """A line of a manifest that can be used."""
    fields = {
        "file": f"note-{number}.txt", "encounter_number": f"ENC-{number}", "service_line": "Radiology",
        "location": "North Radiology Main", "service_on": SERVED_ON.isoformat(), "provider": "Ida Renner, MD",
        "patient_name": f"Testperson, Number {number}", "mrn": f"MRN-{number}", "born_on": "1961-05-04",
        "payer": "Medicare", "stat": "",
    }  # fmt: skip
    return {**fields, **changes}


def manifest(lines: Sequence[Mapping[str, str]], **options: Any) -> bytes:
    """The lines as CSV below their header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(lines[0]), **options)
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def pack(lines: Sequence[Mapping[str, str]], files: Mapping[str, bytes] | None = None, folder: str = "") -> bytes:
    """A ZIP with a manifest of these lines; every file that they name is a note unless `files` says otherwise."""
    out = io.BytesIO()
    contents = {one["file"]: NOTE + one["file"].encode() for one in lines} if files is None else files
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{folder}manifest.csv", manifest(lines))
        for name, content in contents.items():
            packed.writestr(folder + name, content)
    return out.getvalue()


async def deliver(person: Actor, content: bytes, *, key: str | None = None, kind: Any = "zip") -> UUID:
    """Send a delivery by the use case; its id."""
    received = await receive_delivery(person, once(content), kind=kind, name="batch.zip", now=NOW, key=key)
    return received.id


async def once(content: bytes) -> AsyncIterator[bytes]:
    """The content in pieces."""
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]

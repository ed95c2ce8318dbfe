"""The demo's coders pin what they code: the words of the note that speak of a diagnosis."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from assignments.codesets.icd10cm import get_code
from assignments.drafting.rules import DiagnosisLine, Lines, Pin
from assignments.viewing.queries import find_places
from portal.actor import Actor
from portal.database import DB, acting_as
from storage.blobs import find_blob, read_whole_blob
from storage.text_layer import unpack_layer

#: Words of titles that stand in any note.
_EVERYWHERE = {"unspecified", "other", "without", "specified", "encounter", "initial", "right", "disease", "disorder"}
#: Ends what belongs together.
_MARK = re.compile(r"[.,;:]\s+|\n|\.$")


async def read_pages(actor: Actor, chart_id: UUID) -> Mapping[UUID, str]:
    """The words of a chart's pages, in their order."""
    async with acting_as(actor):
        blobs = {
            page_id: await find_blob(blob_id)
            for page_id in await find_places(chart_id)
            if (blob_id := await DB.value("SELECT text_blob_id FROM document_page WHERE id = $1", page_id))
        }
    return {page_id: unpack_layer(await read_whole_blob(blob)).text for page_id, blob in blobs.items()}


def pin_words(lines: Lines, pages: Mapping[UUID, str], on: date) -> Lines:
    """The lines, each diagnosis with the first words between two marks that have the longest word of its title."""
    return replace(lines, diagnoses=tuple(_pinned(line, pages, on) for line in lines.diagnoses))


def _pinned(line: DiagnosisLine, pages: Mapping[UUID, str], on: date) -> DiagnosisLine:
    found = get_code(line.code, on)
    words = re.findall(r"[a-z]{6,}", found.title.lower()) if found else []
    for word in sorted({word for word in words if word not in _EVERYWHERE}, key=lambda word: (-len(word), word)):
        for page_id, text in pages.items():
            at = text.lower().find(word[:8])
            if at >= 0 and len(text.lower()) == len(text):
                start = max(mark.end() for mark in _MARK.finditer(text, 0, at)) if _MARK.search(text, 0, at) else 0
                end = _MARK.search(text, at)
                return replace(line, evidence=(Pin(page_id, start, end.start() if end else len(text)),))
    return line

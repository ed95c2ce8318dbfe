"""Charts for tests, as rows and sealed pages, without going through an upload.

    chart = await make_chart(sql, house)                              # a ready radiology chart of North, in line
    chart = await make_chart(sql, house, client=house.south, specialty="emergency", with_pages=3, is_stat=True)
    held = await pull_chart(house.cody)                                # cody pulls what comes next
    await code_chart(house.cody, diagnoses=["J18.9"], procedures=["71046 A"])    # pull, code and submit in one go

`make_chart` writes as a superuser and seals real blobs; what comes after it goes through the product's use cases.
"""

import io
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from assignments.lining_up import line_up
from assignments.promises import due_at, stat_due_at
from assignments.rules import Stage
from portal.actor import WORKER, Actor
from portal.database import acting_as
from portal.ids import new_id
from storage.blobs import confirm_blob, write_blob
from storage.client_keys import ClientKey, get_active_key
from storage.sealed_fields import index_of, seal_field
from storage.text_layer import WHOLE, TextLayer, Word, pack_layer
from tests.cast import NOW, Client, House

#: A day within the release that ships.
SERVICE_ON = date(2026, 9, 10)

NOTE = """EMERGENCY DEPARTMENT NOTE

CHIEF COMPLAINT
Cough and fever for three days.

ASSESSMENT
1. Pneumonia, organism not found.
2. Essential hypertension.
"""


@dataclass(frozen=True)
class MadeChart:
    """A chart that was made for a test."""

    id: UUID
    client_id: UUID
    patient_id: UUID
    number: str
    entry_id: UUID | None  # its place in line, if it is in line
    page_ids: tuple[UUID, ...]  # text pages first


async def make_chart(
    sql: Any, house: House, *, client: Client | None = None, specialty: str = "radiology", state: str = "ready",
    with_pages: int = 0, with_words: bool = False, text: str | None = NOTE, is_stat: bool = False,
    service_on: date = SERVICE_ON, received_at: datetime = NOW - timedelta(hours=2), promise_hours: int = 24,
    provider: str = "Dr. A. Provider",
    payer: str | None = "Medicare", coder: Actor | None = None, patient_id: UUID | None = None,
    patient_name: str = "Pat Ient", mrn: str | None = None, sex: str | None = None,
) -> MadeChart:  # fmt: skip
    """Make a chart with one text document (unless `text` is None) and one of `with_pages` drawn pages.

    `with_words` gives the drawn pages their text layer; page n says "Page n" and eighteen lines.

    `state="ready"` puts it in line for coding; any other state only says so on the row, with `coder` as the coder of
    record where the state wants one. `patient_id` is a patient made before, at the same client.
    """
    client = client or house.north
    chart_id, encounter_id = new_id(), new_id()
    due = due_at(received_at, promise_hours=promise_hours)
    async with acting_as(WORKER):
        key = await get_active_key(client.id)
    if patient_id is None:
        patient_id = new_id()
        await sql("INSERT INTO patient VALUES ($1, $2, $3)", patient_id, client.id, received_at)
        await sql(
            "INSERT INTO patient_identity (patient_id, client_id, name_sealed, mrn_sealed, birth_on_sealed, mrn_index,"
            " sex_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            patient_id, client.id, seal_field(key, "patient_identity.name", patient_id, patient_name),
            seal_field(key, "patient_identity.mrn", patient_id, mrn or str(patient_id)),
            seal_field(key, "patient_identity.birth_on", patient_id, "1960-01-02"),
            index_of(key, "mrn", mrn or str(patient_id)),
            seal_field(key, "patient_identity.sex", patient_id, sex) if sex else None,
        )  # fmt: skip
    number = f"ENC-{chart_id.hex[-8:]}"
    await sql(
        "INSERT INTO encounter (id, client_id, location_id, patient_id, number_sealed, number_index, service_on,"
        " provider, payer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        encounter_id, client.id, client.location_id, patient_id,
        seal_field(key, "encounter.number", encounter_id, number), index_of(key, "encounter", number), service_on,
        provider, payer, received_at,
    )  # fmt: skip
    [counted] = await sql(
        "UPDATE client SET last_chart_number = last_chart_number + 1 WHERE id = $1 RETURNING code || '-' ||"
        " last_chart_number AS number",
        client.id,
    )
    await sql(
        "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
        " is_stat, service_on, received_at, ready_at, due_at, coder_of_record)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        chart_id, client.id, counted["number"], encounter_id, client.lines[specialty], patient_id, specialty, state,
        is_stat, service_on, received_at, None if state == "received" else received_at,
        stat_due_at(received_at, stat_hours=4, due=due) if is_stat else due, coder.person_id if coder else None,
    )  # fmt: skip
    pages = []
    if text is not None:
        pages += await _add_document(sql, key, chart_id, 1, received_at, text=text)
    if with_pages:
        pages += await _add_document(sql, key, chart_id, 2, received_at, count=with_pages, with_words=with_words)
    entry_id = None
    if state == "ready":
        async with acting_as(WORKER):
            entry_id = await line_up(WORKER, chart_id=chart_id, stage=Stage.CODING, now=received_at)
    return MadeChart(chart_id, client.id, patient_id, counted["number"], entry_id, tuple(pages))


async def pull_chart(coder: Actor, *, now: datetime = NOW) -> Any:
    """Pull the coder's next chart with a fresh request; returns what `pull_next_chart` does."""
    from assignments.pulling import pull_next_chart

    return await pull_next_chart(coder, request_id=new_id(), now=now)


async def code_chart(
    coder: Actor, *, diagnoses: Sequence[str] = ("J18.9",), procedures: Sequence[str] = ("71046 A",),
    now: datetime = NOW,
) -> UUID:  # fmt: skip
    """Pull the coder's next chart, type these lines as the entry box takes them, answer what asks, submit it."""
    from assignments.coding.submitting import submit_coding
    from portal.commands.demo.answers import answer_what_asks

    pulled = await pull_chart(coder, now=now)
    assert pulled.chart_id, pulled.outcome
    await type_lines(coder, pulled.chart_id, pulled.fence, Stage.CODING, [*diagnoses, *procedures])
    await answer_what_asks(coder, chart_id=pulled.chart_id, fence=pulled.fence, stage=Stage.CODING, now=now)
    await submit_coding(coder, chart_id=pulled.chart_id, fence=pulled.fence, request_id=new_id(), now=now)
    return pulled.chart_id  # type: ignore[no-any-return]


async def type_lines(actor: Actor, chart_id: UUID, fence: int, stage: Stage, entries: Sequence[str]) -> None:
    """Replace the draft of a held chart by these lines, typed one after the other into the entry box."""
    from assignments.drafting.editing import open_draft, save_lines
    from assignments.drafting.entries import read_lines

    draft = await open_draft(actor, chart_id=chart_id, stage=stage)
    await save_lines(
        actor, chart_id=chart_id, stage=stage, fence=fence, revision=draft.revision,
        change=lambda _lines, _on: read_lines(entries),
    )  # fmt: skip


async def _add_document(
    sql: Any, key: ClientKey, chart_id: UUID, position: int, received_at: datetime, *, text: str | None = None,
    count: int = 1, with_words: bool = False,
) -> list[UUID]:  # fmt: skip
    document_id, client_id = new_id(), key.client_id
    original = await _seal(client_id, document_id, "original", (text or "a drawing").encode())
    [uploader] = await sql("SELECT id FROM person WHERE client_id = $1 ORDER BY id LIMIT 1", client_id)
    await sql(
        "INSERT INTO document (id, client_id, chart_id, position, name_sealed, media_type, size, state, page_count,"
        " original_blob_id, received_at, received_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 'ready', $8, $9, $10, $11)",
        document_id, client_id, chart_id, position, seal_field(key, "document.name", document_id, "note"),
        "text/plain" if text else "application/pdf", 1000, count, original, received_at, uploader["id"],
    )  # fmt: skip
    page_ids = []
    for page in range(1, count + 1):
        page_ids.append(new_id())
        image = await _seal(client_id, document_id, "page", draw_page(f"Page {page}"))
        layer = TextLayer(text) if text is not None else lay_words(f"Page {page}") if with_words else None
        words = await _seal(client_id, document_id, "text", pack_layer(layer)) if layer else None
        await sql(
            "INSERT INTO document_page (id, client_id, chart_id, document_id, number, width, height, image_blob_id,"
            " text_blob_id) VALUES ($1, $2, $3, $4, $5, 935, 1210, $6, $7)",
            page_ids[-1], client_id, chart_id, document_id, page, image, words,
        )  # fmt: skip
    return page_ids


def draw_page(title: str) -> bytes:
    """A grey JPEG like those that the page process makes, 935 × 1210 pixels."""
    image = Image.new("L", (935, 1210), 255)
    pen = ImageDraw.Draw(image)
    for line, top, size in _lines(title):
        pen.text((80, top), line, fill=20, font_size=size)
    made = io.BytesIO()
    image.save(made, "JPEG", quality=75)
    return made.getvalue()


def lay_words(title: str) -> TextLayer:
    """The words of a drawn page where they stand on it."""
    text, words = "", []
    for line, top, size in _lines(title):
        font = ImageFont.load_default(size)
        for found in re.finditer(r"\S+", line):
            left, right = (80 + font.getlength(line[:place]) for place in found.span())
            box = (left / 935, top / 1210, right / 935, (top + size * 1.1) / 1210)
            start, end = (len(text) + place for place in found.span())
            words.append(Word(start, end, *(round(WHOLE * part) for part in box)))
        text += f"{line}\n"
    return TextLayer(text, tuple(words))


def _lines(title: str) -> list[tuple[str, int, int]]:
    """Line, its top and the size of its letters, in pixels."""
    lines = [(f"Line {line + 1} of what was dictated about the visit.", 150 + 34 * line, 18) for line in range(18)]
    return [(title, 80, 28), *lines]


async def _seal(client_id: UUID, owner_id: UUID, kind: Any, content: bytes) -> UUID:
    async def once() -> AsyncIterator[bytes]:
        yield content

    blob = await write_blob(WORKER, once(), client_id=client_id, owner_id=owner_id, kind=kind, most=10_000_000)
    async with acting_as(WORKER):
        await confirm_blob(blob)
    return blob.id

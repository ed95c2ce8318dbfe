"""The worker's part of a PDF of many patients: small pictures first, and charts once people have split it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from assignments.bulk.deciding import can_be_made, finish_delivery, refuse_delivery, refuse_lines, take_group
from assignments.bulk.lines import NewLine, find_lines, pack_values, write_lines
from assignments.bulk.page_ranges import PageRange
from assignments.bulk.planning import TOGETHER, Group, group
from assignments.bulk.proposing import propose_facts
from assignments.intake.queries import get_choices
from assignments.intake.taking_files import Accepted, Refused, take_one
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.ids import new_id
from storage.blobs import SealedBlob, confirm_blob, find_blob, read_blob, write_blob
from storage.client_keys import get_active_key
from storage.limits import MAX_FILE_BYTES
from storage.page_frames import PageImage
from storage.pages import UnreadableDocument, render_pages
from storage.sealed_fields import seal_field
from storage.sniffing import MediaType
from storage.splitting import SMALL_DPI, split_pdf


async def draw_delivery(person: Actor, delivery_id: UUID, *, blob_id: UUID, now: datetime) -> None:
    """Seal a small picture of each page, after which people can split the PDF; or refuse it with a sentence."""
    assert person.client_id is not None
    async with acting_as(person):
        blob = await find_blob(blob_id)
    drawn: list[tuple[PageImage, SealedBlob]] = []
    try:
        async with aclosing(render_pages(read_blob(blob), MediaType.PDF, dpi=SMALL_DPI)) as pages:
            async for page in pages:
                sealed = await write_blob(
                    person, _whole(page.jpeg), client_id=person.client_id, owner_id=delivery_id, kind="page",
                    most=MAX_FILE_BYTES,
                )  # fmt: skip
                drawn.append((page, sealed))
    except UnreadableDocument as refusal:
        if refusal.passing:
            raise
        await refuse_delivery(person, delivery_id, refusal.message, now=now)
        return
    async with acting_as(person):
        if not await DB.execute(
            "UPDATE delivery SET state = 'splitting' WHERE id = $1 AND state = 'received'", delivery_id
        ):
            return  # another worker was faster; what this one sealed is swept
        key = await get_active_key(person.client_id)
        for page, sealed in drawn:
            page_id, facts = new_id(), propose_facts(page.text or "")
            await confirm_blob(sealed)
            await DB.execute(
                "INSERT INTO delivery_page (id, client_id, delivery_id, number, width, height, image_blob_id,"
                " facts_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                page_id, person.client_id, delivery_id, page.number, page.width, page.height, sealed.id,
                seal_field(key, "delivery_page.facts", page_id, pack_values(facts)) if facts else None,
            )  # fmt: skip
        first = propose_facts(drawn[0][0].text or "")
        whole = NewLine(1, PageRange(1, len(drawn)).words, first, None, "draft", (1, len(drawn)))
        await write_lines(key, delivery_id, [whole])


async def take_parts(person: Actor, delivery_id: UUID, *, blob_id: UUID, now: datetime) -> None:
    """Cut a split PDF into one for each range, and make the charts."""
    choices = await get_choices(person)
    async with acting_as(person):
        blob = await find_blob(blob_id)
        waiting = await find_lines(delivery_id, "waiting")
    groups, refused = group(waiting, choices=choices, now=now)
    await refuse_lines(person, refused)
    groups = [one for one in groups if await can_be_made(person, one)]
    ranges = [line.pages for one in groups for line in one.lines if line.pages]
    if ranges:
        try:
            async with aclosing(split_pdf(read_blob(blob), ranges)) as parts:
                for one in groups:
                    await _take_group(person, one, parts, now)
        except UnreadableDocument as refusal:
            if refusal.passing:
                raise
            await refuse_lines(person, {line: refusal.message for one in groups for line in one.lines})
    await finish_delivery(person, delivery_id, now=now)


async def _take_group(person: Actor, one: Group, parts: AsyncGenerator[bytes, None], now: datetime) -> None:
    assert person.client_id is not None
    accepted: list[Accepted] = []
    reasons = dict.fromkeys(one.lines, TOGETHER)
    for line in one.lines:
        content = await anext(parts)
        name = f"{line.name}.pdf".replace(" ", "-")
        taken = await take_one(person, name, _whole(content), client_id=person.client_id)
        if isinstance(taken, Refused):
            reasons[line] = taken.reason
        else:
            accepted.append(taken)
    if len(accepted) == len(one.lines):
        await take_group(person, one, accepted, received_at=now)
    else:
        await refuse_lines(person, reasons)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content

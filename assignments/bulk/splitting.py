"""Split a PDF of many patients: what people have marked is kept at every step, until they send it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.bulk import TAKE_DELIVERY
from assignments.bulk.facts import read_facts
from assignments.bulk.lines import NewLine, find_lines, unpack_values, write_lines
from assignments.bulk.page_ranges import PageRange
from assignments.bulk.receiving import client_of
from assignments.intake.queries import Choices
from assignments.intake.rules import NewChart
from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.jobs import put_in_line
from portal.web.forms import FormError
from storage.blobs import find_blob, read_whole_blob
from storage.client_keys import get_active_key

MOVED_ON = (
    "A colleague has marked other pages meanwhile, or sent it. Reload the page to see how it stands now; what you had"
    " typed since is not saved."
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it is shown small."""

    id: UUID
    number: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Part:
    """Pages that belong together, and what is said of their encounter."""

    pages: PageRange
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Splitting:
    """A PDF that is being split."""

    delivery_id: UUID
    name: str
    pages: Sequence[Page]
    parts: Sequence[Part]
    proposals: Mapping[int, Mapping[str, str]]  # by page

    @property
    def seen(self) -> str:
        """What of the marking a form was made of; another marking makes it old."""
        return ",".join(f"{one.pages.first}" for one in self.parts)


async def get_splitting(person: Actor, delivery_id: UUID) -> Splitting:
    """A PDF with what has been marked so far, whoever marked it; the look is recorded.

    NotFound for other clients and for what is no PDF; Conflict once it has been sent, or before its pages are drawn.
    """
    async with acting_as(person):
        row = await DB.fetch_one("SELECT state, kind, name_sealed FROM delivery WHERE id = $1", delivery_id)
        if row is None or row["kind"] != "pdf":
            raise NotFound
        if row["state"] != "splitting":
            raise Conflict("This PDF is not to be split now. Its report says how far it is.")
        pages = await DB.fetch(
            "SELECT id, number, width, height, facts_sealed FROM delivery_page WHERE delivery_id = $1 ORDER BY number",
            delivery_id,
        )
        facts = await open_fields(
            "delivery_page.facts", {page["id"]: page["facts_sealed"] for page in pages if page["facts_sealed"]}
        )
        name = (await open_fields("delivery.name", {delivery_id: row["name_sealed"]}))[delivery_id]
        parts = await _find_parts(delivery_id)
        await record(
            person, Action.DELIVERY_OPENED, object_type="delivery", object_id=delivery_id, client_id=person.client_id,
            details={"pages": len(pages)},
        )  # fmt: skip
    return Splitting(
        delivery_id, name, [Page(page["id"], page["number"], page["width"], page["height"]) for page in pages], parts,
        {page["number"]: unpack_values(facts.get(page["id"])) for page in pages},
    )  # fmt: skip


async def save_splitting(person: Actor, *, delivery_id: UUID, seen: str, parts: Sequence[Part]) -> None:
    """Keep what is marked and typed; raises Conflict if a colleague has marked it otherwise since `seen`."""
    async with acting_as(person):
        await _write_parts(person, delivery_id, seen, parts, "draft")
        await record(
            person, Action.DELIVERY_CHANGED, object_type="delivery", object_id=delivery_id, client_id=person.client_id,
            details={"parts": len(parts)},
        )  # fmt: skip


async def send_splitting(
    person: Actor, *, delivery_id: UUID, seen: str, parts: Sequence[Part], choices: Choices, now: datetime
) -> None:
    """Hand the parts to the worker; raises FormError, with `page.field` for each that cannot be used, and saves all."""
    wrong = _check(parts, choices, now)
    if wrong:
        await save_splitting(person, delivery_id=delivery_id, seen=seen, parts=parts)
        raise FormError(wrong, {})
    if all(one.pages.is_left_out for one in parts):
        raise Invalid("All pages are left out, so there is nothing to send. Mark the pages of at least one chart.")
    async with acting_as(person):
        await _write_parts(person, delivery_id, seen, parts, "waiting")
        await DB.execute("UPDATE delivery SET state = 'working' WHERE id = $1", delivery_id)
        await record(
            person, Action.DELIVERY_SENT, object_type="delivery", object_id=delivery_id, client_id=person.client_id,
            details={"kind": "pdf", "parts": len(parts)},
        )  # fmt: skip
        await put_in_line(TAKE_DELIVERY, delivery_id)


async def get_small_page(person: Actor, page_id: UUID) -> bytes:
    """The small picture of a page; the look is recorded before it is read. NotFound for other clients."""
    async with acting_as(person):
        row = await DB.fetch_one("SELECT delivery_id, number, image_blob_id FROM delivery_page WHERE id = $1", page_id)
        if row is None:
            raise NotFound
        blob = await find_blob(row["image_blob_id"])
        await record(
            person, Action.DELIVERY_OPENED, object_type="delivery", object_id=row["delivery_id"],
            client_id=person.client_id, details={"page": row["number"]},
        )  # fmt: skip
    return await read_whole_blob(blob)


async def _find_parts(delivery_id: UUID) -> list[Part]:
    found = [
        Part(PageRange(*line.pages, is_left_out=state == "left_out"), line.values)
        for state in ("draft", "left_out")
        for line in await find_lines(delivery_id, state)
        if line.pages
    ]
    return sorted(found, key=lambda one: one.pages.first)


async def _write_parts(person: Actor, delivery_id: UUID, seen: str, parts: Sequence[Part], state: str) -> None:
    """Put the parts in the place of those that are there, inside the current transaction."""
    row = await DB.fetch_one("SELECT state FROM delivery WHERE id = $1 AND kind = 'pdf' FOR UPDATE", delivery_id)
    if row is None:
        raise NotFound
    marked = await DB.fetch(
        "SELECT first_page FROM delivery_line WHERE delivery_id = $1 ORDER BY first_page", delivery_id
    )
    if row["state"] != "splitting" or ",".join(str(one["first_page"]) for one in marked) != seen:
        raise Conflict(MOVED_ON)
    await DB.execute("DELETE FROM delivery_line WHERE delivery_id = $1", delivery_id)
    await write_lines(
        await get_active_key(client_of(person)), delivery_id,
        [
            NewLine(
                position, one.pages.words, one.values, None,
                "left_out" if one.pages.is_left_out else state, (one.pages.first, one.pages.last),
            )
            for position, one in enumerate(parts, start=1)
        ],
    )  # fmt: skip


def _check(parts: Sequence[Part], choices: Choices, now: datetime) -> dict[str, str]:
    wrong: dict[str, str] = {}
    known: dict[tuple[str, UUID], NewChart] = {}
    for one in parts:
        if one.pages.is_left_out:
            continue
        try:
            new = read_facts(one.values, choices=choices, now=now)
        except FormError as refusal:
            wrong |= {f"{one.pages.first}.{name}": sentence for name, sentence in refusal.errors.items()}
        else:
            key = (new.encounter_number.casefold(), new.service_line_id)
            if known.setdefault(key, new) != new:
                wrong[f"{one.pages.first}.encounter_number"] = (
                    "Other pages have this encounter and service line, but say other things of patient or visit."
                )
    return wrong

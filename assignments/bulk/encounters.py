"""One encounter by API: its facts in one call, each document in one more; the last of them makes the chart."""

import hashlib
import hmac
from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.bulk.facts import read_facts
from assignments.bulk.lines import NewLine, mark_refused, pack_values, unpack_values, write_lines
from assignments.bulk.receiving import OtherContent, Received, client_of, hash_of
from assignments.intake.making import CannotReceive, find_or_refuse, make_chart
from assignments.intake.queries import Choices, get_choices
from assignments.intake.rules import MOST_FILES
from assignments.intake.taking_files import Accepted, Refused, take_one
from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from storage.blobs import LEASE, SealedBlob
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field
from storage.sniffing import MediaType

DECIDED = "The chart of this encounter is decided already. Nothing was changed; ask for its report."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an encounter has come: how many of its documents are still to come, and its chart once it is made."""

    missing: int
    chart_id: UUID | None


async def begin_encounter(
    person: Actor, *, values: Mapping[str, str], names: Sequence[str], key: str | None, now: datetime
) -> Received:
    """Take the facts of an encounter and the names of the documents that will follow.

    Raises FormError for facts that cannot be used, CannotReceive if what is on file speaks against them, OtherContent
    if the key came with something else before.
    """
    if not 1 <= len(names) <= MOST_FILES or not all(name.strip() for name in names):
        raise Invalid(f"Name 1 to {MOST_FILES} documents. Their content follows, each in a request of its own.")
    new = read_facts(values, choices=await get_choices(person), now=now)
    delivery_id, key_hash = new_id(), hash_of(key)
    async with acting_as(person):
        client_key = await get_active_key(client_of(person))
        said = pack_values({**values, "documents": "\n".join(names)})
        mac = hmac.new(client_key.content, said.encode(), hashlib.sha256).digest()
        if key_hash and (earlier := await _find_by_key(key_hash, mac)):
            return Received(earlier, is_repeated=True)
        await find_or_refuse(client_key, new)
        await DB.execute(
            "INSERT INTO delivery (id, client_id, person_id, kind, state, name_sealed, content_mac, size, key_hash,"
            " request_id, received_at) VALUES ($1, $2, $3, 'encounter', 'received', $4, $5, 0, $6, $7, $8)",
            delivery_id, client_key.client_id, person.person_id,
            seal_field(client_key, "delivery.name", delivery_id, "Encounter by API"), mac, key_hash,
            person.origin.request_id, now,
        )  # fmt: skip
        lines = [NewLine(position, name[:255], values) for position, name in enumerate(names, start=1)]
        await write_lines(client_key, delivery_id, lines)
        await record(
            person, Action.DELIVERY_SENT, object_type="delivery", object_id=delivery_id,
            client_id=client_key.client_id, details={"kind": "encounter"},
        )  # fmt: skip
    return Received(delivery_id, is_repeated=False)


async def put_document(
    person: Actor, *, delivery_id: UUID, position: int, chunks: AsyncIterable[bytes], now: datetime
) -> Progress:
    """Take the content of one document; with the last one the chart is made, in the same transaction.

    Repeating it is calm. Raises Invalid with the reason if the file cannot be read, after which another may be put in
    its place; CannotReceive if the chart was made by another way meanwhile.
    """
    async with acting_as(person):
        line = await _get_line(delivery_id, position)
        names = await open_fields("delivery_line.name", {line["id"]: line["name_sealed"]})
    taken = await take_one(person, names[line["id"]], chunks, client_id=client_of(person))
    if isinstance(taken, Refused):
        raise Invalid(taken.reason)
    choices = await get_choices(person)
    try:
        async with acting_as(person):
            return await _add(person, delivery_id, line["id"], taken, choices, now)
    except CannotReceive as refusal:
        await _refuse(person, delivery_id, refusal, now)
        raise


async def _add(
    person: Actor, delivery_id: UUID, line_id: UUID, taken: Accepted, choices: Choices, now: datetime
) -> Progress:
    key = await get_active_key(client_of(person))
    number = await DB.value("SELECT next_chart_number()")  # the client's counter first, as every door of intake does
    state = await DB.value("SELECT state FROM delivery WHERE id = $1 FOR UPDATE", delivery_id)
    before = await DB.fetch_one("SELECT state, content_mac, chart_id FROM delivery_line WHERE id = $1", line_id)
    assert before is not None
    if state != "received":
        if before["content_mac"] == taken.blob.content_mac:
            return Progress(0, before["chart_id"])
        raise Conflict(DECIDED)
    await DB.execute(
        "UPDATE delivery_line SET document_id = $2, blob_id = $3, media_type = $4, size = $5, sealed_size = $6,"
        " content_mac = $7 WHERE id = $1",
        line_id, taken.document_id, taken.blob.id, taken.media_type.value, taken.blob.plain_size,
        taken.blob.sealed_size, taken.blob.content_mac,
    )  # fmt: skip
    rows = await DB.fetch(
        "SELECT l.id, l.name_sealed, l.facts_sealed, l.document_id, l.blob_id, l.media_type, l.size, l.sealed_size,"
        " l.content_mac, b.attempt FROM delivery_line l LEFT JOIN blob b ON b.id = l.blob_id AND b.state = 'pending'"
        " WHERE l.delivery_id = $1 ORDER BY l.position",
        delivery_id,
    )
    # Whoever is still sending keeps what has come: each document gives the others another while.
    await DB.execute(
        "UPDATE blob SET lease_until = clock_timestamp() + $2 WHERE id = ANY ($1::uuid[]) AND state = 'pending'",
        [row["blob_id"] for row in rows if row["blob_id"]], LEASE,
    )  # fmt: skip
    missing = sum(row["attempt"] is None for row in rows)
    if missing:
        return Progress(missing, None)
    facts = await open_fields("delivery_line.facts", {rows[0]["id"]: rows[0]["facts_sealed"]})
    names = await open_fields("delivery_line.name", {row["id"]: row["name_sealed"] for row in rows})
    new = read_facts(unpack_values(facts[rows[0]["id"]]), choices=choices, now=now)
    files = [_accepted(row, names[row["id"]], key.client_id) for row in rows]
    chart_id = await make_chart(person, key, new, number, files, now)
    await DB.execute(
        "UPDATE delivery_line SET state = 'taken', chart_id = $2 WHERE delivery_id = $1", delivery_id, chart_id
    )
    await DB.execute("UPDATE delivery SET state = 'done', finished_at = $2 WHERE id = $1", delivery_id, now)
    return Progress(0, chart_id)


async def _find_by_key(key_hash: bytes, mac: bytes) -> UUID | None:
    await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", key_hash)
    row = await DB.fetch_one("SELECT id, content_mac FROM delivery WHERE key_hash = $1", key_hash)
    if row and row["content_mac"] != mac:
        raise OtherContent
    return UUID(bytes=row["id"].bytes) if row else None


async def _get_line(delivery_id: UUID, position: int) -> asyncpg.Record:
    line = await DB.fetch_one(
        "SELECT l.id, l.name_sealed FROM delivery_line l JOIN delivery d ON d.id = l.delivery_id"
        " WHERE l.delivery_id = $1 AND l.position = $2 AND d.kind = 'encounter'",
        delivery_id, position,
    )  # fmt: skip
    if line is None:
        raise NotFound
    return line


async def _refuse(person: Actor, delivery_id: UUID, refusal: CannotReceive, now: datetime) -> None:
    async with acting_as(person):
        rows = await DB.fetch("SELECT id FROM delivery_line WHERE delivery_id = $1", delivery_id)
        await mark_refused({row["id"]: refusal.message for row in rows}, chart_id=refusal.chart_id)
        await DB.execute(
            "UPDATE delivery SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'received'",
            delivery_id, now,
        )  # fmt: skip


def _accepted(row: asyncpg.Record, name: str, client_id: UUID) -> Accepted:
    blob_id, attempt = UUID(bytes=row["blob_id"].bytes), UUID(bytes=row["attempt"].bytes)
    blob = SealedBlob(blob_id, client_id, attempt, row["size"], row["sealed_size"], bytes(row["content_mac"]))
    return Accepted(name, UUID(bytes=row["document_id"].bytes), MediaType(row["media_type"]), blob)

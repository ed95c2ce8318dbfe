"""The lines of a delivery as rows: written, found again, and decided once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from assignments.intake.taking_files import Accepted
from assignments.opening import open_fields
from portal.database import DB
from portal.ids import new_id
from storage.client_keys import ClientKey
from storage.sealed_fields import seal_field


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line that is to be written."""

    position: int
    name: str
    values: Mapping[str, str] | None
    refusal: str | None = None
    state: str = "waiting"
    pages: tuple[int, int] | None = None  # first and last


@dataclass(frozen=True, slots=True)
class Line:
    """A line that waits."""

    id: UUID
    position: int
    name: str
    values: Mapping[str, str] = field(hash=False)
    pages: tuple[int, int] | None = None


async def write_lines(key: ClientKey, delivery_id: UUID, lines: Iterable[NewLine]) -> None:
    """Add lines to a delivery inside the current transaction, names and facts sealed."""
    rows = []
    for line in lines:
        line_id = new_id()
        facts = seal_field(key, "delivery_line.facts", line_id, pack_values(line.values)) if line.values else None
        first, last = line.pages or (None, None)
        rows.append(
            (line_id, key.client_id, delivery_id, line.position, seal_field(key, "delivery_line.name", line_id,
             line.name), facts, first, last, "refused" if line.refusal else line.state, line.refusal)
        )  # fmt: skip
    await DB.execute(
        "INSERT INTO delivery_line (id, client_id, delivery_id, position, name_sealed, facts_sealed, first_page,"
        " last_page, state, refusal) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[],"
        " $5::bytea[], $6::bytea[], $7::integer[], $8::integer[], $9::text[], $10::text[])",
        *([list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 10),
    )


async def find_lines(delivery_id: UUID, state: str) -> list[Line]:
    """The lines of a delivery in one state, opened, in their order; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT id, position, name_sealed, facts_sealed, first_page, last_page FROM delivery_line"
        " WHERE delivery_id = $1 AND state = $2 ORDER BY position",
        delivery_id, state,
    )  # fmt: skip
    names = await open_fields("delivery_line.name", {row["id"]: row["name_sealed"] for row in rows})
    facts = await open_fields(
        "delivery_line.facts", {row["id"]: row["facts_sealed"] for row in rows if row["facts_sealed"]}
    )
    return [
        Line(
            UUID(bytes=row["id"].bytes), row["position"], names[row["id"]], unpack_values(facts.get(row["id"])),
            (row["first_page"], row["last_page"]) if row["first_page"] else None,
        )
        for row in rows
    ]  # fmt: skip


async def lock_waiting(lines: Sequence[Line]) -> bool:
    """True if all these lines still wait; nobody else decides them until the current transaction ends."""
    rows = await DB.fetch(
        "SELECT state FROM delivery_line WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE", [one.id for one in lines]
    )
    return len(rows) == len(lines) and all(row["state"] == "waiting" for row in rows)


async def mark_taken(lines: Sequence[Line], files: Sequence[Accepted], chart_id: UUID) -> None:
    """Say of lines, in the transaction that made their chart, that they are in it."""
    for line, file in zip(lines, files, strict=True):
        await DB.execute(
            "UPDATE delivery_line SET state = 'taken', chart_id = $2, document_id = $3, size = $4, media_type = $5"
            " WHERE id = $1 AND state = 'waiting'",
            line.id, chart_id, file.document_id, file.size, file.media_type.value,
        )  # fmt: skip


async def mark_refused(reasons: Mapping[UUID, str], *, chart_id: UUID | None = None) -> None:
    """Say why lines are not taken; with a chart, that it has been there already. Lines that were decided stay."""
    for line_id, reason in reasons.items():
        await DB.execute(
            "UPDATE delivery_line SET state = $3, refusal = $2, chart_id = $4 WHERE id = $1 AND state = 'waiting'",
            line_id, reason, "already" if chart_id else "refused", chart_id,
        )  # fmt: skip


def pack_values(values: Mapping[str, str]) -> str:
    """A line's values as one text, to be sealed."""
    return msgspec.json.encode(dict(values)).decode()


def unpack_values(packed: str | None) -> dict[str, str]:
    """The values that were packed."""
    return msgspec.json.decode(packed, type=dict[str, str]) if packed else {}

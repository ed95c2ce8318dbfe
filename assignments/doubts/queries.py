"""Marks with their notes. Everything here reads inside the current transaction; row-level security decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assignments.drafting.rules import Pin
from assignments.opening import open_fields
from portal.database import DB


@dataclass(frozen=True, slots=True)
class Doubt:
    """One mark: what the coder is unsure of, the line that is meant by its code, and the place, if they gave any."""

    id: UUID
    note: str
    code: str
    pin: Pin | None
    page: int  # of the chart, as `places` says; 0 for none, or for one that was replaced


async def find_draft_doubts(chart_id: UUID, places: Mapping[UUID, int]) -> list[Doubt]:
    """What whoever acts has marked and not submitted, in the order it was marked."""
    rows = await DB.fetch(
        "SELECT id, code, page_id, start_at, end_at, note_sealed FROM doubt_draft"
        " WHERE chart_id = $1 AND person_id = acting_person() ORDER BY marked_at, id",
        chart_id,
    )
    return await _open("doubt_draft.note", rows, places)


async def find_doubts(codings: Sequence[UUID], places: Mapping[UUID, int]) -> list[Doubt]:
    """What was marked in these codings, in the order it was marked."""
    rows = await DB.fetch(
        "SELECT id, code, page_id, start_at, end_at, note_sealed FROM doubt"
        " WHERE coding_id = ANY ($1::uuid[]) ORDER BY marked_at, id",
        list(codings),
    )
    return await _open("doubt.note", rows, places)


async def count_draft_doubts(chart_id: UUID) -> int:
    """How many marks whoever acts has on a chart that is not submitted."""
    return int(
        await DB.value("SELECT count(*) FROM doubt_draft WHERE chart_id = $1 AND person_id = acting_person()", chart_id)
    )


async def has_doubt(coding_id: UUID) -> bool:
    """True if its coder was unsure of something in a coding."""
    return bool(await DB.value("SELECT EXISTS (SELECT id FROM doubt WHERE coding_id = $1)", coding_id))


async def _open(place: str, rows: Sequence[Any], places: Mapping[UUID, int]) -> list[Doubt]:
    notes = await open_fields(place, {row["id"]: row["note_sealed"] for row in rows})
    return [Doubt(row["id"], notes[row["id"]], row["code"] or "", *_where(row, places)) for row in rows]


def _where(row: Any, places: Mapping[UUID, int]) -> tuple[Pin | None, int]:
    if row["page_id"] is None:
        return None, 0
    page_id = UUID(bytes=row["page_id"].bytes)
    return Pin(page_id, row["start_at"], row["end_at"]), places.get(page_id, 0)

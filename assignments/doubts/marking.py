"""Mark what one is unsure of, take a mark back, and keep the marks with the coding that is submitted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.acknowledging import ensure_acknowledged
from assignments.doubts.queries import Doubt, count_draft_doubts, find_draft_doubts
from assignments.drafting.editing import begin_draft
from assignments.drafting.evidence import ensure_place
from assignments.drafting.recording import record_drafted
from assignments.drafting.rules import Pin
from assignments.pulling import LOST, Hold, extend_lease, find_hold, lock_hold
from assignments.rules import Stage
from assignments.viewing.queries import find_places
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field

#: So many characters a note may have, and so many marks a chart; one is enough for its audit.
LONGEST_NOTE = 1000
MOST_DOUBTS = 20


@dataclass(frozen=True, slots=True)
class Doubts:
    """A chart that its coder has, with their marks, and the codes of its lines that a mark can be about."""

    chart_id: UUID
    number: str
    fence: int
    marked: tuple[Doubt, ...]
    codes: tuple[tuple[str, str], ...]  # the name of a line, such as d2, and its code


async def open_doubts(coder: Actor, *, chart_id: UUID) -> Doubts:
    """The marks on a chart that the coder holds; raises NotFound, and Conflict if it is not theirs."""
    async with acting_as(coder):
        number = await DB.value("SELECT number FROM chart WHERE id = $1", chart_id)
        if number is None:
            raise NotFound
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
        if hold is None:
            raise Conflict(LOST)
        marked = await find_draft_doubts(chart_id, await find_places(chart_id))
        codes = await _find_codes(chart_id)
    return Doubts(chart_id, number, hold.fence, tuple(marked), codes)


async def mark_unsure(
    coder: Actor, *, chart_id: UUID, fence: int, request_id: UUID, note: str, line: str = "", pin: Pin | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Mark what the coder is unsure of, at a line (its name, such as d2) and at a place, if they say so.

    The same `request_id` again changes nothing. Raises Invalid without words, for a place that is not on the chart and
    for a line that is gone; Conflict if the chart is no longer theirs.
    """
    note = note.strip()
    if not 0 < len(note) <= LONGEST_NOTE:
        raise Invalid(f"Write what you are unsure of, within {LONGEST_NOTE:,} characters.")
    if pin:
        await ensure_place(coder, chart_id=chart_id, pin=pin)
    async with acting_as(coder):
        hold = await _lock(chart_id, fence)
        code = dict(await _find_codes(chart_id)).get(line) if line else None
        if line and code is None:
            raise Invalid("That line is not there any more. Choose one of those that are.")
        if await count_draft_doubts(chart_id) >= MOST_DOUBTS:
            raise Invalid(f"{MOST_DOUBTS} places are marked already. One is enough: an auditor sees the whole chart.")
        sealed = seal_field(await get_active_key(hold.client_id), "doubt_draft.note", request_id, note)
        marked = await DB.value(
            "INSERT INTO doubt_draft (id, chart_id, person_id, client_id, code, page_id, start_at, end_at, note_sealed,"
            " marked_at) VALUES ($1, $2, acting_person(), $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
            " RETURNING id",
            request_id, chart_id, hold.client_id, code, pin and pin.page_id, pin and pin.start, pin and pin.end, sealed,
            now,
        )  # fmt: skip
        if marked:
            await record_drafted(coder, hold, part="unsure")


async def unmark(coder: Actor, *, chart_id: UUID, fence: int, doubt_id: UUID) -> None:
    """Take a mark back that is not submitted; calm if it is gone. Raises Conflict if the chart is no longer theirs."""
    async with acting_as(coder):
        hold = await _lock(chart_id, fence)
        if await DB.value(
            "DELETE FROM doubt_draft WHERE id = $1 AND chart_id = $2 AND person_id = acting_person() RETURNING id",
            doubt_id, chart_id,
        ):  # fmt: skip
            await record_drafted(coder, hold, part="unsure")


async def keep_doubts(coder: Actor, *, hold: Hold, coding_id: UUID, now: datetime) -> None:
    """Make the coder's marks part of a coding for good, inside the current transaction."""
    key = await get_active_key(hold.client_id)
    for one in await find_draft_doubts(hold.chart_id, {}):
        doubt_id = new_id()
        await DB.execute(
            "INSERT INTO doubt (id, coding_id, client_id, chart_id, author_id, code, page_id, start_at, end_at,"
            " note_sealed, marked_at, kept_at) SELECT $2, $3, client_id, chart_id, person_id, code, page_id, start_at,"
            " end_at, $4, marked_at, $5 FROM doubt_draft WHERE id = $1",
            one.id, doubt_id, coding_id, seal_field(key, "doubt.note", doubt_id, one.note), now,
        )  # fmt: skip
    await DB.execute("DELETE FROM doubt_draft WHERE chart_id = $1 AND person_id = $2", hold.chart_id, coder.person_id)


async def _lock(chart_id: UUID, fence: int) -> Hold:
    hold = await lock_hold(chart_id=chart_id, stage=Stage.CODING, fence=fence)
    await ensure_acknowledged(hold)
    await extend_lease(chart_id=chart_id, stage=Stage.CODING, fence=fence)
    return hold


async def _find_codes(chart_id: UUID) -> tuple[tuple[str, str], ...]:
    lines = (await begin_draft(chart_id=chart_id, stage=Stage.CODING)).lines
    return (
        *((f"d{at}", line.code) for at, line in enumerate(lines.diagnoses, start=1)),
        *((f"p{at}", line.code) for at, line in enumerate(lines.procedures, start=1)),
    )

"""Bookmark a page or a place of the chart in one's hands, and take a bookmark out again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.bookmarks.queries import Bookmark, find_bookmarks
from assignments.drafting.evidence import ensure_place
from assignments.drafting.recording import record_drafted
from assignments.drafting.rules import Pin
from assignments.pulling import LOST, Hold, extend_lease, find_hold, lock_hold
from assignments.rules import Stage
from assignments.viewing.queries import find_places
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field

MOST_WORDS = 300  # characters
MOST_BOOKMARKS = 50  # of a chart


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """A chart that its coder has, with their bookmarks and the pages that can have one."""

    chart_id: UUID
    number: str
    fence: int
    kept: tuple[Bookmark, ...]
    pages: tuple[tuple[UUID, str], ...]


async def open_bookmarks(coder: Actor, *, chart_id: UUID) -> Bookmarks:
    """The coder's bookmarks of a chart that they hold; raises NotFound, and Conflict if it is not theirs."""
    async with acting_as(coder):
        number = await DB.value("SELECT number FROM chart WHERE id = $1", chart_id)
        if number is None:
            raise NotFound
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
        if hold is None:
            raise Conflict(LOST)
        places = await find_places(chart_id)
        kept = await find_bookmarks(chart_id, places)
    return Bookmarks(
        chart_id, number, hold.fence, kept, tuple((page_id, f"Page {place}") for page_id, place in places.items())
    )


async def keep_bookmark(
    coder: Actor, *, chart_id: UUID, fence: int, request_id: UUID, page_id: UUID, words: str, pin: Pin | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Bookmark a page, or the place `pin` on one, with a few words or none; the same `request_id` again is calm.

    Raises Invalid for a page or place that is not on the chart; Conflict if the chart is no longer theirs.
    """
    words = " ".join(words.split())
    if len(words) > MOST_WORDS:
        raise Invalid(f"Keep it within {MOST_WORDS} characters.")
    if pin:
        await ensure_place(coder, chart_id=chart_id, pin=pin)
        page_id = pin.page_id
    async with acting_as(coder):
        hold = await _lock(chart_id, fence)
        places = await find_places(chart_id)
        if page_id not in places:
            raise Invalid("That page is not there any more. Choose one of those that are.")
        if len(await find_bookmarks(chart_id, places)) >= MOST_BOOKMARKS:
            raise Invalid(f"{MOST_BOOKMARKS} places are bookmarked already. Take one out first.")
        key = await get_active_key(hold.client_id)
        kept = await DB.value(
            "INSERT INTO bookmark (id, chart_id, person_id, client_id, page_id, start_at, end_at, words_sealed,"
            " kept_at) VALUES ($1, $2, acting_person(), $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id",
            request_id, chart_id, hold.client_id, page_id, pin and pin.start, pin and pin.end,
            seal_field(key, "bookmark.words", request_id, words) if words else None, now,
        )  # fmt: skip
        if kept:
            await record_drafted(coder, hold, part="bookmark")


async def remove_bookmark(coder: Actor, *, chart_id: UUID, fence: int, bookmark_id: UUID) -> None:
    """Take a bookmark out; calm if it is gone. Raises Conflict if the chart is no longer theirs."""
    async with acting_as(coder):
        hold = await _lock(chart_id, fence)
        if await DB.value(
            "DELETE FROM bookmark WHERE id = $1 AND chart_id = $2 AND person_id = acting_person() RETURNING id",
            bookmark_id, chart_id,
        ):  # fmt: skip
            await record_drafted(coder, hold, part="bookmark")


async def _lock(chart_id: UUID, fence: int) -> Hold:
    hold = await lock_hold(chart_id=chart_id, stage=Stage.CODING, fence=fence)
    await extend_lease(chart_id=chart_id, stage=Stage.CODING, fence=fence)
    return hold

"""What the desk tells of documents that came while a chart was being coded, or after it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from assignments.late_documents.impact import count_new_documents, find_since
from assignments.pulling import find_hold
from assignments.rules import Stage
from assignments.viewing.queries import find_places
from portal.actor import Actor
from portal.database import DB, acting_as

ARRIVED = "Documents came while you have this chart. Their pages are shown as soon as they are checked."
CAME_BACK = (
    "Documents came after this chart was coded. The lines are those that were submitted; look whether the new pages"
    " change them, and submit again either way."
)


WHILE_AWAY = "Documents came while this chart was set aside. Look what they say."


@dataclass(frozen=True, slots=True)
class News:
    """What came while a chart is open: a sentence or none, how many pages are not on the screen yet, and whether
    there is anything to compare with what was there before.
    """

    sentence: str = ""
    new_pages: int = 0
    can_compare: bool = False


async def get_news(actor: Actor, *, chart_id: UUID, shown: int) -> News:
    """What came for a chart that the actor has open with so many pages; nothing once they do not hold it any more."""
    async with acting_as(actor):
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
        if hold is None or not shown:
            return News()
        places = await find_places(chart_id)
        news = await find_news(chart_id, pulled_at=hold.pulled_at)
    return replace(news, new_pages=max(len(places) - shown, 0))


async def find_news(chart_id: UUID, *, pulled_at: datetime) -> News:
    """What came for a chart that is held since `pulled_at`; read inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT coalesce(bool_or(kind = 'documents added' AND recorded_at > $2), false) AS arrived,"
        " coalesce(max(recorded_at) FILTER (WHERE kind = 'reopened')"
        "   > max(recorded_at) FILTER (WHERE kind IN ('coded', 'corrected')), false) AS came_back"
        " FROM chart_event WHERE chart_id = $1",
        chart_id, pulled_at,
    )  # fmt: skip
    assert row is not None  # one row always
    is_new = await count_new_documents(chart_id, since=await find_since(chart_id, otherwise=pulled_at)) > 0
    sentence = ARRIVED if row["arrived"] else CAME_BACK if row["came_back"] else WHILE_AWAY if is_new else ""
    return News(sentence, can_compare=is_new)

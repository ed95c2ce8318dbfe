"""What the desk tells of documents that came while a chart was being coded, or after it."""

from datetime import datetime
from uuid import UUID

from portal.database import DB

ARRIVED = "Documents came while you have this chart. Once they are checked their pages stand with the others: reload."
CAME_BACK = (
    "Documents came after this chart was coded. The lines are those that were submitted; look whether the new pages"
    " change them, and submit again either way."
)


async def find_news(chart_id: UUID, *, pulled_at: datetime) -> str:
    """The sentence for a chart that is held since `pulled_at`, or none; read inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT coalesce(bool_or(kind = 'documents added' AND recorded_at > $2), false) AS arrived,"
        " coalesce(max(recorded_at) FILTER (WHERE kind = 'reopened')"
        "   > max(recorded_at) FILTER (WHERE kind IN ('coded', 'corrected')), false) AS came_back"
        " FROM chart_event WHERE chart_id = $1",
        chart_id, pulled_at,
    )  # fmt: skip
    assert row is not None  # one row always
    return ARRIVED if row["arrived"] else CAME_BACK if row["came_back"] else ""

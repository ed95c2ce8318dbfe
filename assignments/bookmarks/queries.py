"""A coder's own bookmarks of a chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from assignments.opening import open_fields
from portal.database import DB


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One bookmark: a page, a place on it if there is one, and what its coder wrote, if anything."""

    id: UUID
    page: int  # of the chart, as `places` says; 0 for one that was replaced
    place: str  # characters such as 140-172; empty for the page as a whole
    words: str

    @property
    def link(self) -> str:
        """Where it leads: what stands behind a # stays in the browser."""
        return f"#page={self.page}&at={self.place}" if self.place else f"#page={self.page}"


async def find_bookmarks(chart_id: UUID, places: Mapping[UUID, int]) -> tuple[Bookmark, ...]:
    """What whoever acts has bookmarked on a chart, by page, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT id, page_id, start_at, end_at, words_sealed FROM bookmark"
        " WHERE chart_id = $1 AND person_id = acting_person() ORDER BY kept_at, id",
        chart_id,
    )
    words = await open_fields("bookmark.words", {row["id"]: row["words_sealed"] for row in rows if row["words_sealed"]})
    found = [
        Bookmark(
            row["id"], places.get(UUID(bytes=row["page_id"].bytes), 0),
            "" if row["start_at"] is None else f"{row['start_at']}-{row['end_at']}", words.get(row["id"], ""),
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.page))

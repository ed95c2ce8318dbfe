"""The worklist of late documents, read inside the current transaction; no names of files, no patient."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.late_documents.texts import WORDS, How
from portal.database import DB


@dataclass(frozen=True, slots=True)
class LateImpact:
    """What a late document says that was not there: counts of sentences, and codes with how they are touched."""

    sentences: int
    new: int
    changed: int
    wordless: int  # pages without words to compare
    touched: Sequence[tuple[str, str]]  # code, and the words for how

    @property
    def said(self) -> str:
        """In one line."""
        counts = f"{self.new} of {self.sentences} sentences new, {self.changed} changed"
        return f"{counts}; {self.wordless} pages without words" if self.wordless else counts


@dataclass(frozen=True, slots=True)
class Late:
    """One document that came after the delivery, with the codes that were delivered."""

    id: UUID
    client_id: UUID
    client: str
    chart_id: UUID
    chart_number: str
    state: str
    media_type: str
    size: int  # bytes
    pages: int
    arrived_at: datetime
    delivered: Sequence[str]
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    correction_due_at: datetime | None
    impact: LateImpact | None  # once it was compared


async def find_late_documents(*, most: int = 200) -> list[Late]:
    """Those that wait for a decision, oldest first, then those that were decided, newest first."""
    rows = await DB.fetch(
        "SELECT l.id, l.client_id, k.name AS client, l.chart_id, c.number AS chart_number, c.state, d.media_type,"
        " d.size, coalesce(d.page_count, 0) AS pages, l.arrived_at, l.decision, p.name AS decided_by, l.decided_at,"
        " l.correction_due_at, l.impact,"
        " coalesce((SELECT array_agg(n.code ORDER BY n.kind, n.position) FROM code_line n WHERE n.coding_id ="
        "   (SELECT y.coding_id FROM delivered_version y WHERE y.chart_id = c.id"
        "     ORDER BY y.version DESC LIMIT 1)), '{}')"
        "   AS delivered"
        " FROM late_document l JOIN chart c ON c.id = l.chart_id JOIN client k ON k.id = l.client_id"
        " JOIN document d ON d.id = l.document_id LEFT JOIN person p ON p.id = l.decided_by"
        " ORDER BY l.decision IS NOT NULL, CASE WHEN l.decision IS NULL THEN l.arrived_at END, l.decided_at DESC"
        " LIMIT $1",
        most,
    )
    return [Late(**{**row, "impact": _impact(row["impact"])}) for row in rows]


async def count_late_documents() -> int:
    """How many wait for a decision."""
    return int(await DB.value("SELECT count(*) FROM late_document WHERE decision IS NULL"))


def _impact(packed: str | None) -> LateImpact | None:
    if packed is None:
        return None
    kept = json.loads(packed)
    touched = [(code, WORDS[How(how)]) for code, how in kept["touched"]]
    return LateImpact(kept["sentences"], kept["new"], kept["changed"], kept["wordless"], touched)

"""What people see of possible duplicates: chart numbers and rules, never a patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from assignments.duplicates.rules import HOLDING, REASONS, WORDS, Pair, Rule, Verdict
from assignments.rules import ChartState
from portal.database import DB
from portal.errors import NotFound

PAGE = 50


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A chart and the earlier one that it resembles."""

    chart_id: UUID
    number: str
    client: str
    time_zone: str
    state: ChartState
    other_id: UUID
    other_number: str
    other_state: ChartState
    found_at: datetime
    pair: Pair
    similarity: Decimal | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def why(self) -> str:
        """The rules that were found, in words."""
        ordered = [WORDS[rule] for rule in Rule if rule in self.pair.rules]
        if self.similarity is not None:
            ordered[-1] += f" (about {round(self.similarity * 100)} %)"
        return ", ".join(ordered)

    @property
    def holds(self) -> bool:
        """True if the chart waits for this decision."""
        return self.state is ChartState.POSSIBLE_DUPLICATE and bool(self.pair.rules & HOLDING)

    @property
    def decided(self) -> str:
        """The last decision in words, '' while it is open."""
        if self.pair.verdict is None:
            return ""
        given = REASONS.get(self.reason or "")
        return given.text if given else self.pair.verdict.value

    @property
    def came_too_late(self) -> bool:
        """True if it was decided to be the same, but somebody had it in work by then."""
        is_same = self.pair.verdict is Verdict.SAME and not self.pair.is_text_alone
        return is_same and self.state not in (
            ChartState.CANCELLED, ChartState.POSSIBLE_DUPLICATE, ChartState.RECEIVED, ChartState.READY
        )  # fmt: skip


async def find_resemblances(*, is_open: bool, limit: int = PAGE, offset: int = 0) -> list[Resemblance]:
    """Pairs that wait for a decision, those that hold a chart first; or those decided, the last one first."""
    return [_read(row) for row in await DB.fetch(_OPEN if is_open else _DECIDED, None, limit, offset)]


async def count_resemblances(*, is_open: bool) -> int:
    """How many pairs wait for a decision, or are decided."""
    counted: int = await DB.value(_COUNT, is_open)
    return counted


async def find_of_chart(chart_id: UUID) -> Sequence[Resemblance]:
    """Everything that a chart resembles, open pairs first; NotFound if the chart cannot be seen."""
    if await DB.value("SELECT number FROM chart WHERE id = $1", chart_id) is None:
        raise NotFound
    return [_read(row) for row in await DB.fetch(_OF_CHART, chart_id, None, 0)]


async def find_hint(chart_id: UUID) -> str:
    """What a coder is told of a chart's likeness to others, '' if there is none; never which chart it is."""
    rows = await DB.fetch(
        "SELECT rule, max(similarity) AS similarity FROM duplicate_match WHERE chart_id = $1 GROUP BY 1", chart_id
    )
    found = {Rule(row["rule"]): row["similarity"] for row in rows}
    if Rule.NEAR_TEXT in found:
        return f"The text is nearly the same as another chart’s note (about {round(found[Rule.NEAR_TEXT] * 100)} %)."
    if Rule.SAME_FILE in found:
        return "The same file came with another chart as well."
    return ""


def _read(row: Any) -> Resemblance:
    pair = Pair(frozenset(map(Rule, row["rules"])), Verdict(row["verdict"]) if row["verdict"] else None)
    return Resemblance(
        row["chart_id"], row["number"], row["client"], row["time_zone"], ChartState(row["state"]), row["other_id"],
        row["other_number"], ChartState(row["other_state"]), row["found_at"], pair, row["similarity"], row["reason"],
        row["decided_by"], row["decided_at"],
    )  # fmt: skip


_ALL = """
  SELECT p.*, c.number, c.state, o.id AS other_id, o.number AS other_number, o.state AS other_state, k.name AS client,
         k.time_zone, d.verdict, d.reason, d.decided_at, coalesce(w.name, 'coding team') AS decided_by,
         c.state = 'possible_duplicate' AND p.rules && '{same_file,same_number}' AS holds
    FROM (SELECT m.client_id, m.chart_id, m.other_chart_id, array_agg(m.rule) AS rules, max(m.similarity) AS similarity,
                 max(m.found_at) AS found_at
            FROM duplicate_match m GROUP BY 1, 2, 3) p
    JOIN chart c ON c.id = p.chart_id JOIN chart o ON o.id = p.other_chart_id JOIN client k ON k.id = p.client_id
    LEFT JOIN LATERAL (
      SELECT x.verdict, x.reason, x.decided_at, x.decided_by FROM duplicate_decision x
       WHERE x.client_id = p.client_id AND x.chart_id = p.chart_id AND x.other_chart_id = p.other_chart_id
         AND x.decided_at >= p.found_at ORDER BY x.decided_at DESC, x.id DESC LIMIT 1) d ON true
    LEFT JOIN person w ON w.id = d.decided_by
   WHERE ($1::uuid IS NULL OR p.chart_id = $1)
"""
#: Of charts that are cancelled nothing is left to decide.
_OPEN = (
    _ALL
    + " AND d.verdict IS NULL AND c.state <> 'cancelled' ORDER BY holds DESC, p.found_at, p.chart_id LIMIT $2 OFFSET $3"
)
_DECIDED = _ALL + " AND d.verdict IS NOT NULL ORDER BY d.decided_at DESC LIMIT $2 OFFSET $3"
_OF_CHART = _ALL + " ORDER BY d.verdict NULLS FIRST, p.found_at, o.number LIMIT $2 OFFSET $3"
_COUNT = """
  SELECT count(*) FROM (SELECT m.client_id, m.chart_id, m.other_chart_id, max(m.found_at) AS found_at
                          FROM duplicate_match m GROUP BY 1, 2, 3) p JOIN chart c ON c.id = p.chart_id
   WHERE (c.state <> 'cancelled' OR NOT $1) AND $1 <> EXISTS (
     SELECT FROM duplicate_decision x WHERE x.client_id = p.client_id AND x.chart_id = p.chart_id
        AND x.other_chart_id = p.other_chart_id AND x.decided_at >= p.found_at)
"""

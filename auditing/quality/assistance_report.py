"""What proposals were worth and what they changed: precision, recall, answers by month, time and accuracy."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import asyncpg

from assignments.assistance.effect import difference, mean, share
from portal.actor import Actor
from portal.database import DB, acting_as


async def report_assistance(manager: Actor) -> dict[str, Any]:
    """All figures, over the final charts that codes were proposed for; each with its count and interval."""
    async with acting_as(manager):
        charts = await DB.fetch(_CHARTS)
    return {
        "all": _figures(charts),
        "specialties": {name: _figures(rows) for name, rows in _grouped(charts, lambda row: row["specialty"])},
        "months": {name: _answers(rows) for name, rows in _grouped(charts, lambda row: row["month"])},
        "by_month_and_specialty": {
            name: _answers(rows) for name, rows in _grouped(charts, lambda row: f"{row['month']} {row['specialty']}")
        },
        "effect": _effect(charts),
    }


def _grouped(
    rows: Sequence[asyncpg.Record], key: Callable[[asyncpg.Record], str]
) -> list[tuple[str, list[asyncpg.Record]]]:
    groups: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return sorted(groups.items())


def _figures(rows: Sequence[asyncpg.Record]) -> dict[str, Any]:
    seen = [row for row in rows if not row["is_held_back"]]
    return {
        "charts": len(seen),
        "precision": asdict(share(_sum(seen, "right"), _sum(seen, "shown"))),
        "recall": asdict(share(_sum(seen, "found"), _sum(seen, "codes"))),
        **_answers(rows),
    }


def _answers(rows: Sequence[asyncpg.Record]) -> dict[str, Any]:
    seen = [row for row in rows if not row["is_held_back"]]
    return {
        "accepted": asdict(share(_sum(seen, "accepted"), _sum(seen, "shown"))),
        "dismissed": asdict(share(_sum(seen, "dismissed"), _sum(seen, "shown"))),
    }


def _effect(rows: Sequence[asyncpg.Record]) -> dict[str, Any]:
    """The charts with proposals against the one in ten whose proposals were held back."""
    found: dict[str, Any] = {}
    for name in ("minutes", "accuracy"):
        values: dict[bool, list[float]] = {True: [], False: []}
        for row in rows:
            if row[name] is not None:
                values[row["is_held_back"]].append(float(row[name]))
        found[name] = {
            "with": asdict(mean(values[False])), "without": asdict(mean(values[True])),
            "difference": asdict(difference(values[False], values[True])),
        }  # fmt: skip
    return found


def _sum(rows: Sequence[asyncpg.Record], name: str) -> int:
    return sum(int(row[name]) for row in rows)


#: A row for each final chart with proposals. A code is final if it stands on the last coding; what was proposed and
#: held back counts as found or not all the same, and is shown to nobody.
_CHARTS = """
  SELECT c.specialty, to_char(max(c.coded_at), 'YYYY-MM') AS month, bool_or(p.is_held_back) AS is_held_back,
         count(*) FILTER (WHERE p.shown_at IS NOT NULL) AS shown,
         count(*) FILTER (WHERE p.decision = 'accepted') AS accepted,
         count(*) FILTER (WHERE p.decision = 'dismissed') AS dismissed,
         count(*) FILTER (WHERE p.shown_at IS NOT NULL
                            AND (p.decision = 'accepted' OR p.code = ANY (f.codes))) AS right,
         count(DISTINCT p.code) FILTER (WHERE p.shown_at IS NOT NULL AND p.code = ANY (f.codes)) AS found,
         max(cardinality(f.codes)) AS codes,
         (SELECT sum(w.seconds) / 60 FROM work_time w WHERE w.chart_id = c.id AND w.stage = 'coding') AS minutes,
         (SELECT s.matched::numeric / nullif(s.matched + s.revised + s.omitted + s.extra, 0)
            FROM score s JOIN audit a ON a.id = s.audit_id AND a.draw_id IS NOT NULL
           WHERE s.chart_id = c.id ORDER BY s.scored_at LIMIT 1) AS accuracy
    FROM chart c JOIN proposal p ON p.client_id = c.client_id AND p.chart_id = c.id
    CROSS JOIN LATERAL (
      SELECT array(SELECT DISTINCT l.code FROM code_line l WHERE l.kind = 'diagnosis' AND l.coding_id = (
        SELECT v.id FROM coding v WHERE v.chart_id = c.id ORDER BY v.submitted_at DESC, v.id DESC LIMIT 1)) AS codes) f
   WHERE c.state IN ('final', 'delivered')
   GROUP BY c.id, c.specialty
"""

"""Why a chart is where it is: the list that took it, its place there, who may take it, and how it came about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.obstacles import Work, find_standings, say_obstacle
from assignments.pulling import RELEASE_REASONS
from assignments.worklists.rules import SORTS, Sort
from portal.database import DB

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in line that the chart has now."""

    entry_id: UUID
    stage: str
    round: int
    is_held: bool
    worklist: str
    because: str
    order: str
    before: int  # how many stand before it in its line
    due_at: datetime
    minutes: float
    weight: float
    kept_for: str | None
    kept_until: datetime | None
    barred: str | None
    returns: int
    is_late: bool
    is_widened: bool
    able: Sequence[str]  # who may take it
    unable: Sequence[str]  # why others may not, if nobody may


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a place in line."""

    at: datetime
    place: str  # stage and round
    what: str
    by: str
    until: datetime | None = None  # how long it is kept for somebody


@dataclass(frozen=True, slots=True)
class Routing:
    """The places that a chart has in line now, and everything that happened to those it had."""

    places: Sequence[Place]
    history: Sequence[Step]


async def find_routing(chart_id: UUID) -> Routing:
    """Why a chart is where it is; inside the current transaction."""
    told = await DB.fetch(_ROUTED, chart_id)
    held = await DB.fetch(_HELD, chart_id)
    places = await DB.fetch(_PLACES, chart_id)
    names = await _find_names([row["because"] or "" for row in (*told, *places)])
    steps = [_routed(row, names) for row in told if row["kind"] != "taken back"]  # told by how the assignment ended
    for row in held:
        steps.append(_pulled(row))
        if row["ended_at"] is not None:
            steps.append(_ended(row))
    return Routing([await _place(row, names) for row in places], sorted(steps, key=lambda step: step.at))


_PLACES = """
SELECT e.id AS entry_id, e.client_id, k.name AS client, e.stage, e.round, e.specialty, e.level, l.countries,
       e.state = 'held' AS is_held, w.name AS worklist, w.sort, e.due_at, e.minutes, e.weight, e.returns,
       e.boosted_at IS NOT NULL AS is_late, e.widened_at IS NOT NULL AS is_widened, p.name AS kept_for,
       e.preferred_until AS kept_until, e.barred AS barred_ids,
       (SELECT string_agg(b.name, ', ' ORDER BY b.name) FROM person b WHERE b.id = ANY (e.barred)) AS barred,
       (SELECT count(*) FROM queue_entry o WHERE o.head_id = e.head_id AND o.state = 'waiting'
           AND o.preferred_person IS NULL AND o.rank < e.rank)::integer AS before,
       (SELECT r.because FROM routing r WHERE r.queue_entry_id = e.id AND r.kind IN ('lined up', 'sorted anew')
         ORDER BY r.id DESC LIMIT 1) AS because
  FROM queue_entry e JOIN worklist w ON w.id = e.worklist_id JOIN lane l ON l.id = e.lane_id
  JOIN client k ON k.id = e.client_id LEFT JOIN person p ON p.id = e.preferred_person
 WHERE e.chart_id = $1 AND e.state IN ('waiting', 'held') ORDER BY e.stage DESC, e.round, e.seat"""
_ROUTED = """
SELECT r.kind, r.because, r.until, r.happened_at, e.stage, e.round, w.name AS worklist, p.name AS person,
       coalesce(a.name, 'Chartway') AS actor
  FROM routing r JOIN queue_entry e ON e.client_id = r.client_id AND e.id = r.queue_entry_id
  LEFT JOIN worklist w ON w.id = r.worklist_id LEFT JOIN person p ON p.id = r.person_id
  LEFT JOIN person a ON a.id = r.actor_id
 WHERE r.chart_id = $1 ORDER BY r.happened_at, r.id"""
_HELD = """
SELECT t.*, e.stage, e.round, p.name AS person, b.name AS ender, w.name AS worklist, c.number AS next_number
  FROM (SELECT h.queue_entry_id, h.person_id, h.fence, h.pulled_at, h.ended_at, h.outcome, h.reason, h.how,
               h.worklist_id, h.next_entry_id, h.ended_by FROM assignment_history h WHERE h.chart_id = $1 UNION ALL
        SELECT a.queue_entry_id, a.person_id, a.fence, a.pulled_at, NULL, NULL, NULL, a.how, a.worklist_id,
               a.next_entry_id, NULL FROM assignment a WHERE a.chart_id = $1) t
  JOIN queue_entry e ON e.id = t.queue_entry_id JOIN person p ON p.id = t.person_id
  LEFT JOIN person b ON b.id = t.ended_by LEFT JOIN worklist w ON w.id = t.worklist_id
  LEFT JOIN queue_entry n ON n.id = t.next_entry_id LEFT JOIN chart c ON c.id = n.chart_id
 ORDER BY t.pulled_at, t.fence"""


async def _place(row: Any, names: Mapping[str, str]) -> Place:
    work = Work(row["client_id"], row["stage"], row["specialty"], row["level"],
                row["countries"] and tuple(row["countries"]))  # fmt: skip
    standings = [one for one in (await find_standings([work]))[work] if one.person_id not in row["barred_ids"]]
    able = [one.person for one in standings if one.obstacle is None]
    unable = [
        say_obstacle(one.obstacle, person=one.person, client=row["client"], specialty=row["specialty"])
        for one in standings
        if one.obstacle is not None
    ]
    return Place(
        entry_id=row["entry_id"], stage=row["stage"], round=row["round"], is_held=row["is_held"],
        worklist=row["worklist"], because=_named(row["because"] or "", names), order=SORTS[Sort(row["sort"])],
        before=row["before"], due_at=row["due_at"], minutes=row["minutes"], weight=row["weight"],
        kept_for=row["kept_for"], kept_until=row["kept_until"], barred=row["barred"], returns=row["returns"],
        is_late=row["is_late"], is_widened=row["is_widened"], able=able, unable=[] if able else unable,
    )  # fmt: skip


def _routed(row: Any, names: Mapping[str, str]) -> Step:
    because, worklist = _named(row["because"] or "", names), row["worklist"]
    kept = f"kept for {row['person']}" if row["person"] else ""
    what = {
        "lined up": f"Put in line: “{worklist}” took it: {because}" + (f"; {kept} first" if kept else ""),
        "sorted anew": f"Sorted anew: “{worklist}” takes it: {because}",
        "kept": f"K{kept[1:]}: {because}",
        "opened": "Opened to everybody" + (f": {because}" if because else ": the time for which it was kept is over"),
        "widened": "Opened to everybody who may take it: its time runs short",
        "late": "Stepped back behind what can still be in time",
    }[row["kind"]]
    return Step(row["happened_at"], _where(row), what, row["actor"], row["until"])


def _pulled(row: Any) -> Step:
    how = "it was kept for them" if row["how"] == "kept" else f"the next in “{row['worklist']}”"
    after = f"; {row['next_number']} would have come next" if row["next_number"] else "; nothing would have come next"
    known = row["worklist"] is not None
    return Step(row["pulled_at"], _where(row), f"Pulled: {how}{after}" if known else "Pulled", row["person"])


def _ended(row: Any) -> Step:
    reason = RELEASE_REASONS[row["reason"]].text if row["reason"] in RELEASE_REASONS else row["reason"] or ""
    said = f": {reason}" if reason else ""
    what = {
        "submitted": "Submitted", "released": f"Given back{said}", "expired": "Taken back: the lease ran out",
        "revoked": f"Taken from {row['person']}{said}", "pended": f"Set aside for the {row['reason']} to answer",
        "not codable": f"Closed as not codable{said}",
    }[row["outcome"]]  # fmt: skip
    by = row["person"] if row["outcome"] not in ("expired", "revoked") else row["ender"] or "Chartway"
    return Step(row["ended_at"], _where(row), what, by)


def _where(row: Any) -> str:
    return str(row["stage"]) + (f", round {row['round']}" if row["round"] > 1 else "")


def _named(text: str, names: Mapping[str, str]) -> str:
    """A rule in words, with names where it holds ids."""
    return _ID.sub(lambda found: names.get(found[0], "something that is gone"), text)


async def _find_names(texts: Sequence[str]) -> dict[str, str]:
    ids = sorted({found for text in texts for found in _ID.findall(text)})
    if not ids:
        return {}
    rows = await DB.fetch(
        "SELECT id, name FROM client WHERE id = ANY ($1::uuid[]) UNION ALL"
        " SELECT id, name FROM service_line WHERE id = ANY ($1::uuid[]) UNION ALL"
        " SELECT id, name FROM location WHERE id = ANY ($1::uuid[])",
        ids,
    )
    return {str(row["id"]): row["name"] for row in rows}

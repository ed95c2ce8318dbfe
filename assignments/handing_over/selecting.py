"""The places in line that a manager moves: as they stand, and for whom of some people each could be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.handing_over.rules import AT_MOST, share_out
from assignments.obstacles import Obstacle, Work, find_standings, say_obstacle
from portal.database import DB
from portal.errors import Invalid


@dataclass(frozen=True, slots=True)
class Selected:
    """A place in line, as a manager moves it."""

    entry_id: UUID
    client_id: UUID
    client: str
    chart_id: UUID
    patient_id: UUID
    number: str
    stage: str
    round: int
    seats: int
    specialty: str
    level: int
    countries: tuple[str, ...] | None
    state: str
    worklist_id: UUID
    rank: datetime
    barred: tuple[UUID, ...]
    preferred_person: UUID | None
    preferred: str | None
    holder_id: UUID | None
    holder: str | None

    @property
    def work(self) -> Work:
        """What decides who may take it."""
        return Work(self.client_id, self.stage, self.specialty, self.level, self.countries)


@dataclass(frozen=True, slots=True)
class Stays:
    """A place in line that is not moved, and why, as a sentence."""

    entry: Selected
    why: str


@dataclass(frozen=True, slots=True)
class Shares:
    """What a hand-over would do, or has done: for whom each entry is kept, and what stays as it is."""

    kept: Mapping[UUID, UUID]  # entry → person
    moved: Sequence[Selected]
    stays: Sequence[Stays]
    people: Mapping[UUID, str]

    @property
    def taken_back(self) -> list[Selected]:
        """What is taken from somebody who holds it."""
        return [one for one in self.moved if one.holder_id is not None]

    def count(self, person_id: UUID) -> int:
        """How many entries one person gets."""
        return sum(1 for one in self.kept.values() if one == person_id)


_SELECTED = """
SELECT e.id AS entry_id, e.client_id, k.name AS client, e.chart_id, c.patient_id, c.number, e.stage, e.round, e.seats,
       e.specialty, e.level, l.countries, e.state, e.worklist_id, e.rank, e.barred, e.preferred_person,
       w.name AS preferred, a.person_id AS holder_id, h.name AS holder
  FROM queue_entry e JOIN chart c ON c.client_id = e.client_id AND c.id = e.chart_id
  JOIN client k ON k.id = e.client_id JOIN lane l ON l.id = e.lane_id
  LEFT JOIN assignment a ON a.queue_entry_id = e.id LEFT JOIN person h ON h.id = a.person_id
  LEFT JOIN person w ON w.id = e.preferred_person
 WHERE e.id = ANY ($1) ORDER BY e.rank, e.id"""


async def find_selected(entry_ids: Sequence[UUID]) -> list[Selected]:
    """These places in line as they stand, in the order of the line; inside the current transaction.

    Raises Invalid for none, and for more than one hand-over moves.
    """
    if not entry_ids:
        raise Invalid("Choose at least one chart first.")
    if len(entry_ids) > AT_MOST:
        raise Invalid(f"At most {AT_MOST:,} charts are moved at once. Narrow the filter, and move the rest afterwards.")
    rows = await DB.fetch(_SELECTED, list(entry_ids))
    return [
        Selected(**{**row, "barred": tuple(row["barred"]), "countries": row["countries"] and tuple(row["countries"])})
        for row in rows
    ]


async def plan_shares(entries: Sequence[Selected], weights: Mapping[UUID, int], *, take_back: bool) -> Shares:
    """Share entries over people by weight, each only to those who may take it; what stays, and why.

    What somebody holds is moved only with `take_back`. Inside the current transaction; takes no lock.
    """
    names = {row["id"]: row["name"] for row in await DB.fetch(
        "SELECT id, name FROM person WHERE id = ANY ($1)", list(weights))}  # fmt: skip
    weights = {person: weight for person, weight in weights.items() if person in names and weight > 0}
    if not weights:
        raise Invalid("Choose somebody for whom the charts are kept.")
    standings = await find_standings(list({one.work for one in entries}), list(weights))
    seated = await _find_seated(entries)
    may: dict[UUID, list[UUID]] = {}
    stays = []
    for one in entries:
        why = _why_not_at_all(one, take_back=take_back)
        if why is None:
            barred = {*one.barred, *seated.get(one.entry_id, ())}
            obstacles = {
                person.person_id: Obstacle.BARRED if person.person_id in barred else person.obstacle
                for person in standings[one.work]
            }
            may[one.entry_id] = [person for person, obstacle in obstacles.items() if obstacle is None]
            if not may[one.entry_id]:
                why = _say_obstacles(one, obstacles, names)
            elif one.holder_id in may[one.entry_id] and len(weights) == 1:
                why = f"{one.holder} holds it already."
        if why is not None:
            may.pop(one.entry_id, None)
            stays.append(Stays(one, why))
    movable = [one for one in entries if one.entry_id in may]
    kept = share_out([one.entry_id for one in movable], may, weights)
    return Shares(kept, movable, stays, {person: names[person] for person in weights})


def _why_not_at_all(one: Selected, *, take_back: bool) -> str | None:
    if one.state not in ("waiting", "held"):
        return "It is no longer in line."
    if one.holder_id is not None and not take_back:
        return f"{one.holder} holds it. Tick “take back” to move it all the same."
    return None


def _say_obstacles(one: Selected, obstacles: Mapping[UUID, Obstacle | None], names: Mapping[UUID, str]) -> str:
    said = dict.fromkeys(
        say_obstacle(obstacle, person=names[person], client=one.client, specialty=one.specialty)
        for person, obstacle in obstacles.items()
        if obstacle is not None
    )
    sentence = "; ".join(said)
    return f"{sentence[:1].upper()}{sentence[1:]}."


async def _find_seated(entries: Sequence[Selected]) -> dict[UUID, list[UUID]]:
    """Who sits, or has sat, on another seat of the same round."""
    rows: list[Any] = await DB.fetch(
        "SELECT e.id, t.person_id FROM queue_entry e JOIN queue_entry o ON o.chart_id = e.chart_id"
        " AND o.stage = e.stage AND o.round = e.round AND o.id <> e.id CROSS JOIN LATERAL ("
        "  SELECT a.person_id FROM assignment a WHERE a.queue_entry_id = o.id UNION ALL"
        "  SELECT h.person_id FROM assignment_history h WHERE h.queue_entry_id = o.id AND h.outcome = 'submitted') t"
        " WHERE e.id = ANY ($1)",
        [one.entry_id for one in entries if one.seats > 1],
    )
    seated: dict[UUID, list[UUID]] = {}
    for row in rows:
        seated.setdefault(row["id"], []).append(row["person_id"])
    return seated

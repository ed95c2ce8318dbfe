"""What keeps somebody from work of some kind, and in words: grant, specialty, level, country, qualification, pause."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from portal.database import DB


class Obstacle(StrEnum):
    """The first thing that stands between a person and work of a kind."""

    KIND = "kind"
    DISABLED = "disabled"
    CLOSED = "closed"
    GRANT = "grant"
    SKILL = "skill"
    LEVEL = "level"
    COUNTRY = "country"
    QUALIFICATION = "qualification"
    PAUSED = "paused"
    BARRED = "barred"


_WORDS = {
    Obstacle.KIND: "{person} does not do this kind of work",
    Obstacle.DISABLED: "{person} can no longer sign in",
    Obstacle.CLOSED: "{client} is closed",
    Obstacle.GRANT: "{person} has not been granted {client}",
    Obstacle.SKILL: "{person} does not have the specialty {specialty}",
    Obstacle.LEVEL: "it asks for a higher level in {specialty} than {person} has",
    Obstacle.COUNTRY: "it may not be seen from the country {person} works in",
    Obstacle.QUALIFICATION: "{person} lacks a valid credential, training or attestation that it asks for",
    Obstacle.PAUSED: "{person} is paused",
    Obstacle.BARRED: "{person} had it in hand already, or must not work on it",
}


@dataclass(frozen=True, slots=True)
class Work:
    """All that decides who may take an entry, but for the people barred from it: what a lane stands for."""

    client_id: UUID
    stage: str
    specialty: str
    level: int
    countries: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to work of one kind; without an obstacle they may take it."""

    person_id: UUID
    person: str
    obstacle: Obstacle | None


def say_obstacle(obstacle: Obstacle, *, person: str, client: str, specialty: str) -> str:
    """Why somebody may not take it, as the middle of a sentence."""
    return _WORDS[obstacle].format(person=person, client=client, specialty=specialty)


async def find_standings(works: Sequence[Work], people: Sequence[UUID] | None = None) -> dict[Work, list[Standing]]:
    """How these people (None: everybody who works on charts) stand to each kind of work; inside a transaction.

    The same conditions as `work_out_serves` in the database, which decides; a test holds the two together. It takes no
    lock, so it may be asked in the middle of a hand-over.
    """
    asked = [
        {"n": n, "client_id": str(work.client_id), "stage": work.stage, "specialty": work.specialty,
         "level": work.level, "countries": None if work.countries is None else list(work.countries)}
        for n, work in enumerate(works)
    ]  # fmt: skip
    rows = await DB.fetch(_STANDINGS, json.dumps(asked), None if people is None else list(people))
    found: dict[Work, list[Standing]] = {work: [] for work in works}
    for row in rows:
        obstacle = Obstacle(row["obstacle"]) if row["obstacle"] else None
        found[works[row["n"]]].append(Standing(row["person_id"], row["name"], obstacle))
    return found


_STANDINGS = """
SELECT w.n, p.id AS person_id, p.name,
       CASE WHEN p.kind <> CASE w.stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END THEN 'kind'
            WHEN p.disabled_at IS NOT NULL THEN 'disabled'
            WHEN k.closed_at IS NOT NULL THEN 'closed'
            WHEN g.person_id IS NULL THEN 'grant'
            WHEN s.person_id IS NULL THEN 'skill'
            WHEN s.level < w.level THEN 'level'
            WHEN w.countries IS NOT NULL AND NOT p.country = ANY (w.countries) THEN 'country'
            WHEN NOT is_qualified(p.id, w.client_id, w.specialty, w.stage) THEN 'qualification'
            WHEN l.paused_at IS NOT NULL THEN 'paused' END AS obstacle
  FROM jsonb_to_recordset($1::jsonb)
       AS w (n integer, client_id uuid, stage text, specialty text, level smallint, countries text[])
  JOIN client k ON k.id = w.client_id
  JOIN person p ON CASE WHEN $2::uuid[] IS NULL THEN p.kind = CASE w.stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END
                        ELSE p.id = ANY ($2) END
  LEFT JOIN client_grant g ON g.person_id = p.id AND g.client_id = w.client_id AND g.revoked_at IS NULL
  LEFT JOIN skill s ON s.person_id = p.id AND s.specialty = w.specialty
  LEFT JOIN workload l ON l.person_id = p.id
 ORDER BY w.n, p.name, p.id"""

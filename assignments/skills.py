"""What somebody can code or audit: specialties, each with a level."""

from collections.abc import Mapping
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound

#: What each level means; a chart that asks for a level goes to that level or a higher one.
LEVELS: Mapping[int, str] = {1: "in training", 2: "works alone", 3: "takes the hard ones", 4: "leads", 5: "expert"}


async def set_skills(manager: Actor, *, person_id: UUID, levels: Mapping[str, int]) -> None:
    """Let somebody's specialties be exactly these, each with its level; calm when they are already.

    Raises NotFound for an unknown person, Invalid for somebody who does not work on charts or for an unknown level.
    """
    if not all(level in LEVELS for level in levels.values()):
        raise Invalid("Choose a level from the list for each specialty.")
    async with acting_as(manager):
        kind = await DB.value("SELECT kind FROM person WHERE id = $1", person_id)
        if kind is None:
            raise NotFound
        if kind not in (Kind.CODER, Kind.AUDITOR):
            raise Invalid("Only coders and auditors have specialties.")
        before = await find_skills(person_id)
        if before == dict(levels):
            return
        await DB.execute("DELETE FROM skill WHERE person_id = $1 AND specialty <> ALL ($2)", person_id, list(levels))
        await DB.execute(
            "INSERT INTO skill (person_id, specialty, level) SELECT $1, s.specialty, s.level"
            " FROM unnest($2::text[], $3::smallint[]) AS s (specialty, level)"
            " ON CONFLICT (person_id, specialty) DO UPDATE SET level = excluded.level",
            person_id, list(levels), list(levels.values()),
        )  # fmt: skip
        changed = sorted(name for name in {*before, *levels} if before.get(name) != levels.get(name))
        await record(manager, Action.SKILL_CHANGED, object_type="person", object_id=person_id, changes=changed)


async def find_skills(person_id: UUID) -> dict[str, int]:
    """Somebody's specialties and levels, inside the current transaction."""
    rows = await DB.fetch("SELECT specialty, level FROM skill WHERE person_id = $1 ORDER BY specialty", person_id)
    return {row["specialty"]: row["level"] for row in rows}

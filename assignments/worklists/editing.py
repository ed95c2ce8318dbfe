"""Managers make, change, order and retire worklists; what waits is sorted anew afterwards."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.rules import Stage
from assignments.worklists.jobs import WHOLE_STAGE
from assignments.worklists.placing import SORT_ANEW
from assignments.worklists.rules import Rule, Sort, read_rule, write_rule
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.jobs import put_in_line

_CHANGED_MEANWHILE = (
    "Somebody has changed this list since you opened it. Open it again to see how it stands, then make your change."
)
_SUBJECT = {stage: subject for subject, stage in WHOLE_STAGE.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whose list it is. `at_a_time`: charts in a row before their next list has its turn; None: no limit."""

    person_id: UUID
    role: str  # primary or backup
    position: int
    at_a_time: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worklist should be."""

    name: str
    rule: Rule
    sort: Sort
    then_sort: Sort
    members: Sequence[Member] = ()


async def create_list(manager: Actor, *, stage: Stage, wanted: Wanted, now: datetime) -> UUID:
    """Add a list behind the others of its stage and return its id; raises Invalid for what cannot be a list."""
    _ensure_list(wanted)
    worklist_id = new_id()
    async with acting_as(manager):
        await _one_at_a_time(stage)
        await _ensure_name_is_free(stage, wanted.name, worklist_id)
        await DB.execute(
            "INSERT INTO worklist (id, stage, name, position, rule, sort, then_sort, changed_at, changed_by)"
            " SELECT $1, $2, $3, 1 + coalesce(max(position) FILTER (WHERE kind = 'list'), 0), $4::jsonb, $5, $6, $7, $8"
            " FROM worklist WHERE stage = $2",
            worklist_id, stage.value, wanted.name, json.dumps(write_rule(wanted.rule)), wanted.sort.value,
            wanted.then_sort.value, now, manager.person_id,
        )  # fmt: skip
        await _set_members(worklist_id, stage, wanted.members)
        await _tell(manager, worklist_id, stage, ["created"])
    return worklist_id


async def change_list(manager: Actor, *, worklist_id: UUID, version: int, wanted: Wanted, now: datetime) -> None:
    """Let a list be exactly this, if it still is at `version`; of the list that takes the rest, only its order.

    Raises NotFound, Invalid, and Conflict if somebody changed it meanwhile.
    """
    _ensure_list(wanted)
    async with acting_as(manager):
        row = await DB.fetch_one(
            "SELECT stage, kind, name, rule, sort, then_sort, version FROM worklist"
            " WHERE id = $1 AND retired_at IS NULL AND kind <> 'late' FOR UPDATE",
            worklist_id,
        )
        if row is None:
            raise NotFound
        if row["version"] != version:
            raise Conflict(_CHANGED_MEANWHILE)
        stage, is_rest = Stage(row["stage"]), row["kind"] == "rest"
        await _ensure_name_is_free(stage, wanted.name, worklist_id)
        rule = [] if is_rest else write_rule(wanted.rule)
        name = row["name"] if is_rest else wanted.name
        await DB.execute(
            "UPDATE worklist SET name = $2, rule = $3::jsonb, sort = $4, then_sort = $5, version = version + 1,"
            " changed_at = $6, changed_by = $7 WHERE id = $1",
            worklist_id, name, json.dumps(rule), wanted.sort.value, wanted.then_sort.value, now, manager.person_id,
        )  # fmt: skip
        changes = [
            word for word, before, after in (
                ("name", row["name"], name), ("rule", json.loads(row["rule"]), rule),
                ("sort", (row["sort"], row["then_sort"]), (wanted.sort.value, wanted.then_sort.value)),
            ) if before != after
        ]  # fmt: skip
        if not is_rest and await _set_members(worklist_id, stage, wanted.members):
            changes.append("people")
        await _tell(manager, worklist_id, stage, changes)


async def move_list(manager: Actor, *, worklist_id: UUID, up: bool, now: datetime) -> None:
    """Let a list be asked before (or after) its neighbour; calm at the end. Raises NotFound."""
    async with acting_as(manager):
        stage = await _lock_stage_of(worklist_id)
        rows = await DB.fetch(
            "SELECT id, position FROM worklist WHERE stage = $1 AND kind = 'list' AND retired_at IS NULL"
            " ORDER BY position",
            stage.value,
        )
        order = [row["id"] for row in rows]
        here = order.index(worklist_id)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(order):
            return
        mine, other = rows[here], rows[there]
        for moved, position in ((mine, -1), (other, mine["position"]), (mine, other["position"])):
            await DB.execute(
                "UPDATE worklist SET position = $2, version = version + 1, changed_at = $3, changed_by = $4"
                " WHERE id = $1",
                moved["id"], position, now, manager.person_id,
            )  # fmt: skip
        await _tell(manager, worklist_id, stage, ["position"])


async def retire_list(manager: Actor, *, worklist_id: UUID, now: datetime) -> None:
    """End a list: what waits in it goes to the next that takes it. Raises NotFound."""
    async with acting_as(manager):
        stage = await _lock_stage_of(worklist_id)
        await DB.execute(
            "UPDATE worklist SET retired_at = $2, version = version + 1, changed_at = $2, changed_by = $3"
            " WHERE id = $1",
            worklist_id, now, manager.person_id,
        )  # fmt: skip
        await _tell(manager, worklist_id, stage, ["retired"])


def _ensure_list(wanted: Wanted) -> None:
    if not 1 <= len(wanted.name) <= 80:
        raise Invalid("Give the list a name of at most 80 characters.")
    read_rule(write_rule(wanted.rule))
    for member in wanted.members:
        if member.role not in ("primary", "backup") or not 1 <= member.position <= 1000:
            raise Invalid("Say for each person whether it is a primary or a backup list, and where it stands for them.")
        if member.at_a_time is not None and not 1 <= member.at_a_time <= 1000:
            raise Invalid("“At a time” is a whole number from 1 to 1000, or empty for no limit.")


async def _ensure_name_is_free(stage: Stage, name: str, worklist_id: UUID) -> None:
    if await DB.value(
        "SELECT 1 FROM worklist WHERE stage = $1 AND lower(name) = lower($2) AND id <> $3 AND retired_at IS NULL",
        stage.value, name, worklist_id,
    ):  # fmt: skip
        raise Invalid(f"There is a list “{name}” already. Choose another name.")


async def _set_members(worklist_id: UUID, stage: Stage, members: Sequence[Member]) -> bool:
    """Let a list belong to exactly these people; True if anything changed."""
    kind = "coder" if stage is Stage.CODING else "auditor"
    people = [one.person_id for one in members]
    known = await DB.value("SELECT count(*) FROM person WHERE id = ANY ($1) AND kind = $2", people, kind)
    if known != len(set(people)):
        raise Invalid(f"Only {kind}s work from this list.")
    before = await DB.fetch(
        "SELECT person_id, role, position, at_a_time FROM worklist_person WHERE worklist_id = $1", worklist_id
    )
    if {tuple(row.values()) for row in before} == {
        (one.person_id, one.role, one.position, one.at_a_time) for one in members
    }:
        return False
    await DB.execute("DELETE FROM worklist_person WHERE worklist_id = $1", worklist_id)
    await DB.execute(
        "INSERT INTO worklist_person (worklist_id, person_id, role, position, at_a_time) SELECT $1, t.* FROM"
        " unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[]) AS t (person_id, role, position, at_a_time)",
        worklist_id, people, [one.role for one in members], [one.position for one in members],
        [one.at_a_time for one in members],
    )  # fmt: skip
    return True


async def _lock_stage_of(worklist_id: UUID) -> Stage:
    stage = await DB.value(
        "SELECT stage FROM worklist WHERE id = $1 AND kind = 'list' AND retired_at IS NULL", worklist_id
    )
    if stage is None:
        raise NotFound
    await _one_at_a_time(Stage(stage))
    if not await DB.value("SELECT 1 FROM worklist WHERE id = $1 AND retired_at IS NULL", worklist_id):
        raise NotFound
    return Stage(stage)


async def _one_at_a_time(stage: Stage) -> None:
    # Of two managers who order the lists of a stage at once, the second finds the first one's order.
    await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 21))", f"worklists of {stage.value}")


async def _tell(manager: Actor, worklist_id: UUID, stage: Stage, changes: Sequence[str]) -> None:
    await record(
        manager, Action.WORKLIST_CHANGED, object_type="worklist", object_id=worklist_id, changes=sorted(changes)
    )
    await put_in_line(SORT_ANEW, _SUBJECT[stage])

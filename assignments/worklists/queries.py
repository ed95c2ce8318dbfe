"""The worklists as managers see them: in order, with their rules in words, people, and what waits in each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.rules import Stage
from assignments.worklists.editing import Member
from assignments.worklists.rules import Rule, Sort, read_rule, say_group
from portal.database import DB
from portal.errors import NotFound
from portal.tenancy.queries import find_specialties


@dataclass(frozen=True, slots=True)
class ListAsItStands:
    """A worklist with everything that its page shows."""

    id: UUID
    stage: Stage
    kind: str
    name: str
    rule: Rule
    sort: Sort
    then_sort: Sort
    version: int
    changed_at: datetime | None
    changed_by: str | None
    waiting: int
    members: Sequence[Member]
    people: Mapping[UUID, str]

    def say_rule(self, names: Mapping[str, str]) -> list[str]:
        """Each group of the rule in words."""
        return [say_group(group, names) for group in self.rule]


_LISTS = (
    "SELECT w.id, w.stage, w.kind, w.name, w.rule, w.sort, w.then_sort, w.version, w.changed_at, p.name AS changed_by,"
    " (SELECT count(*) FROM queue_entry e JOIN queue_head h ON h.id = e.head_id"
    "   WHERE h.worklist_id = w.id AND e.state = 'waiting')::integer AS waiting"
    " FROM worklist w LEFT JOIN person p ON p.id = w.changed_by WHERE w.retired_at IS NULL"
)


async def find_worklists() -> list[ListAsItStands]:
    """Every list in force, by stage, in the order in which they are asked; inside the current transaction."""
    return await _lists(await DB.fetch(_LISTS + " ORDER BY w.stage DESC, w.position"))


async def get_worklist(worklist_id: UUID) -> ListAsItStands:
    """One list in force; raises NotFound."""
    found = await _lists(await DB.fetch(_LISTS + " AND w.id = $1", worklist_id))
    if not found:
        raise NotFound
    return found[0]


async def _lists(rows: Sequence[Any]) -> list[ListAsItStands]:
    members = await DB.fetch(
        "SELECT m.worklist_id, m.person_id, m.role, m.position, m.at_a_time, p.name FROM worklist_person m"
        " JOIN person p ON p.id = m.person_id WHERE m.worklist_id = ANY ($1)"
        " ORDER BY m.role DESC, m.position, p.name",
        [row["id"] for row in rows],
    )
    return [
        ListAsItStands(
            row["id"], Stage(row["stage"]), row["kind"], row["name"], read_rule(json.loads(row["rule"])),
            Sort(row["sort"]), Sort(row["then_sort"]), row["version"], row["changed_at"], row["changed_by"],
            row["waiting"],
            [Member(m["person_id"], m["role"], m["position"], m["at_a_time"])
             for m in members if m["worklist_id"] == row["id"]],
            {m["person_id"]: m["name"] for m in members if m["worklist_id"] == row["id"]},
        )
        for row in rows
    ]  # fmt: skip


async def find_choices() -> dict[str, list[tuple[str, str]]]:
    """What the criteria that ask for one of a few can be compared with: field → (value, name)."""
    clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
    lines = await DB.fetch(
        "SELECT s.id, s.name, k.name AS client FROM service_line s JOIN client k ON k.id = s.client_id"
        " ORDER BY k.name, s.name"
    )
    locations = await DB.fetch(
        "SELECT l.id, l.name, k.name AS client FROM location l JOIN client k ON k.id = l.client_id"
        " ORDER BY k.name, l.name"
    )
    return {
        "client": [(str(row["id"]), row["name"]) for row in clients],
        "service_line": [(str(row["id"]), f"{row['client']}: {row['name']}") for row in lines],
        "location": [(str(row["id"]), f"{row['client']}: {row['name']}") for row in locations],
        "specialty": [(name, name) for name in await find_specialties()],
    }


async def find_workers(stage: Stage) -> list[tuple[UUID, str]]:
    """Everybody who could work from a list of this stage."""
    rows = await DB.fetch(
        "SELECT id, name FROM person WHERE kind = $1 AND disabled_at IS NULL ORDER BY name, id",
        "coder" if stage is Stage.CODING else "auditor",
    )
    return [(row["id"], row["name"]) for row in rows]


def names_of(choices: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, str]:
    """What people call the ids that rules hold."""
    return {value: name for options in choices.values() for value, name in options}

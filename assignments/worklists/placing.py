"""Find the worklist of an entry, and its place there: at once when it is lined up, and anew when anything changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.rules import LATE_STEP, STAT_WEIGHT, Stage
from assignments.worklists.rules import Facts, Rule, Sort, meets, place, read_rule
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.ids import new_id

SORT_ANEW = "sort a line anew"


@dataclass(frozen=True, slots=True)
class Worklist:
    """A list as placing needs it."""

    id: UUID
    kind: str
    name: str
    rule: Rule
    sort: Sort
    then_sort: Sort


@dataclass(frozen=True, slots=True)
class Placed:
    """The list that took an entry, the entry's rank there, and the part of the rule that it met."""

    worklist_id: UUID
    rank: datetime
    because: str


async def find_lists(stage: Stage) -> list[Worklist]:
    """The lists of a stage in the order in which they are asked; the last takes everything."""
    rows = await DB.fetch(
        "SELECT id, kind, name, rule, sort, then_sort FROM worklist"
        " WHERE stage = $1 AND retired_at IS NULL AND kind <> 'late' ORDER BY position",
        stage.value,
    )
    return [
        Worklist(
            row["id"], row["kind"], row["name"], read_rule(json.loads(row["rule"])), Sort(row["sort"]),
            Sort(row["then_sort"]),
        )
        for row in rows
    ]  # fmt: skip


def find_place(lists: Sequence[Worklist], facts: Facts, *, now: datetime) -> Placed:
    """The first list whose rule the entry meets."""
    for one in lists:
        because = meets(one.rule, facts, now=now)
        if because is not None:
            return Placed(one.id, place(one.sort, one.then_sort, facts), because)
    raise RuntimeError("no list takes everything")


async def facts_of(chart_ids: Sequence[UUID], stage: Stage) -> dict[UUID, Facts]:
    """What rules may ask of these charts, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT c.id, c.client_id, c.service_line_id, c.specialty, e.location_id, e.payer, e.provider, c.is_stat,"
        " s.level, s.minutes, s.audit_minutes, k.weight, c.received_at, c.service_on, c.due_at,"
        " EXISTS (SELECT FROM document d WHERE d.chart_id = c.id) AS has_documents,"
        " (SELECT coalesce(max(q.round), 1) FROM queue_entry q WHERE q.chart_id = c.id AND q.stage = $2) AS round"
        " FROM chart c JOIN encounter e ON e.client_id = c.client_id AND e.id = c.encounter_id"
        " JOIN service_line s ON s.id = c.service_line_id JOIN client k ON k.id = c.client_id"
        " WHERE c.id = ANY ($1)",
        list(chart_ids), stage.value,
    )  # fmt: skip
    return {
        row["id"]: Facts(
            client=str(row["client_id"]), service_line=str(row["service_line_id"]), specialty=row["specialty"],
            location=str(row["location_id"]) if row["location_id"] else None, payer=row["payer"],
            provider=row["provider"], is_stat=row["is_stat"], level=row["level"], round=row["round"],
            minutes=float(row["minutes"] if stage is Stage.CODING else row["audit_minutes"]),
            weight=float(row["weight"]) * (STAT_WEIGHT if row["is_stat"] else 1.0),
            has_documents=row["has_documents"], received_at=row["received_at"], service_on=row["service_on"],
            due_at=row["due_at"],
        )
        for row in rows
    }  # fmt: skip


async def sort_anew(
    actor: Actor, *, stage: Stage, now: datetime, chart_id: UUID | None = None, at_once: int = 500
) -> int:
    """Give every waiting entry of a stage (or of one chart) the list and rank that the rules of today give it.

    What was widened stays open to everybody; what is late keeps its step back. Returns how many moved. In portions,
    each a transaction of its own: who pulls meanwhile finds each entry in one list or the other.
    """
    moved, after = 0, UUID(int=0)
    while True:
        async with acting_as(actor):
            rows = await DB.fetch(
                "SELECT id, client_id, chart_id, worklist_id, rank, level, minutes, weight, due_at, boosted_at,"
                " widened_at FROM queue_entry WHERE state IN ('waiting', 'held') AND stage = $1 AND id > $2"
                " AND ($3::uuid IS NULL OR chart_id = $3) ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED",
                stage.value, after, chart_id, at_once,
            )  # fmt: skip
            if not rows:
                return moved
            after = rows[-1]["id"]
            lists, facts = await find_lists(stage), await facts_of([row["chart_id"] for row in rows], stage)
            for row in rows:
                known = facts[row["chart_id"]]
                placed = find_place(lists, known, now=now)
                rank = placed.rank + LATE_STEP if row["boosted_at"] else placed.rank
                worklist_id = row["worklist_id"] if row["widened_at"] else placed.worklist_id
                if (worklist_id, rank, known.level, known.due_at) == (
                    row["worklist_id"], row["rank"], row["level"], row["due_at"],
                ):  # fmt: skip
                    continue
                await DB.execute(
                    "UPDATE queue_entry SET worklist_id = $2, rank = $3, level = $4, minutes = $5, weight = $6,"
                    " due_at = $7 WHERE id = $1",
                    row["id"], worklist_id, rank, known.level, known.minutes, known.weight, known.due_at,
                )  # fmt: skip
                await note_routing(
                    actor, kind="sorted anew", client_id=row["client_id"], chart_id=row["chart_id"],
                    entry_id=row["id"], worklist_id=worklist_id, rank=rank, because=placed.because, now=now,
                )  # fmt: skip
                moved += 1


async def note_routing(
    actor: Actor, *, kind: str, client_id: UUID, chart_id: UUID, entry_id: UUID, now: datetime,
    worklist_id: UUID | None = None, rank: datetime | None = None, because: str | None = None,
    person_id: UUID | None = None, until: datetime | None = None,
) -> None:  # fmt: skip
    """Write how an entry came to stand where it stands, inside the current transaction."""
    await DB.execute(
        "INSERT INTO routing (id, client_id, chart_id, queue_entry_id, kind, worklist_id, rank, because, person_id,"
        " until, actor_id, happened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        new_id(), client_id, chart_id, entry_id, kind, worklist_id, rank, because, person_id, until, actor.person_id,
        now,
    )  # fmt: skip

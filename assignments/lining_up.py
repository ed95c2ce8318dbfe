"""Put a chart in line for a stage; a chart whose documents are checked becomes ready."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assignments.moving import move_chart
from assignments.rules import ChartState, Stage
from assignments.worklists.placing import facts_of, find_lists, find_place, note_routing
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id


async def make_ready(worker: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Make a chart ready and put it in line for coding, inside the current transaction."""
    await move_chart(worker, chart_id=chart_id, to=ChartState.READY, now=now)
    await DB.execute("UPDATE chart SET ready_at = $2 WHERE id = $1", chart_id, now)
    await line_up(worker, chart_id=chart_id, stage=Stage.CODING, now=now)


async def line_up(
    actor: Actor, *, chart_id: UUID, stage: Stage, now: datetime, barred: Sequence[UUID] = (),
    preferred: UUID | None = None, preferred_until: datetime | None = None, seats: int = 1,
) -> UUID:  # fmt: skip
    """Add the chart's next round of `stage` to the line, inside the current transaction; the (first) entry's id.

    `barred` may never pull it; until `preferred_until` (None: for ever) only `preferred` may. With several `seats`, as
    many different people each get it. The fence goes on from the round before, so that a tab left open since then can
    never write into this one.
    """
    facts = (await facts_of([chart_id], stage)).get(chart_id)
    if facts is None:
        raise RuntimeError("a chart that cannot be seen was put in line")
    placed = find_place(await find_lists(stage), facts, now=now)
    before = await DB.fetch_one(
        "SELECT 1 + coalesce(max(round), 0) AS round, coalesce(max(fence), 0) AS fence FROM queue_entry"
        " WHERE chart_id = $1 AND stage = $2",
        chart_id, stage.value,
    )  # fmt: skip
    assert before is not None  # an aggregate always answers
    entries = [new_id() for _ in range(seats)]
    for seat, entry_id in enumerate(entries, start=1):
        await DB.execute(
            "INSERT INTO queue_entry (id, client_id, chart_id, stage, round, seat, seats, fence, specialty, level,"
            " worklist_id, rank, due_at, minutes, weight, barred, preferred_person, preferred_until)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            entry_id, UUID(facts.client), chart_id, stage.value, before["round"], seat, seats, before["fence"],
            facts.specialty, facts.level, placed.worklist_id, placed.rank, facts.due_at, facts.minutes, facts.weight,
            list(barred), preferred, preferred_until,
        )  # fmt: skip
        await note_routing(
            actor, kind="lined up", client_id=UUID(facts.client), chart_id=chart_id, entry_id=entry_id, now=now,
            worklist_id=placed.worklist_id, rank=placed.rank, because=placed.because, person_id=preferred,
            until=preferred_until,
        )  # fmt: skip
    return entries[0]

"""Put a chart in line for a stage; a chart whose documents are checked becomes ready."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assignments.moving import move_chart
from assignments.rules import ChartState, Stage, rank
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id


async def make_ready(worker: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Make a chart ready and put it in line for coding, inside the current transaction."""
    await move_chart(worker, chart_id=chart_id, to=ChartState.READY, now=now)
    await DB.execute("UPDATE chart SET ready_at = $2 WHERE id = $1", chart_id, now)
    await line_up(chart_id=chart_id, stage=Stage.CODING)


async def line_up(
    *, chart_id: UUID, stage: Stage, barred: Sequence[UUID] = (), preferred: UUID | None = None,
    preferred_until: datetime | None = None,
) -> UUID:  # fmt: skip
    """Add the chart's next round of `stage` to the line, inside the current transaction, and return the entry's id.

    `barred` may never pull it; until `preferred_until` (None: for ever) only `preferred` may. The fence goes on from
    the round before, so that a tab left open since then can never write into this one.
    """
    chart = await DB.fetch_one("SELECT client_id, specialty, due_at, is_stat FROM chart WHERE id = $1", chart_id)
    if chart is None:
        raise RuntimeError("a chart that cannot be seen was put in line")
    entry_id = new_id()
    await DB.execute(
        "INSERT INTO queue_entry (id, client_id, chart_id, stage, round, fence, specialty, rank, due_at, barred,"
        " preferred_person, preferred_until) SELECT $1, $2, $3, $4, 1 + coalesce(max(round), 0),"
        " coalesce(max(fence), 0), $5, $6::timestamptz, $7::timestamptz, $8::uuid[], $9::uuid, $10::timestamptz"
        " FROM queue_entry WHERE chart_id = $3 AND stage = $4",
        entry_id, chart["client_id"], chart_id, stage.value, chart["specialty"],
        rank(chart["due_at"], is_stat=chart["is_stat"]), chart["due_at"], list(barred), preferred, preferred_until,
    )  # fmt: skip
    return entry_id

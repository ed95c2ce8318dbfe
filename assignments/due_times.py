"""Give a chart another due time; its place in line follows."""

from datetime import datetime
from uuid import UUID

from assignments.rules import STAT_WEIGHT, rank
from assignments.worklists.placing import SORT_ANEW
from portal.database import DB
from portal.jobs import put_in_line


async def lock_places(chart_id: UUID) -> None:
    """Lock a chart's places in line, before the chart's own row is locked.

    A pull does it in this order; the other way round the two could wait in a ring.
    """
    await DB.execute(
        "SELECT id FROM queue_entry WHERE chart_id = $1 AND state IN ('waiting', 'held') ORDER BY id FOR UPDATE",
        chart_id,
    )


async def lock_work_on(chart_id: UUID) -> None:
    """Lock who holds a chart and then its places in line, before the chart's own row: for whoever ends work on it."""
    await DB.execute("SELECT lock_work_on($1)", chart_id)


async def change_due(chart_id: UUID, *, due: datetime, now: datetime) -> None:
    """Write when a chart is due, on it and on its places in line; both are locked by whoever calls this.

    What is late no longer takes back the step behind what can still be in time.
    """
    await DB.execute("UPDATE chart SET due_at = $2 WHERE id = $1", chart_id, due)
    row = await DB.fetch_one(
        "SELECT c.is_stat, s.minutes, k.weight FROM chart c JOIN service_line s ON s.id = c.service_line_id"
        " JOIN client k ON k.id = c.client_id WHERE c.id = $1",
        chart_id,
    )
    assert row is not None  # whoever calls this holds its lock
    weight = float(row["weight"]) * (STAT_WEIGHT if row["is_stat"] else 1.0)
    await DB.execute(
        "UPDATE queue_entry SET due_at = $2, rank = $3, boosted_at = CASE WHEN $4 THEN NULL ELSE boosted_at END"
        " WHERE chart_id = $1 AND state IN ('waiting', 'held')",
        chart_id, due, rank(due, weight=weight, minutes=float(row["minutes"])), due > now,
    )  # fmt: skip
    await put_in_line(SORT_ANEW, chart_id)  # its list may be another one now

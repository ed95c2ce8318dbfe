"""Give a chart another due time; its place in line follows."""

from datetime import datetime
from uuid import UUID

from assignments.rules import rank
from portal.database import DB


async def change_due(chart_id: UUID, *, due: datetime) -> None:
    """Write when a chart is due, on it and on its places in line; whoever calls it has locked the chart's row."""
    is_stat = await DB.value("SELECT is_stat FROM chart WHERE id = $1", chart_id)
    await DB.execute("UPDATE chart SET due_at = $2 WHERE id = $1", chart_id, due)
    await DB.execute(
        "UPDATE queue_entry SET due_at = $2, rank = $3 WHERE chart_id = $1 AND state IN ('waiting', 'held')",
        chart_id, due, rank(due, is_stat=is_stat),
    )  # fmt: skip

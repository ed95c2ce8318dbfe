"""What becomes of a chart once all its documents are decided."""

from datetime import datetime
from uuid import UUID

from assignments.duplicates.judging import hold_if_duplicate
from assignments.lining_up import make_ready
from assignments.moving import move_chart
from assignments.rules import ChartState
from portal.actor import Actor
from portal.database import DB


async def settle_chart(worker: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Put a chart in line if all its documents are decided and one can be read; cancel it if none can.

    A possible duplicate is held instead, until somebody decides. Runs inside the current transaction, which has locked
    the chart's row. Calm for a chart that has moved on.
    """
    chart = await DB.fetch_one(
        "SELECT c.state, count(*) FILTER (WHERE d.state = 'received') AS waiting,"
        " count(*) FILTER (WHERE d.state = 'ready') AS ready"
        " FROM chart c JOIN document d ON d.chart_id = c.id WHERE c.id = $1 GROUP BY c.id",
        chart_id,
    )
    if chart is None or chart["state"] != ChartState.RECEIVED or chart["waiting"]:
        return
    if not chart["ready"]:
        await move_chart(worker, chart_id=chart_id, to=ChartState.CANCELLED, now=now)
    elif not await hold_if_duplicate(worker, chart_id=chart_id, now=now):
        await make_ready(worker, chart_id=chart_id, now=now)

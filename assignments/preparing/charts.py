"""What becomes of a chart once all its documents are decided."""

from datetime import datetime
from uuid import UUID

from assignments.lining_up import line_up
from assignments.moving import move_chart
from assignments.rules import ChartState, Stage
from portal.actor import Actor
from portal.database import DB


async def settle_chart(worker: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Put a chart in line if all its documents are decided and one can be read; cancel it if none can.

    Runs inside the current transaction, which has locked the chart's row. Calm for a chart that has moved on.
    """
    chart = await DB.fetch_one(
        "SELECT c.state, count(*) FILTER (WHERE d.state = 'received') AS waiting,"
        " count(*) FILTER (WHERE d.state = 'ready') AS ready"
        " FROM chart c JOIN document d ON d.chart_id = c.id WHERE c.id = $1 GROUP BY c.id",
        chart_id,
    )
    if chart is None or chart["state"] != ChartState.RECEIVED or chart["waiting"]:
        return
    if chart["ready"]:
        await move_chart(worker, chart_id=chart_id, to=ChartState.READY, now=now)
        await DB.execute("UPDATE chart SET ready_at = $2 WHERE id = $1", chart_id, now)
        await line_up(chart_id=chart_id, stage=Stage.CODING)
    else:
        await move_chart(worker, chart_id=chart_id, to=ChartState.CANCELLED, now=now)

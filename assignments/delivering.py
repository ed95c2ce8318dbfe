"""Deliver a chart: once it is final, its codes are the client's."""

from assignments.events import ChartEvent
from assignments.moving import move_chart
from assignments.rules import ChartState
from portal.actor import Actor
from portal.database import DB


async def deliver_chart(worker: Actor, event: ChartEvent) -> None:
    """React to a final chart by delivering it, at the time when it became final."""
    await move_chart(worker, chart_id=event.chart_id, to=ChartState.DELIVERED, now=event.happened_at)
    await DB.execute("UPDATE chart SET delivered_at = $2 WHERE id = $1", event.chart_id, event.happened_at)

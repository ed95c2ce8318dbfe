"""What becomes of a chart once all its documents are decided."""

from datetime import datetime
from uuid import UUID

from assignments.duplicates.judging import hold_if_duplicate
from assignments.lining_up import make_ready
from assignments.moving import move_chart
from assignments.rules import ChartState
from portal.actor import WORKER, Actor
from portal.clock import utc_now
from portal.database import DB, acting_as


async def settle_sent(chart_id: UUID, *, now: datetime | None = None) -> None:
    """Let a chart go on that was sent without documents. Calm when repeated."""
    async with acting_as(WORKER):
        await DB.execute("SELECT 1 FROM chart WHERE id = $1 FOR UPDATE", chart_id)
        await settle_chart(WORKER, chart_id=chart_id, now=now or utc_now())


async def settle_chart(worker: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Put a chart in line if all its documents are decided and one can be read; cancel it if none can.

    One that is coded in the client's own system can be read there.

    A possible duplicate is held instead, until somebody decides. Runs inside the current transaction, which has locked
    the chart's row. Calm for a chart that has moved on.
    """
    chart = await DB.fetch_one(
        "SELECT c.state, count(*) FILTER (WHERE d.state = 'received') AS waiting,"
        " count(*) FILTER (WHERE d.state = 'ready') AS ready,"
        " EXISTS (SELECT FROM ehr_visit v WHERE v.chart_id = c.id) AS in_own_system"
        " FROM chart c LEFT JOIN document d ON d.chart_id = c.id WHERE c.id = $1 GROUP BY c.id",
        chart_id,
    )
    if chart is None or chart["state"] != ChartState.RECEIVED or chart["waiting"]:
        return
    if not chart["ready"] and not chart["in_own_system"]:
        await move_chart(worker, chart_id=chart_id, to=ChartState.CANCELLED, now=now)
    elif not await hold_if_duplicate(worker, chart_id=chart_id, now=now):
        await make_ready(worker, chart_id=chart_id, now=now)

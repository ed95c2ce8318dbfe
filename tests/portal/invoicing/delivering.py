"""Delivered charts for the tests of invoicing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from assignments.moving import move_chart
from assignments.rules import ChartState
from portal.actor import WORKER
from portal.database import DB, acting_as
from tests.cast import Client, House
from tests.conftest import Sql
from tests.factories import MadeChart, make_chart

#: Noon UTC on a day of August, whose month is over at any time the tests run.
AUGUST = datetime(2026, 8, 14, 12, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 14, 12, tzinfo=UTC)
#: A time at which both months are over.
OCTOBER = datetime(2026, 10, 5, 12, tzinfo=UTC)


async def deliver_chart(
    sql: Sql, house: House, *, at: datetime = AUGUST, client: Client | None = None, specialty: str = "radiology",
    patient_id: UUID | None = None,
) -> MadeChart:  # fmt: skip
    """A chart that was coded by cody and delivered at `at`; its rating waits in line for `work()`."""
    chart = await make_chart(
        sql, house, client=client, specialty=specialty, state="final", coder=house.cody, text=None,
        received_at=at - timedelta(hours=20), patient_id=patient_id,
    )  # fmt: skip
    async with acting_as(WORKER):
        await move_chart(WORKER, chart_id=chart.id, to=ChartState.DELIVERED, now=at)
        await DB.execute("UPDATE chart SET delivered_at = $2 WHERE id = $1", chart.id, at)
    return chart

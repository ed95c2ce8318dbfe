"""Deliver a chart: once it is final, its codes are the client's; what went out before is kept, with what changed."""

from uuid import UUID

from assignments.coding.versions import find_latest, find_lines
from assignments.events import ChartEvent
from assignments.moving import move_chart
from assignments.rules import ChartState
from assignments.turnaround.measuring import measure_delivery
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id


async def deliver_chart(worker: Actor, event: ChartEvent) -> None:
    """React to a final chart by delivering it, at the time when it became final.

    Calm if it has moved on meanwhile: a document brought it back to its coder, and it will be final once more.
    """
    if await DB.value("SELECT state FROM chart WHERE id = $1 FOR UPDATE", event.chart_id) != ChartState.FINAL:
        return
    before = await DB.fetch_one(
        "SELECT coding_id, version FROM delivered_version WHERE chart_id = $1 ORDER BY version DESC LIMIT 1",
        event.chart_id,
    )
    coding = await find_latest(event.chart_id, "coder")
    if coding is None:
        raise RuntimeError("a chart was called final that has no coding")
    delivered = await move_chart(worker, chart_id=event.chart_id, to=ChartState.DELIVERED, now=event.happened_at)
    await measure_delivery(chart_id=event.chart_id, chart_event_id=delivered)
    await DB.execute("UPDATE chart SET delivered_at = $2 WHERE id = $1", event.chart_id, event.happened_at)
    version = await DB.value(
        "SELECT greatest($2::bigint + 1, (SELECT count(*) FROM chart_event"
        " WHERE chart_id = $1 AND kind = 'delivered'))",
        event.chart_id, before["version"] if before else 0,
    )  # fmt: skip
    await DB.execute(
        "INSERT INTO delivered_version (id, client_id, chart_id, version, coding_id, delivered_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(), event.client_id, event.chart_id, version, coding.id, event.happened_at,
    )  # fmt: skip
    if before and await find_lines(UUID(bytes=before["coding_id"].bytes)) != await find_lines(coding.id):
        await DB.execute(
            "UPDATE late_document SET correction_due_at = $2"
            " WHERE chart_id = $1 AND decision = 'recode' AND correction_due_at IS NULL",
            event.chart_id, event.happened_at,
        )  # fmt: skip

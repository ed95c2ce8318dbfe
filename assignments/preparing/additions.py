"""What a document that came after its chart means for it, once it can be read: by the chart's state."""

from datetime import datetime
from uuid import UUID

from assignments.late_documents import COMPARE_LATE
from assignments.reopening import reopen_chart
from assignments.rules import COMES_BACK, LATE_STATES
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id
from portal.jobs import put_in_line


async def place_addition(worker: Actor, *, chart_id: UUID, document_id: UUID, now: datetime) -> None:
    """Supersede the old set, bring a coded chart back to its coder, or post the document late.

    Runs inside the current transaction, which has locked the chart's row. Calm for a document that made its chart.
    """
    row = await DB.fetch_one(
        "SELECT d.is_added, d.supersedes_below, c.state, c.client_id FROM document d JOIN chart c ON c.id = d.chart_id"
        " WHERE d.id = $1",
        document_id,
    )
    if row is None or not row["is_added"]:
        return
    if row["state"] in LATE_STATES:
        await DB.execute("UPDATE document SET posted_late_at = $2 WHERE id = $1", document_id, now)
        await DB.execute(
            "INSERT INTO late_document (id, client_id, chart_id, document_id, arrived_at) VALUES ($1, $2, $3, $4, $5)",
            new_id(), row["client_id"], chart_id, document_id, now,
        )  # fmt: skip
        await put_in_line(COMPARE_LATE, document_id)
        return
    if row["supersedes_below"]:
        await DB.execute(
            "UPDATE document SET superseded_at = $3 WHERE chart_id = $1 AND position < $2 AND superseded_at IS NULL",
            chart_id, row["supersedes_below"], now,
        )  # fmt: skip
    if row["state"] in COMES_BACK:
        await reopen_chart(worker, chart_id=chart_id, now=now, why="documents added")

"""What the people of the demo company answer to the edits, before they submit."""

from datetime import datetime
from uuid import UUID

from assignments.coding.checks import find_checks, open_checks
from assignments.drafting.editing import begin_draft
from assignments.edits.answering import answer_edit
from assignments.edits.rules import Ask
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as

REASON = "The record says so"


async def answer_what_asks(actor: Actor, *, chart_id: UUID, fence: int, stage: Stage, now: datetime) -> int:
    """Answer everything that waits on a chart in the actor's hands; how much it was."""
    async with acting_as(actor):
        chart = await DB.fetch_one("SELECT client_id, service_on FROM chart WHERE id = $1", chart_id)
        assert chart is not None  # whoever holds it sees it
        lines = (await begin_draft(chart_id=chart_id, stage=stage)).lines
        waiting = open_checks(
            await find_checks(
                chart_id=chart_id, client_id=chart["client_id"], stage=stage, lines=lines, on=chart["service_on"]
            )
        )
    for check in waiting:
        reason = (*check.reasons, REASON)[0] if check.ask is Ask.REASON else ""
        await answer_edit(actor, chart_id=chart_id, stage=stage, fence=fence, mark=check.mark, reason=reason, now=now)
    return len(waiting)

"""Decide what a late document means: nothing, or that its chart is coded once more."""

from datetime import datetime
from uuid import UUID

from assignments.due_times import lock_work_on
from assignments.reopening import reopen_chart
from assignments.rules import ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound

DECISIONS = {"no change": "No change", "recode": "Code the chart again"}


async def decide_late_document(manager: Actor, *, late_document_id: UUID, decision: str, now: datetime) -> None:
    """Note the decision on a late document; `recode` brings a delivered chart back to its coder, codes retained.

    The same decision again changes nothing. Raises Conflict if somebody decided otherwise, Invalid for no decision.
    """
    if decision not in DECISIONS:
        raise Invalid("Choose what this document means for the chart.")
    async with acting_as(manager):
        await lock_work_on(await DB.value("SELECT chart_id FROM late_document WHERE id = $1", late_document_id))
        late = await DB.fetch_one(
            "SELECT l.client_id, l.chart_id, l.document_id, l.decision, c.state, c.patient_id FROM late_document l"
            " JOIN chart c ON c.id = l.chart_id WHERE l.id = $1 FOR UPDATE OF l, c",
            late_document_id,
        )
        if late is None:
            raise NotFound
        if late["decision"]:
            if late["decision"] != decision:
                raise Conflict("Somebody has decided about this document already. Reload the page.")
            return
        await DB.execute(
            "UPDATE late_document SET decision = $2, decided_at = $3, decided_by = $4 WHERE id = $1",
            late_document_id, decision, now, manager.person_id,
        )  # fmt: skip
        await record(
            manager, Action.LATE_DOCUMENT_DECIDED, object_type="document", object_id=late["document_id"],
            client_id=late["client_id"], patient_id=late["patient_id"], reason=decision,
            details={"chart": str(late["chart_id"])},
        )  # fmt: skip
        # A chart that another late document has brought back already is on its way; this one goes along with it.
        if decision == "recode" and late["state"] == ChartState.DELIVERED:
            await reopen_chart(manager, chart_id=late["chart_id"], now=now, why="late document")

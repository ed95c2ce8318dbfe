"""Bring a coded chart back to its coder, codes retained: its promise runs anew, and nobody audits what is overtaken."""

from datetime import datetime
from uuid import UUID

from assignments.lining_up import line_up
from assignments.moving import move_chart
from assignments.promising import kept_until, promise
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB
from portal.errors import NotFound


async def reopen_chart(actor: Actor, *, chart_id: UUID, now: datetime, why: str) -> None:
    """Put a coded, final, delivered or not codable chart in line again, its coder first, in the current transaction.

    What was submitted and delivered stays; the coder's draft begins with it. Raises Conflict from any other state.
    """
    chart = await DB.fetch_one(
        "SELECT c.client_id, c.patient_id, c.is_stat, c.auditor_of_record, c.service_line_id,"
        " coalesce(c.coder_of_record, (SELECT n.decided_by FROM not_codable n WHERE n.chart_id = c.id"
        "   ORDER BY n.decided_at DESC LIMIT 1)) AS coder,"
        " (SELECT max(version) FROM coding v WHERE v.chart_id = c.id AND v.role = 'coder') AS version"
        " FROM chart c WHERE c.id = $1",
        chart_id,
    )
    if chart is None:
        raise NotFound
    await move_chart(
        actor, chart_id=chart_id, to=ChartState.READY, now=now, details={"why": why, "version": chart["version"]}
    )
    promised = await promise(service_line_id=chart["service_line_id"], received_at=now, is_stat=chart["is_stat"])
    await DB.execute(
        "UPDATE chart SET due_at = $2, promised_due_at = $3, agreed_due_at = NULL, stat_requested_at = $4"
        " WHERE id = $1",
        chart_id, promised.due_at, promised.promised_due_at, now if chart["is_stat"] else None,
    )  # fmt: skip
    if actor.kind is Kind.WORKER:  # a delivered chart, which a manager reopens, stands in no line
        for row in await DB.fetch("SELECT withdraw_entries($1, $2) AS holder", chart_id, Stage.AUDIT.value):
            await record(
                actor, Action.ASSIGNMENT_RELEASED, object_type="chart", object_id=chart_id,
                client_id=chart["client_id"], patient_id=chart["patient_id"], reason=why,
                details={"stage": Stage.AUDIT.value, "holder": str(row["holder"])},
            )  # fmt: skip
    await line_up(
        actor, chart_id=chart_id, stage=Stage.CODING, now=now, preferred=chart["coder"],
        barred=[chart["auditor_of_record"]] if chart["auditor_of_record"] else [],
        preferred_until=await kept_until(chart_id) if chart["coder"] else None,
    )  # fmt: skip

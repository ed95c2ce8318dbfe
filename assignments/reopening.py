"""Bring a coded chart back to its coder, codes retained: its promise runs anew, and nobody audits what is overtaken."""

from datetime import datetime
from uuid import UUID

from assignments.due_times import lock_work_on
from assignments.lining_up import line_up
from assignments.moving import move_chart
from assignments.promising import kept_until, promise
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound

#: Why a manager has a finished chart coded again.
REOPENING_REASONS = {
    "client": "The client asks for it",
    "error": "An error was found",
    "denied": "A payer denied it",
    "answer": "What was missing has come",
}
#: From where; a chart under correction is with its coder already.
CAN_BE_REOPENED = frozenset({ChartState.CODED, ChartState.FINAL, ChartState.DELIVERED, ChartState.NOT_CODABLE})


async def have_coded_again(manager: Actor, *, chart_id: UUID, why: str, now: datetime) -> None:
    """Put a finished chart in line again; its coder has it first, its promise runs anew, audits of it end.

    What was delivered holds until the next delivery. Raises Invalid for a reason that is not in REOPENING_REASONS,
    NotFound, and Conflict from any other state.
    """
    if why not in REOPENING_REASONS:
        raise Invalid("Choose why this chart is coded again.")
    async with acting_as(manager):
        await lock_work_on(chart_id)
        chart = await DB.fetch_one(
            "SELECT client_id, patient_id, state FROM chart WHERE id = $1 FOR NO KEY UPDATE", chart_id
        )
        if chart is None:
            raise NotFound
        if ChartState(chart["state"]) not in CAN_BE_REOPENED:
            raise Conflict("This chart is in work, or nothing of it can be coded. Reload the page.")
        await record(
            manager, Action.CHART_REOPENED, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"], reason=REOPENING_REASONS[why],
        )  # fmt: skip
        await reopen_chart(manager, chart_id=chart_id, now=now, why=REOPENING_REASONS[why])


async def reopen_chart(actor: Actor, *, chart_id: UUID, now: datetime, why: str) -> None:
    """Put a coded, final, delivered or not codable chart in line again, its coder first, in the current transaction,
    which has locked what is in work on it and then its row.

    What was submitted and delivered stays; the coder's draft begins with it. Raises Conflict from any other state.
    """
    chart = await DB.fetch_one(
        "SELECT c.client_id, c.patient_id, c.is_stat, c.auditor_of_record, c.service_line_id,"
        " coalesce(c.coder_of_record, (SELECT n.decided_by FROM not_codable n"
        "   JOIN person p ON p.id = n.decided_by AND p.kind = 'coder' WHERE n.chart_id = c.id"
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
    if actor.kind in (Kind.WORKER, Kind.MANAGER):
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

"""What becomes of a coded chart: its ticket decides whether it is audited; a corrected one goes back to its auditor."""

from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.doubts.queries import has_doubt
from assignments.events import ChartEvent
from assignments.lining_up import line_up
from assignments.moving import move_chart
from assignments.promising import kept_until
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.quality.rules import AuditState
from auditing.quality.tickets import is_drawn, ticket
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id


async def draw_sample(worker: Actor, event: ChartEvent) -> None:
    """Decide, inside the current transaction, whether a coded chart is audited; if not, it is final.

    The decision rests on the plan's seed and the chart's id alone, so anybody can recompute it once the seed is known.
    What the sample leaves out is audited all the same if its coder asks for it: an audit without a draw, which no ratio
    of the sample counts. Asking for a chart that is drawn anyway changes nothing. A client without a plan has nothing
    but that audited; a chart that has moved on meanwhile waits for its next coding.
    """
    if not await _is_current(event):
        return
    plan = await DB.fetch_one(
        "SELECT p.id, p.percent, s.seed FROM sample_plan p JOIN sample_seed s ON s.plan_id = p.id"
        " WHERE p.client_id = $1 AND p.closed_at IS NULL",
        event.client_id,
    )
    draw_id = await _decide(event, plan) if plan else None
    if draw_id is None and not await has_doubt((await _latest_coding(event.chart_id))["id"]):
        await make_final(worker, chart_id=event.chart_id, now=event.happened_at)
    else:
        await _begin_audit(worker, event, draw_id)


async def line_up_verification(worker: Actor, event: ChartEvent) -> None:
    """Put a corrected chart in line for the auditor who sent it back, inside the current transaction."""
    if not await _is_current(event):
        return
    audit = await DB.fetch_one(
        "SELECT id, coder_id, auditor_id FROM audit WHERE chart_id = $1 AND state = $2 FOR UPDATE",
        event.chart_id, AuditState.FINDINGS.value,
    )  # fmt: skip
    if audit is None:
        raise RuntimeError("a chart was corrected that no audit had sent back")
    corrected = await _latest_coding(event.chart_id)
    await DB.execute(
        "UPDATE audit SET state = $2, corrected_coding_id = $3 WHERE id = $1",
        audit["id"], AuditState.CORRECTED.value, corrected["id"],
    )  # fmt: skip
    await line_up(
        worker, chart_id=event.chart_id, stage=Stage.AUDIT, now=event.happened_at,
        barred=await _coders_of(event.chart_id), preferred=audit["auditor_id"],
        preferred_until=await kept_until(event.chart_id),
    )  # fmt: skip


async def end_overtaken(worker: Actor, event: ChartEvent) -> None:
    """End the audits of what was coded before a document brought the chart back: without a score, for nothing was
    decided. What comes next is drawn anew.
    """
    ended = await DB.fetch(
        "UPDATE audit a SET state = 'closed', outcome = 'overtaken', closed_at = $3 FROM coding v"
        " WHERE a.chart_id = $1 AND a.state <> 'closed' AND v.id = a.coding_id AND v.version <= $2 RETURNING a.id",
        event.chart_id, event.details["version"], event.happened_at,
    )  # fmt: skip
    for row in ended:
        await record(
            worker, Action.AUDIT_CLOSED, object_type="chart", object_id=event.chart_id, client_id=event.client_id,
            patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", event.chart_id),
            reason="overtaken", details={"audit": str(row["id"])},
        )  # fmt: skip


async def _is_current(event: ChartEvent) -> bool:
    """True if the chart still is what the event tells of: coded, with this very coding."""
    row = await DB.fetch_one(
        "SELECT c.state, (SELECT v.id FROM coding v WHERE v.chart_id = c.id AND v.role = 'coder'"
        " ORDER BY v.version DESC LIMIT 1) AS coding_id FROM chart c WHERE c.id = $1 FOR UPDATE OF c",
        event.chart_id,
    )
    coding = event.details.get("coding")
    return row is not None and row["state"] == ChartState.CODED and coding in (None, str(row["coding_id"]))


async def make_final(actor: Actor, *, chart_id: UUID, now: datetime) -> None:
    """Move a chart to final inside the current transaction."""
    await move_chart(actor, chart_id=chart_id, to=ChartState.FINAL, now=now)
    await DB.execute("UPDATE chart SET final_at = $2 WHERE id = $1", chart_id, now)


async def _decide(event: ChartEvent, plan: Any) -> UUID | None:
    """Write the decision down, drawn or not; the draw's id if the chart is to be audited.

    A chart that came back to its coder is decided as it was: the ticket is the chart's, not the coding's.
    """
    earlier = await DB.fetch_one(
        "SELECT id, is_drawn FROM draw WHERE plan_id = $1 AND chart_id = $2", plan["id"], event.chart_id
    )
    if earlier:
        return UUID(bytes=earlier["id"].bytes) if earlier["is_drawn"] else None
    draw_id = new_id()
    number = ticket(bytes(plan["seed"]).hex(), event.chart_id)
    drawn = is_drawn(number, plan["percent"])
    await DB.execute(
        "INSERT INTO draw (id, client_id, chart_id, plan_id, ticket, is_drawn, decided_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        draw_id, event.client_id, event.chart_id, plan["id"], number, drawn, event.happened_at,
    )  # fmt: skip
    return draw_id if drawn else None


async def _begin_audit(worker: Actor, event: ChartEvent, draw_id: UUID | None) -> None:
    coding = await _latest_coding(event.chart_id)
    audit_id = new_id()
    number = await DB.value(
        "INSERT INTO audit (id, client_id, chart_id, number, type, draw_id, coding_id, coder_id, state, drawn_at)"
        " SELECT $1, $2, $3, 1 + coalesce((SELECT max(number) FROM audit WHERE chart_id = $3), 0), 'pre-bill', $4, $5,"
        " $6, $7, $8 RETURNING number",
        audit_id, event.client_id, event.chart_id, draw_id, coding["id"], coding["author_id"], AuditState.IN_LINE.value,
        event.happened_at,
    )  # fmt: skip
    await line_up(
        worker, chart_id=event.chart_id, stage=Stage.AUDIT, now=event.happened_at,
        barred=await _coders_of(event.chart_id),
    )  # fmt: skip
    await record(
        worker, Action.AUDIT_DRAWN, object_type="chart", object_id=event.chart_id, client_id=event.client_id,
        patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", event.chart_id),
        details={"audit": str(audit_id), "number": number} | ({} if draw_id else {"asked_by_coder": True}),
    )  # fmt: skip


async def _coders_of(chart_id: UUID) -> list[UUID]:
    """Everybody who ever coded or corrected this chart: none of them audits it, whatever they become."""
    rows = await DB.fetch(
        "SELECT DISTINCT author_id FROM coding WHERE chart_id = $1 AND role = 'coder' ORDER BY 1", chart_id
    )
    return [row["author_id"] for row in rows]


async def _latest_coding(chart_id: UUID) -> Any:
    row = await DB.fetch_one(
        "SELECT id, author_id FROM coding WHERE chart_id = $1 AND role = 'coder' ORDER BY version DESC LIMIT 1",
        chart_id,
    )
    if row is None:
        raise RuntimeError("a chart was called coded that has no coding")
    return row

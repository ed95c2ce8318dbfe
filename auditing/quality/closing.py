"""The parts that every decision of an auditor shares: it is theirs, it is not made yet, it ends with a score."""

from datetime import datetime
from uuid import UUID

from assignments.pulling import Hold, lock_hold
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.quality.drawing import make_final
from auditing.quality.queries import Audit
from auditing.quality.rules import AuditState, ensure_audit_can_move
from auditing.quality.scoring import Score
from portal.actor import Actor
from portal.database import DB
from portal.errors import Conflict
from portal.ids import new_id


async def lock_audit(audit: Audit, *, entry_id: UUID, fence: int, to: AuditState) -> Hold | None:
    """The hold of whoever acts, locked until the current transaction ends; None if this very hold was used already.

    So a decision that is sent twice is made once. Raises Conflict if the hold is somebody else's by now, or the audit
    cannot move there. A fence counts within one entry, so the entry is named too: a correction is another entry.
    """
    try:
        hold = await lock_hold(chart_id=audit.chart_id, stage=Stage.AUDIT, fence=fence)
    except Conflict:
        if await _was_submitted(entry_id, fence):
            return None
        raise
    if hold.entry_id != entry_id:
        if await _was_submitted(entry_id, fence):
            return None
        raise Conflict
    ensure_audit_can_move(audit.state, to)
    return hold


async def move_audit(audit: Audit, to: AuditState) -> None:
    """Move an audit that is not closed by it; raises Conflict if it is no longer where it was read."""
    moved = await DB.execute(
        "UPDATE audit SET state = $3 WHERE id = $1 AND state = $2", audit.id, audit.state.value, to.value
    )
    if not moved:
        raise Conflict


async def close_audit(auditor: Actor, audit: Audit, *, outcome: str, score: Score, now: datetime) -> None:
    """Close an audit with its score and make its chart final, inside the current transaction."""
    closed = await DB.execute(
        "UPDATE audit SET state = 'closed', outcome = $3, closed_at = $4 WHERE id = $1 AND state = $2",
        audit.id, audit.state.value, outcome, now,
    )  # fmt: skip
    if not closed:
        raise Conflict
    await DB.execute(
        "INSERT INTO score (id, client_id, chart_id, audit_id, version, coder_id, matched, revised, omitted, extra,"
        " record_is_correct, scored_at) SELECT $1, $2, $3, $4,"
        " 1 + coalesce((SELECT max(version) FROM score WHERE audit_id = $4), 0), $5, $6, $7, $8, $9, $10, $11",
        new_id(), audit.client_id, audit.chart_id, audit.id, audit.coder_id, score.matched, score.revised,
        score.omitted, score.extra, score.record_is_correct, now,
    )  # fmt: skip
    await be_of_record(auditor, audit)
    await make_final(auditor, chart_id=audit.chart_id, now=now)
    await record_audit(auditor, Action.AUDIT_CLOSED, audit)


async def be_of_record(auditor: Actor, audit: Audit) -> None:
    """Make whoever audits the chart's auditor of record, unless somebody is: that survives every hand-over."""
    await DB.execute(
        "UPDATE chart SET auditor_of_record = coalesce(auditor_of_record, $2) WHERE id = $1",
        audit.chart_id, auditor.person_id,
    )  # fmt: skip


async def record_audit(auditor: Actor, action: Action, audit: Audit) -> UUID:
    """Write an access event about an audit's chart, inside the current transaction; returns its id."""
    return await record(
        auditor, action, object_type="chart", object_id=audit.chart_id, client_id=audit.client_id,
        patient_id=audit.patient_id, details={"audit": str(audit.id)},
    )  # fmt: skip


async def _was_submitted(entry_id: UUID, fence: int) -> bool:
    return bool(
        await DB.value(
            "SELECT 1 FROM assignment_history WHERE queue_entry_id = $1 AND fence = $2 AND outcome = 'submitted'"
            " AND person_id = acting_person()",
            entry_id, fence,
        )
    )  # fmt: skip

"""An auditor's decisions: no findings, findings, correction verified, correction sent back. Each is made once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.coding.checks import find_checks
from assignments.coding.releases import name_releases
from assignments.coding.submitting import ensure_submittable
from assignments.coding.versions import add_version, find_lines
from assignments.drafting.editing import begin_draft, discard_draft
from assignments.drafting.rules import Lines
from assignments.edits.answering import keep_results
from assignments.leveling.keeping import keep_leveling
from assignments.lining_up import line_up
from assignments.moving import move_chart
from assignments.promising import kept_until
from assignments.pulling import finish
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.quality.choices import Choice, differences, settle
from auditing.quality.closing import be_of_record, close_audit, lock_audit, move_audit, record_audit
from auditing.quality.comparing import Line, Row, compare, lines_of
from auditing.quality.drafting_findings import discard_choices, find_choices
from auditing.quality.queries import COMMENT, Audit, find_findings, get_audit
from auditing.quality.rules import AuditState
from auditing.quality.worksheet import score_of
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field


async def report_no_findings(auditor: Actor, *, audit_id: UUID, entry_id: UUID, fence: int, now: datetime) -> None:
    """Close an audit clean and make its chart final. Calm when repeated under the same fence.

    Raises Invalid if lines were changed, Conflict if the audit is no longer theirs or decided already.
    """
    async with acting_as(auditor):
        audit = await get_audit(audit_id)
        hold = await lock_audit(audit, entry_id=entry_id, fence=fence, to=AuditState.CLOSED)
        if hold is None:
            return
        _ensure_in(audit, AuditState.IN_AUDIT)
        coder = await find_lines(audit.coding_id)
        if differences(await _compare_with_draft(audit, coder)):
            raise Invalid("You changed lines, so there are findings. Send them, or undo your changes first.")
        await close_audit(auditor, audit, outcome="clean", score=score_of(coder, []), now=now)
        await keep_leveling(auditor, hold=hold, coding_id=audit.coding_id, now=now)
        await _discard(audit)
        await finish(hold)


async def send_findings(
    auditor: Actor, *, audit_id: UUID, entry_id: UUID, fence: int, request_id: UUID, now: datetime
) -> int:
    """Freeze the auditor's lines as a coding, write a finding for each difference, and send the chart to its coder.

    Returns the number of findings; 0 when repeated under the same fence. Raises Invalid if the lines agree or cannot be
    submitted as they are, Conflict if the audit is no longer theirs or decided already.
    """
    async with acting_as(auditor):
        audit = await get_audit(audit_id)
        hold = await lock_audit(audit, entry_id=entry_id, fence=fence, to=AuditState.FINDINGS)
        if hold is None:
            return 0
        _ensure_in(audit, AuditState.IN_AUDIT)
        lines = (await begin_draft(chart_id=audit.chart_id, stage=Stage.AUDIT)).lines
        rows = compare(lines_of(await find_lines(audit.coding_id)), lines_of(lines))
        found = differences(rows)
        if not found:
            raise Invalid("Your lines agree with the coder’s, so there is nothing to send. Use “No findings”.")
        checks = await find_checks(
            chart_id=audit.chart_id, client_id=audit.client_id, stage=Stage.AUDIT, lines=lines, on=audit.service_on
        )
        ensure_submittable(checks)
        label = name_releases(lines, audit.service_on)
        coding_id = await add_version(
            auditor, hold=hold, role="auditor", lines=lines, request_id=request_id, now=now,
            release=label,
        )  # fmt: skip
        await keep_results(
            auditor, coding_id=coding_id, client_id=audit.client_id, chart_id=audit.chart_id, stage=Stage.AUDIT,
            release=label, checks=checks,
        )  # fmt: skip
        await keep_leveling(auditor, hold=hold, coding_id=audit.coding_id, now=now)
        await _write_findings(audit, found, settle(rows, await find_choices(audit.id)))
        await DB.execute("UPDATE audit SET auditor_coding_id = $2 WHERE id = $1", audit.id, coding_id)
        await _send_to_coder(auditor, audit, now)
        await _discard(audit)
        await finish(hold)
    return len(found)


async def verify_correction(auditor: Actor, *, audit_id: UUID, entry_id: UUID, fence: int, now: datetime) -> None:
    """Accept the corrected version: the audit is closed with the score of what was audited, and the chart is final.

    Calm when repeated under the same fence. Raises Conflict if the audit is no longer theirs or not to be verified.
    """
    async with acting_as(auditor):
        audit = await get_audit(audit_id)
        hold = await lock_audit(audit, entry_id=entry_id, fence=fence, to=AuditState.CLOSED)
        if hold is None:
            return
        _ensure_in(audit, AuditState.CORRECTED)
        findings = await find_findings(audit.id)
        scored = score_of(await find_lines(audit.coding_id), findings)
        await close_audit(auditor, audit, outcome="corrected", score=scored, now=now)
        await finish(hold)


async def send_back(auditor: Actor, *, audit_id: UUID, entry_id: UUID, fence: int, now: datetime) -> None:
    """Send a correction back to the coder once more, for what still differs from the auditor's lines.

    Calm when repeated under the same fence. Raises Invalid if nothing differs, Conflict if the audit is no longer
    theirs or not to be verified. The findings stay as they are: what remains is seen by comparing.
    """
    async with acting_as(auditor):
        audit = await get_audit(audit_id)
        hold = await lock_audit(audit, entry_id=entry_id, fence=fence, to=AuditState.FINDINGS)
        if hold is None:
            return
        _ensure_in(audit, AuditState.CORRECTED)
        if audit.auditor_coding_id is None or audit.corrected_coding_id is None:
            raise RuntimeError("a corrected audit has both codings")
        corrected = lines_of(await find_lines(audit.corrected_coding_id))
        if not differences(compare(corrected, lines_of(await find_lines(audit.auditor_coding_id)))):
            raise Invalid("The corrected version agrees with yours, so nothing is left to correct. Verify it.")
        await _send_to_coder(auditor, audit, now)
        await finish(hold)


def _ensure_in(audit: Audit, state: AuditState) -> None:
    """Both first look and verification may close or send back; this holds them apart."""
    if audit.state is not state:
        raise Conflict


async def _compare_with_draft(audit: Audit, coder: Lines) -> Sequence[Row]:
    draft = await begin_draft(chart_id=audit.chart_id, stage=Stage.AUDIT, start=coder)
    return compare(lines_of(coder), lines_of(draft.lines))


async def _send_to_coder(auditor: Actor, audit: Audit, now: datetime) -> None:
    """To correcting, and into line for the coder of record; after a day for any coder."""
    await move_audit(audit, AuditState.FINDINGS)
    await be_of_record(auditor, audit)
    await move_chart(
        auditor, chart_id=audit.chart_id, to=ChartState.CORRECTING, now=now, details={"audit": str(audit.id)}
    )
    assert auditor.person_id is not None
    await line_up(
        auditor, chart_id=audit.chart_id, stage=Stage.CODING, now=now, barred=[auditor.person_id],
        preferred=audit.coder_id, preferred_until=await kept_until(audit.chart_id),
    )  # fmt: skip
    await record_audit(auditor, Action.AUDIT_SUBMITTED, audit)


async def _write_findings(audit: Audit, found: Sequence[Row], chosen: Mapping[str, Choice]) -> None:
    key = await get_active_key(audit.client_id)
    for position, row in enumerate(found, start=1):
        choice, finding_id = chosen[row.key], new_id()
        await DB.execute(
            "INSERT INTO finding (id, client_id, chart_id, audit_id, position, change, error_type, severity, direction,"
            " coder_line, auditor_line, citation, comment_sealed)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12, $13)",
            finding_id, audit.client_id, audit.chart_id, audit.id, position, row.change.value, choice.error_type.value,
            choice.severity.value, choice.direction.value, _as_json(row.coder, row.coder_at, row.coder_points_to),
            _as_json(row.auditor, row.auditor_at, row.auditor_points_to), choice.citation or None,
            seal_field(key, COMMENT, finding_id, choice.comment) if choice.comment else None,
        )  # fmt: skip


def _as_json(line: Line | None, at: int | None, points_to: tuple[str, ...]) -> str | None:
    if line is None:
        return None
    written: dict[str, Any] = {
        "system": line.system, "code": line.code, "modifiers": list(line.modifiers), "units": line.units,
        "points_to": list(points_to), "at": at,
    }  # fmt: skip
    return json.dumps(written)


async def _discard(audit: Audit) -> None:
    await discard_draft(chart_id=audit.chart_id, stage=Stage.AUDIT)
    await discard_choices(audit.id)

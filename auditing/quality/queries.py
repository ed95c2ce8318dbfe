"""Audits as their pages need them. Everything here reads inside the current transaction; row-level security decides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from assignments.opening import open_fields
from auditing.quality.rules import AuditState, Change, Direction, ErrorType, Severity
from auditing.quality.scoring import Score
from portal.database import DB
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit, with what its worksheet's header shows of chart, client and draw."""

    id: UUID
    number: int
    state: AuditState
    outcome: str | None
    client_id: UUID
    client_name: str
    time_zone: str
    chart_id: UUID
    chart_number: str
    chart_state: str
    patient_id: UUID
    service_line: str
    specialty: str
    service_on: date
    provider: str
    payer: str | None
    due_at: datetime
    coding_id: UUID
    coder_id: UUID
    coder_name: str
    coded_at: datetime
    auditor_id: UUID | None
    auditor_name: str | None
    auditor_coding_id: UUID | None
    corrected_coding_id: UUID | None
    percent: Decimal | None  # of the plan that drew it; None if its coder asked for it
    ticket: str | None
    drawn_at: datetime
    closed_at: datetime | None


async def get_audit(audit_id: UUID) -> Audit:
    """One audit; NotFound if there is none, or whoever acts may not see it."""
    row = await DB.fetch_one(
        "SELECT a.id, a.number, a.state, a.outcome, a.client_id, k.name AS client_name, k.time_zone, a.chart_id,"
        " c.number AS chart_number, c.state AS chart_state, c.patient_id, l.name AS service_line, c.specialty,"
        " c.service_on, e.provider, e.payer, c.due_at, a.coding_id, a.coder_id, p.name AS coder_name,"
        " g.submitted_at AS coded_at, a.auditor_id, q.name AS auditor_name, a.auditor_coding_id, a.corrected_coding_id,"
        " s.percent, d.ticket, a.drawn_at, a.closed_at"
        " FROM audit a JOIN chart c ON c.id = a.chart_id JOIN client k ON k.id = a.client_id"
        " JOIN encounter e ON e.id = c.encounter_id JOIN service_line l ON l.id = c.service_line_id"
        " JOIN person p ON p.id = a.coder_id LEFT JOIN person q ON q.id = a.auditor_id"
        " JOIN coding g ON g.id = a.coding_id LEFT JOIN draw d ON d.id = a.draw_id LEFT JOIN sample_plan s"
        " ON s.id = d.plan_id WHERE a.id = $1",
        audit_id,
    )
    if row is None:
        raise NotFound
    return Audit(**{**dict(row), "state": AuditState(row["state"])})


async def find_open_audit(chart_id: UUID) -> UUID | None:
    """The audit that a chart is in, if any."""
    found: UUID | None = await DB.value(
        "SELECT id FROM audit WHERE chart_id = $1 AND state <> 'closed' ORDER BY number DESC LIMIT 1", chart_id
    )
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as it was sent. The comment is there for those who may read it."""

    id: UUID
    position: int
    change: Change
    error_type: ErrorType
    severity: Severity
    direction: Direction
    coder_line: Mapping[str, Any] | None
    auditor_line: Mapping[str, Any] | None
    citation: str | None
    comment: str | None = None


async def find_findings(audit_id: UUID, *, with_comments: bool = True) -> list[Finding]:
    """What an audit found, in order. Managers may not read comments: they ask without."""
    rows = await DB.fetch(_FINDINGS_WITH_COMMENTS if with_comments else _FINDINGS, audit_id)
    sealed = {row["id"]: row["comment_sealed"] for row in rows if with_comments and row["comment_sealed"]}
    comments = await open_fields(COMMENT, sealed)
    return [
        Finding(
            row["id"], row["position"], Change(row["change"]), ErrorType(row["error_type"]), Severity(row["severity"]),
            Direction(row["direction"]), _line(row["coder_line"]), _line(row["auditor_line"]), row["citation"],
            comments.get(row["id"]),
        )
        for row in rows
    ]  # fmt: skip


#: Where comments are sealed for.
COMMENT = "finding.comment"

_FINDINGS = (
    "SELECT id, position, change, error_type, severity, direction, coder_line, auditor_line, citation FROM finding"
    " WHERE audit_id = $1 ORDER BY position"
)
_FINDINGS_WITH_COMMENTS = _FINDINGS.replace(" FROM finding", ", comment_sealed FROM finding")


def _line(text: str | None) -> Mapping[str, Any] | None:
    line: Mapping[str, Any] | None = json.loads(text) if text else None
    return line


async def find_score(audit_id: UUID) -> Score | None:
    """The newest score of an audit, if it is closed."""
    row = await DB.fetch_one(
        "SELECT matched, revised, omitted, extra, record_is_correct FROM score WHERE audit_id = $1"
        " ORDER BY version DESC LIMIT 1",
        audit_id,
    )
    return Score(**dict(row)) if row else None


@dataclass(frozen=True, slots=True)
class Listed:
    """One audit in an auditor's own list."""

    id: UUID
    chart_number: str
    client_name: str
    time_zone: str
    coder_name: str
    service_line: str
    state: AuditState
    outcome: str | None
    due_at: datetime
    closed_at: datetime | None
    is_held: bool
    lease_until: datetime | None
    score: Score | None


async def find_my_audits(auditor_id: UUID | None, *, at_most: int = 30) -> list[Listed]:
    """What this auditor holds, and the newest of what they audited."""
    rows = await DB.fetch(
        "SELECT a.id, c.number AS chart_number, k.name AS client_name, k.time_zone, p.name AS coder_name,"
        " l.name AS service_line, a.state, a.outcome, c.due_at, a.closed_at, h.lease_until,"
        " s.matched, s.revised, s.omitted, s.extra, s.record_is_correct"
        " FROM audit a JOIN chart c ON c.id = a.chart_id JOIN client k ON k.id = a.client_id"
        " JOIN person p ON p.id = a.coder_id JOIN service_line l ON l.id = c.service_line_id"
        " LEFT JOIN assignment h ON h.chart_id = a.chart_id AND h.person_id = $1 AND h.stage = 'audit'"
        " AND a.state <> 'closed'"
        " LEFT JOIN LATERAL (SELECT * FROM score WHERE audit_id = a.id ORDER BY version DESC LIMIT 1) s ON true"
        " WHERE a.auditor_id = $1 OR h.chart_id IS NOT NULL"
        " ORDER BY h.chart_id IS NULL, coalesce(a.closed_at, a.drawn_at) DESC LIMIT $2",
        auditor_id, at_most,
    )  # fmt: skip
    return [_listed(row) for row in rows]


def _listed(row: Any) -> Listed:
    score = None
    if row["matched"] is not None:
        score = Score(row["matched"], row["revised"], row["omitted"], row["extra"], row["record_is_correct"])
    return Listed(
        row["id"], row["chart_number"], row["client_name"], row["time_zone"], row["coder_name"], row["service_line"],
        AuditState(row["state"]), row["outcome"], row["due_at"], row["closed_at"], row["lease_until"] is not None,
        row["lease_until"], score,
    )  # fmt: skip

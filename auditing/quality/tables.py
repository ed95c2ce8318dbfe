"""Sample plans, draws, audits, findings, scores. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import JSONB, UUID, Boolean, Bytea, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class SamplePlan(Table, tablename="sample_plan", db=DB):
    """Which share of a client's charts is audited, and the commitment to the seed."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    percent = Numeric(digits=(5, 2), default=None)
    commitment = Bytea(default=None)
    opened_at = Timestamptz(default=None)
    opened_by = UUID(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)


class Draw(Table, tablename="draw", db=DB):
    """The decision for one coded chart, and the ticket that says why. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    plan_id = UUID(default=None)
    ticket = Text(default=None)
    is_drawn = Boolean(default=None)
    decided_at = Timestamptz(default=None)


class Audit(Table, tablename="audit", db=DB):
    """The second-level check of one coding."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    number = Integer(default=None)
    type = Text(default=None)
    draw_id = UUID(null=True, default=None)
    coding_id = UUID(default=None)
    coder_id = UUID(default=None)
    auditor_id = UUID(null=True, default=None)
    auditor_coding_id = UUID(null=True, default=None)
    corrected_coding_id = UUID(null=True, default=None)
    state = Text(default=None)
    outcome = Text(null=True, default=None)
    drawn_at = Timestamptz(default=None)
    closed_at = Timestamptz(null=True, default=None)


class Finding(Table, tablename="finding", db=DB):
    """One difference between coder and auditor. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    audit_id = UUID(default=None)
    position = Integer(default=None)
    change = Text(default=None)
    error_type = Text(default=None)
    severity = Text(default=None)
    direction = Text(default=None)
    coder_line = JSONB(null=True, default=None)
    auditor_line = JSONB(null=True, default=None)
    citation = Text(null=True, default=None)
    comment_sealed = Bytea(null=True, default=None, secret=True)


class AuditDraft(Table, tablename="audit_draft", db=DB):
    """What an auditor has chosen and written for findings that are not sent yet."""

    audit_id = UUID(primary_key=True, default=None)  # with the person
    person_id = UUID(default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    choices_sealed = Bytea(default=None, secret=True)
    updated_at = Timestamptz(default=None)


class Score(Table, tablename="score", db=DB):
    """What an audit says of a coding. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    audit_id = UUID(default=None)
    version = Integer(default=None)
    coder_id = UUID(default=None)
    matched = Integer(default=None)
    revised = Integer(default=None)
    omitted = Integer(default=None)
    extra = Integer(default=None)
    record_is_correct = Boolean(default=None)
    scored_at = Timestamptz(default=None)


class EvaluationRule(Table, tablename="evaluation_rule", db=DB):
    """Below which accuracy a coder is paused."""

    id = UUID(primary_key=True, default=None)
    threshold = Numeric(default=None)
    minimum = Integer(default=None)
    audits = Integer(null=True, default=None)
    days = Integer(null=True, default=None)
    made_at = Timestamptz(default=None)
    made_by = UUID(default=None)
    ended_at = Timestamptz(null=True, default=None)

"""Pends, their reasons and rules, what was asked and said; not codable; what is asked of leads."""

from piccolo.columns import UUID, Array, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class PendReason(Table, tablename="pend_reason", db=DB):
    """Why a chart waits, or cannot be coded: the managed list."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(null=True, default=None)
    use = Text(default=None)
    name = Text(default=None)
    wants_provider = Boolean(default=None)
    wants_date = Boolean(default=None)
    made_at = Timestamptz(default=None)
    made_by = UUID(null=True, default=None)
    retired_at = Timestamptz(null=True, default=None)
    retired_by = UUID(null=True, default=None)


class PendRule(Table, tablename="pend_rule", db=DB):
    """When a client is reminded, and what is done in the end."""

    client_id = UUID(primary_key=True, default=None)
    remind_days = Array(base_column=SmallInt(), default=None)
    last_day = SmallInt(null=True, default=None)
    last_resort = Text(default=None)
    kept_hours = SmallInt(default=8)
    changed_at = Timestamptz(default=None)
    changed_by = UUID(default=None)


class Pend(Table, tablename="pend", db=DB):
    """A chart that waits for an answer."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    number = Integer(default=None)
    owner = Text(default=None)
    queue_entry_id = UUID(default=None)
    fence = Integer(default=None)
    opened_by = UUID(default=None)
    opened_at = Timestamptz(default=None)
    remind_at = Array(base_column=Timestamptz(), default=None)
    reminded = SmallInt(default=None)
    due_at = Timestamptz(null=True, default=None)
    last_resort = Text(null=True, default=None)
    next_step_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    answered_by = UUID(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    outcome = Text(null=True, default=None)


class PendItem(Table, tablename="pend_item", db=DB):
    """One reason of a pend, with its note. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    pend_id = UUID(default=None)
    position = SmallInt(default=None)
    reason_id = UUID(default=None)
    reason = Text(default=None)
    note_sealed = Bytea(null=True, default=None, secret=True)
    provider_sealed = Bytea(null=True, default=None, secret=True)
    about_on = Date(null=True, default=None)


class PendStep(Table, tablename="pend_step", db=DB):
    """An answer, a reminder, the last resort. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    pend_id = UUID(default=None)
    kind = Text(default=None)
    author_id = UUID(null=True, default=None)
    happened_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    body_sealed = Bytea(null=True, default=None, secret=True)
    is_wordless = Boolean(default=None)
    documents = Array(base_column=UUID(), default=None)


class NotCodable(Table, tablename="not_codable", db=DB):
    """That a chart cannot be coded, and why. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    reason_id = UUID(null=True, default=None)
    reason = Text(default=None)
    note_sealed = Bytea(null=True, default=None, secret=True)
    pend_id = UUID(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(default=None)
    queue_entry_id = UUID(null=True, default=None)
    fence = Integer(null=True, default=None)


class LeadThread(Table, tablename="lead_thread", db=DB):
    """What a coder asks the leads about a chart."""

    chart_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    asked_by = UUID(default=None)
    waiting_since = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)


class LeadMessage(Table, tablename="lead_message", db=DB):
    """One message of it. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    kind = Text(default=None)
    author_id = UUID(default=None)
    written_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    body_sealed = Bytea(null=True, default=None, secret=True)
    guideline_version = Integer(null=True, default=None)

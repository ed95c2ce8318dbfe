"""Queries to providers, answers, templates and agreements. `secret` columns are sealed, all others clear."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class QueryTemplate(Table, tablename="query_template", db=DB):
    """One version of a template, for every client."""

    id = UUID(primary_key=True, default=None)
    key = Text(default=None)
    version = Integer(default=None)
    name = Text(default=None)
    purpose = Text(default=None)
    shape = Text(default=None)
    title = Text(default=None)
    question = Text(default=None)
    offered = Array(base_column=Text(), default=None)
    standing = Array(base_column=Text(), default=None)
    retired = Boolean(default=None)
    written_by = UUID(default=None)
    written_at = Timestamptz(default=None)


class QueryPolicy(Table, tablename="query_policy", db=DB):
    """What a client agreed about queries; the newest row holds."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    remind_hours = Integer(default=None)
    due_hours = Integer(default=None)
    escalate_hours = Integer(default=None)
    counts = Text(default=None)
    set_by = UUID(default=None)
    set_at = Timestamptz(default=None)


class ProviderLink(Table, tablename="provider_link", db=DB):
    """This person of a client answers for this provider."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    provider = Text(default=None)
    answerer_id = UUID(default=None)
    linked_by = UUID(default=None)
    linked_at = Timestamptz(default=None)
    ended_at = Timestamptz(null=True, default=None)


class ProviderQuery(Table, tablename="provider_query", db=DB):
    """One query to a provider."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    patient_id = UUID(default=None)
    pend_id = UUID(default=None)
    number = Text(default=None)
    asked_by = UUID(default=None)
    provider = Text(default=None)
    template_key = Text(null=True, default=None)
    template_version = Integer(null=True, default=None)
    purpose = Text(default=None)
    content_sealed = Bytea(default=None, secret=True)
    reasons_sealed = Bytea(null=True, default=None, secret=True)
    affects_coding = Boolean(default=None)
    lines_before = JSONB(default=None)
    state = Text(default=None)
    sent_at = Timestamptz(default=None)
    remind_at = Timestamptz(default=None)
    due_at = Timestamptz(default=None)
    escalate_at = Timestamptz(default=None)
    reminded_at = Timestamptz(null=True, default=None)
    escalated_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    outcome = Text(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    cancel_reason = Text(null=True, default=None)


class QueryAnswer(Table, tablename="query_answer", db=DB):
    """The answer to a query."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    query_id = UUID(default=None)
    answerer_id = UUID(default=None)
    means = Text(default=None)
    position = SmallInt(null=True, default=None)
    words_sealed = Bytea(null=True, default=None, secret=True)
    counts = Text(default=None)
    signed_as_sealed = Bytea(null=True, default=None, secret=True)
    document_id = UUID(null=True, default=None)
    answered_at = Timestamptz(default=None)


class QueryEvent(Table, tablename="query_event", db=DB):
    """Something that happened to a query."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    query_id = UUID(default=None)
    kind = Text(default=None)
    actor_id = UUID(null=True, default=None)
    happened_at = Timestamptz(default=None)


class QueryDraft(Table, tablename="query_draft", db=DB):
    """A query that is being written."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    person_id = UUID(default=None)
    content_sealed = Bytea(default=None, secret=True)

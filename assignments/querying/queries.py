"""Queries as people read them: the lists of coders, providers and managers, and one query with its answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from assignments.coding.versions import find_latest, find_lines
from assignments.drafting.plain import from_plain as lines_from_plain
from assignments.opening import open_fields
from assignments.querying.changes import Change, compare
from assignments.querying.linking import get_policy
from assignments.querying.rules import Content, State, from_plain
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Row:
    """A query in a list."""

    id: UUID
    client_id: UUID
    client: str | None
    chart_id: UUID
    patient_id: UUID
    number: str
    provider: str
    purpose: str
    state: State
    sent_at: datetime
    due_at: datetime
    reminded_at: datetime | None
    escalated_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None

    def is_late(self, now: datetime) -> bool:
        """True if an answer is overdue."""
        return self.state is State.OPEN and self.due_at < now


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A query in its provider's inbox, with whom it is about."""

    query: Row
    patient: str
    service_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    text: str  # the chosen option; '' if it was answered in words alone
    words: str
    by: str
    at: datetime
    counts: str
    signed_as: str
    has_document: bool


@dataclass(frozen=True, slots=True)
class Ours:
    """What a provider never sees of a query."""

    affects_coding: bool
    reasons: Mapping[str, str]
    asked_by: str
    is_mine: bool
    outcome: str | None
    changes: Sequence[Change]
    is_coded: bool  # whether the codes compared are a submitted version, and not only a draft


@dataclass(frozen=True, slots=True)
class Shown:
    """One query."""

    query: Row
    content: Content
    answer: Answer | None
    history: Sequence[tuple[str, datetime, str | None]]
    counts: str = ""  # what counts as the answer, for the client's own people alone
    patient: str = ""  # for them alone, too
    service_on: date | None = None
    documents: Sequence[tuple[UUID, str]] = ()  # that came for the chart since, for the client's own people alone
    ours: Ours | None = None


_COLUMNS = (
    "SELECT q.id, q.client_id, k.name AS client, q.chart_id, q.patient_id, q.number, q.provider, q.purpose, q.state,"
    " q.sent_at, q.due_at, q.reminded_at, q.escalated_at, q.answered_at, q.closed_at, q.cancelled_at, q.cancel_reason"
)
_FROM = " FROM provider_query q LEFT JOIN client k ON k.id = q.client_id"


async def find_inbox(provider: Actor, *, is_open: bool, most: int = 200) -> list[InboxRow]:
    """The queries that whoever acts is to answer, the next due first, or those that are over, newest first.

    Each patient's name in the list is an access event.
    """
    async with acting_as(provider):
        rows = await DB.fetch(_INBOX_OPEN if is_open else _INBOX_OVER, most)
        names = await open_fields("patient_identity.name", {row["patient_id"]: row["name_sealed"] for row in rows})
        if rows and provider.client_id:
            await record_patients(
                provider, Action.QUERY_LISTED, patients=set(names), client_id=provider.client_id
            )  # fmt: skip
    return [InboxRow(read_row(row), names[row["patient_id"]], row["service_on"]) for row in rows]


async def answers_for_anybody(provider: Actor) -> list[str]:
    """The providers for whom whoever acts answers."""
    async with acting_as(provider):
        rows = await DB.fetch("SELECT provider FROM provider_link WHERE ended_at IS NULL ORDER BY lower(provider)")
    return [row["provider"] for row in rows]


async def find_asked(coder: Actor, *, most: int = 200) -> list[Row]:
    """The queries that a coder asked: answered ones first, then open ones, then those of the last weeks."""
    async with acting_as(coder):
        rows = await DB.fetch(
            _COLUMNS + _FROM + " WHERE q.asked_by = acting_person()"
            " ORDER BY q.state = 'answered' DESC, q.state = 'open' DESC, q.sent_at DESC LIMIT $1",
            most,
        )  # fmt: skip
    return [read_row(row) for row in rows]


async def find_of_chart(chart_id: UUID) -> list[Row]:
    """The queries about a chart, newest first, inside the current transaction of whoever sees the chart."""
    return [
        read_row(row)
        for row in await DB.fetch(_COLUMNS + _FROM + " WHERE q.chart_id = $1 ORDER BY q.sent_at DESC", chart_id)
    ]


async def find_unclosed(actor: Actor, *, chart_id: UUID) -> list[str]:
    """The numbers of the queries about a chart that are answered and not closed with what came of them."""
    async with acting_as(actor):
        return [row.number for row in await find_of_chart(chart_id) if row.state is State.ANSWERED]


async def open_query(actor: Actor, *, query_id: UUID) -> Shown:
    """One query with its answer; the look is in the access log. What is ours alone is left out for a client's people.

    Raises NotFound for a query that is not theirs to see.
    """
    async with acting_as(actor):
        row = await DB.fetch_one(_COLUMNS + ", q.content_sealed" + _FROM + " WHERE q.id = $1", query_id)
        if row is None:
            raise NotFound
        query = read_row(row)
        contents = await open_fields("provider_query.content", {query_id: row["content_sealed"]})
        content = from_plain(json.loads(contents[query_id]))
        answer = await _find_answer(query_id, content)
        history = await DB.fetch(
            "SELECT e.kind, e.happened_at, p.name FROM query_event e LEFT JOIN person p ON p.id = e.actor_id"
            " WHERE e.query_id = $1 ORDER BY e.happened_at, e.id",
            query_id,
        )
        own = await _own_side(query) if actor.kind is Kind.CLIENT else {"ours": await _ours(query)}
        await record(
            actor, Action.QUERY_OPENED, object_type="query", object_id=query_id, client_id=query.client_id,
            patient_id=query.patient_id, details={"chart": str(query.chart_id)},
        )  # fmt: skip
    return Shown(
        query, content, answer, [(one["kind"], one["happened_at"], one["name"]) for one in history], **own,
    )  # fmt: skip


async def _find_answer(query_id: UUID, content: Content) -> Answer | None:
    row = await DB.fetch_one(
        "SELECT a.id, a.position, a.words_sealed, a.signed_as_sealed, a.counts, a.document_id, a.answered_at, p.name"
        " FROM query_answer a LEFT JOIN person p ON p.id = a.answerer_id WHERE a.query_id = $1",
        query_id,
    )
    if row is None:
        return None
    words, signed = row["words_sealed"], row["signed_as_sealed"]
    told = await open_fields("query_answer.words", {row["id"]: words} if words else {})
    names = await open_fields("query_answer.signed_as", {row["id"]: signed} if signed else {})
    chosen = content.options[row["position"] - 1].text if row["position"] else ""
    return Answer(
        chosen, told.get(row["id"], ""), row["name"] or "the provider", row["answered_at"], row["counts"],
        names.get(row["id"], ""), row["document_id"] is not None,
    )  # fmt: skip


async def _own_side(query: Row) -> dict[str, Any]:
    """What the client's own people see beside the query."""
    row = await DB.fetch_one(
        "SELECT c.service_on, i.name_sealed FROM chart c JOIN patient_identity i ON i.patient_id = c.patient_id"
        " WHERE c.id = $1",
        query.chart_id,
    )
    assert row is not None  # a client sees its own charts
    names = await open_fields("patient_identity.name", {query.patient_id: row["name_sealed"]})
    documents = await DB.fetch(
        "SELECT id, name_sealed FROM document WHERE chart_id = $1 AND received_at >= $2 AND state <> 'refused'"
        " ORDER BY position",
        query.chart_id, query.sent_at,
    )  # fmt: skip
    files = await open_fields("document.name", {one["id"]: one["name_sealed"] for one in documents})
    policy = await get_policy(query.client_id)
    return {
        "counts": policy.counts,
        "patient": names[query.patient_id],
        "service_on": row["service_on"],
        "documents": [(UUID(bytes=one["id"].bytes), files[one["id"]]) for one in documents],
    }


async def _ours(query: Row) -> Ours:
    row = await DB.fetch_one(
        "SELECT q.affects_coding, q.reasons_sealed, q.lines_before, q.outcome, p.name,"
        " q.asked_by = acting_person() AS is_mine FROM provider_query q LEFT JOIN person p ON p.id = q.asked_by"
        " WHERE q.id = $1",
        query.id,
    )
    assert row is not None  # it was read a moment ago
    reasons = row["reasons_sealed"]
    told = await open_fields("provider_query.reasons", {query.id: reasons} if reasons else {})
    before = lines_from_plain(json.loads(row["lines_before"]))
    latest = await find_latest(query.chart_id, "coder")
    is_coded = latest is not None and latest.submitted_at > query.sent_at
    if latest is not None and is_coded:
        after = await find_lines(latest.id)
    else:
        after = before
    return Ours(
        row["affects_coding"], json.loads(told[query.id]) if reasons else {}, row["name"] or "", row["is_mine"],
        row["outcome"], compare(before, after), is_coded,
    )  # fmt: skip


def read_row(row: asyncpg.Record) -> Row:
    """A row of the columns that every list of queries reads."""
    values = {name: row[name] for name in Row.__slots__}
    return Row(**(values | {"id": UUID(bytes=row["id"].bytes), "state": State(row["state"])}))


_INBOX_OPEN = (
    _COLUMNS + ", c.service_on, i.name_sealed" + _FROM + " JOIN chart c ON c.id = q.chart_id"
    " JOIN patient_identity i ON i.patient_id = q.patient_id WHERE q.state = 'open' ORDER BY q.due_at, q.id LIMIT $1"
)
_INBOX_OVER = (
    _COLUMNS + ", c.service_on, i.name_sealed" + _FROM + " JOIN chart c ON c.id = q.chart_id"
    " JOIN patient_identity i ON i.patient_id = q.patient_id WHERE q.state <> 'open' ORDER BY q.sent_at DESC LIMIT $1"
)

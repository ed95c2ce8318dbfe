"""What a chart was set aside for and what was said since, as its coder, its client and a manager read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assignments.opening import open_fields
from assignments.pends.rules import OUTCOMES, Outcome, Owner
from portal.database import DB

#: What each step reads as.
STEPS = {
    "answer": "Answered",
    "withdrawal": "Withdrawn",
    "unreadable": "None of the documents that came can be read",
    "reminder": "Reminded",
    "last resort": "Not answered in time",
}
WAITS_FOR = {Owner.CLIENT: "the client", Owner.PROVIDER: "the provider", Owner.LEAD: "a lead"}


@dataclass(frozen=True, slots=True)
class Item:
    """One reason, and what is asked."""

    reason: str
    note: str
    provider: str
    about_on: date | None


@dataclass(frozen=True, slots=True)
class Step:
    """What happened since, and who did it."""

    kind: str
    at: datetime
    who: str
    text: str
    documents: int

    @property
    def words(self) -> str:
        """What happened, as people read it."""
        return STEPS[self.kind]


@dataclass(frozen=True, slots=True)
class Story:
    """One pend of a chart from its question to its end."""

    id: UUID
    number: int
    owner: Owner
    opened_at: datetime
    asked_by: str
    due_at: datetime | None
    last_resort: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    reminded: int
    items: Sequence[Item]
    steps: Sequence[Step]

    @property
    def waits_for(self) -> str:
        """Who is to answer."""
        return WAITS_FOR[self.owner]

    @property
    def outcome_words(self) -> str:
        """What came of it."""
        if self.outcome is None:
            return "Open"
        return OUTCOMES[self.outcome] + ("" if self.ended_at else ": documents are being checked")


@dataclass(frozen=True, slots=True)
class NotCodable:
    """Why a chart cannot be coded."""

    reason: str
    note: str
    decided_at: datetime
    who: str


async def find_stories(chart_id: UUID, *, with_words: bool = True) -> list[Story]:
    """Every pend of a chart, the newest first; inside the current transaction.

    Without words for whoever may not read them: reasons, times and people only.
    """
    pends = await DB.fetch(_PENDS + " WHERE d.chart_id = $1 ORDER BY d.number DESC", chart_id)
    items = await _find_items([row["id"] for row in pends], with_words=with_words)
    steps = await _find_steps([row["id"] for row in pends], with_words=with_words)
    return [
        Story(
            row["id"], row["number"], Owner(row["owner"]), row["opened_at"], row["asked_by"] or "coding team",
            row["due_at"], row["last_resort"], row["answered_at"], row["ended_at"],
            Outcome(row["outcome"]) if row["outcome"] else None, row["reminded"], items.get(row["id"], ()),
            steps.get(row["id"], ()),
        )
        for row in pends
    ]  # fmt: skip


async def find_not_codable(chart_id: UUID) -> NotCodable | None:
    """Why a chart is not codable, if it is, with its note; inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT n.id, n.reason, n.decided_at, p.name AS who FROM not_codable n JOIN chart c ON c.id = n.chart_id"
        " LEFT JOIN person p ON p.id = n.decided_by"
        " WHERE n.chart_id = $1 AND c.state = 'not_codable' ORDER BY n.decided_at DESC LIMIT 1",
        chart_id,
    )
    if row is None:
        return None
    note = await _open("not_codable.note", "SELECT id, note_sealed FROM not_codable WHERE id = ANY ($1)", [row["id"]])
    return NotCodable(row["reason"], note.get(row["id"], ""), row["decided_at"], row["who"] or "coding team")


async def find_reason(chart_id: UUID) -> str:
    """Why a chart is not codable, without its note; empty if it is. Inside the current transaction."""
    return (
        await DB.value(
            "SELECT n.reason FROM not_codable n JOIN chart c ON c.id = n.chart_id"
            " WHERE n.chart_id = $1 AND c.state = 'not_codable' ORDER BY n.decided_at DESC LIMIT 1",
            chart_id,
        )
        or ""
    )


async def _find_items(pends: list[UUID], *, with_words: bool) -> dict[UUID, list[Item]]:
    rows = await DB.fetch(
        "SELECT id, pend_id, reason, about_on FROM pend_item WHERE pend_id = ANY ($1) ORDER BY position", pends
    )
    asked = pends if with_words else []
    notes = await _open("pend_item.note", "SELECT id, note_sealed FROM pend_item WHERE pend_id = ANY ($1)", asked)
    providers = await _open(
        "pend_item.provider", "SELECT id, provider_sealed FROM pend_item WHERE pend_id = ANY ($1)", asked
    )
    found: dict[UUID, list[Item]] = {}
    for row in rows:
        item = Item(row["reason"], notes.get(row["id"], ""), providers.get(row["id"], ""), row["about_on"])
        found.setdefault(row["pend_id"], []).append(item)
    return found


async def _find_steps(pends: list[UUID], *, with_words: bool) -> dict[UUID, list[Step]]:
    rows = await DB.fetch(
        "SELECT s.id, s.pend_id, s.kind, s.happened_at, s.author_id, p.name, cardinality(s.documents) AS documents"
        " FROM pend_step s LEFT JOIN person p ON p.id = s.author_id"
        " WHERE s.pend_id = ANY ($1) ORDER BY s.recorded_at, s.id",
        pends,
    )
    bodies = await _open(
        "pend_step.body", "SELECT id, body_sealed FROM pend_step WHERE pend_id = ANY ($1)", pends if with_words else []
    )
    found: dict[UUID, list[Step]] = {}
    for row in rows:
        # Of the others' people nobody reads names: what is answered without one, the client's people answered.
        unseen = "the client" if row["kind"] == "answer" else "coding team"
        who = row["name"] or ("automatic" if row["author_id"] is None else unseen)
        step = Step(row["kind"], row["happened_at"], who, bodies.get(row["id"], ""), row["documents"])
        found.setdefault(row["pend_id"], []).append(step)
    return found


async def _open(place: str, statement: str, ids: list[UUID]) -> dict[UUID, str]:
    """The texts that a statement finds sealed for `place`; none is asked for without ids."""
    rows = await DB.fetch(statement, ids) if ids else []
    return await open_fields(place, {row[0]: row[1] for row in rows if row[1]})


_PENDS = (
    "SELECT d.id, d.number, d.owner, d.opened_at, p.name AS asked_by, d.due_at, d.last_resort, d.answered_at,"
    " d.ended_at, d.outcome, d.reminded FROM pend d LEFT JOIN person p ON p.id = d.opened_by"
)

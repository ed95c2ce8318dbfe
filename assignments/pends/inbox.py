"""The client's inbox: its charts that wait for an answer, one of them with everything that was asked, and as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from assignments.opening import open_fields
from assignments.pends.rules import OUTCOMES, LastResort, Outcome, Owner
from assignments.pends.stories import Story, find_stories
from assignments.rules import FOR_CLIENTS, ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound

PAGE = 50
MOST_EXPORTED = 5000
#: What is listed, and in which order: a word of the address, and what it reads as.
SHOWN: Mapping[str, str] = {
    "waiting": "Waiting for you", "provider": "Waiting for a provider", "over": "Answered or closed",
}  # fmt: skip
SORTS: Mapping[str, str] = {
    "age": "Oldest first", "due": "Last day first", "newest": "Newest first", "chart": "By chart",
}  # fmt: skip
LAST_RESORT_SHORT = {LastResort.NOT_CODABLE: "closed as not codable", LastResort.AS_IS: "coded as it is"}


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What is listed and in which order: words of SHOWN and SORTS, and a reason (empty: any)."""

    show: str = "waiting"
    reason: str = ""
    sort: str = "age"


@dataclass(frozen=True, slots=True)
class Waits:
    """One pend of the list; encounter number and patient are opened, for it is the client's own list."""

    id: UUID
    chart_id: UUID
    number: str
    encounter_number: str
    patient_name: str
    line: str
    service_on: date
    owner: Owner
    reasons: Sequence[str]
    opened_at: datetime
    due_at: datetime | None
    last_resort: str | None
    reminded: int
    answered_at: datetime | None
    outcome: str | None

    @property
    def outcome_words(self) -> str:
        """What came of it, or that it waits."""
        return OUTCOMES[Outcome(self.outcome)] if self.outcome else "Waiting"

    @property
    def unless(self) -> str:
        """What becomes of the chart without an answer."""
        return LAST_RESORT_SHORT[LastResort(self.last_resort)] if self.last_resort else ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of the inbox."""

    pends: Sequence[Waits]
    total: int
    page: int
    reasons: Sequence[str]
    time_zone: str

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class OwnPend:
    """One pend with its chart, as its client reads it."""

    story: Story
    chart_id: UUID
    number: str
    encounter_number: str
    patient_name: str
    line: str
    service_on: date
    provider: str
    state_words: str
    time_zone: str
    unless: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """How many charts wait for the client, and how many of those it was reminded of."""

    count: int
    reminded: int
    first_due_at: datetime | None


async def find_inbox(person: Actor, *, wanted: InboxFilter, page: int) -> Inbox:
    """One page of the client's pends; one access event for each patient shown."""
    async with acting_as(person):
        counted = await DB.value(_COUNT + _SHOWN[wanted.show] + _OF_REASON, wanted.reason)
        page = min(max(page, 1), max(1, -(-counted // PAGE)))
        rows = await DB.fetch(
            _COLUMNS + _JOINS + _SHOWN[wanted.show] + _OF_REASON + _SORTED[wanted.sort] + " LIMIT $2 OFFSET $3",
            wanted.reason, PAGE, (page - 1) * PAGE,
        )  # fmt: skip
        reasons = await DB.fetch("SELECT DISTINCT reason FROM pend_item ORDER BY reason")
        zone = await DB.value("SELECT time_zone FROM client WHERE id = $1", person.client_id)
        return Inbox(await _opened(person, rows), counted, page, [row["reason"] for row in reasons], zone)


async def export_inbox(person: Actor, *, wanted: InboxFilter) -> Sequence[Waits]:
    """Every pend of the filter for a file; raises Invalid if there are more than a file is made of."""
    async with acting_as(person):
        rows = await DB.fetch(
            _COLUMNS + _JOINS + _SHOWN[wanted.show] + _OF_REASON + _SORTED[wanted.sort] + " LIMIT $2",
            wanted.reason, MOST_EXPORTED + 1,
        )  # fmt: skip
        if len(rows) > MOST_EXPORTED:
            raise Invalid(f"A file holds at most {MOST_EXPORTED:,} lines. Choose a reason and export again.")
        return await _opened(person, rows, exported=True)


async def open_own_pend(person: Actor, *, pend_id: UUID) -> OwnPend:
    """One pend of the person's client, and the access event of the look; NotFound for any other."""
    async with acting_as(person):
        row = await DB.fetch_one(
            "SELECT d.id, d.chart_id, d.last_resort, c.number, c.client_id, c.patient_id, c.encounter_id, c.state,"
            " c.service_on, s.name AS line, e.provider, e.number_sealed, i.name_sealed, k.time_zone" + _JOINS
            + " JOIN client k ON k.id = c.client_id WHERE d.id = $1 AND d.owner <> 'lead'",
            pend_id,
        )  # fmt: skip
        if row is None:
            raise NotFound
        number = await open_fields("encounter.number", {row["encounter_id"]: row["number_sealed"]})
        name = await open_fields("patient_identity.name", {row["patient_id"]: row["name_sealed"]})
        [story] = [one for one in await find_stories(row["chart_id"]) if one.id == pend_id]
        await record(
            person, Action.PEND_READ, object_type="pend", object_id=pend_id, client_id=row["client_id"],
            patient_id=row["patient_id"], details={"chart": str(row["chart_id"])},
        )  # fmt: skip
    return OwnPend(
        story, row["chart_id"], row["number"], number[row["encounter_id"]], name[row["patient_id"]], row["line"],
        row["service_on"], row["provider"], FOR_CLIENTS[ChartState(row["state"])], row["time_zone"],
        LAST_RESORT_SHORT[LastResort(row["last_resort"])] if row["last_resort"] else "",
    )  # fmt: skip


async def count_unanswered() -> Unanswered:
    """What the staff of the client can answer, inside the current transaction; not what its providers are asked."""
    row = await DB.fetch_one(
        "SELECT count(*)::int AS count, (count(*) FILTER (WHERE reminded > 0))::int AS reminded,"
        " min(due_at) AS first_due_at FROM pend"
        " WHERE owner = 'client' AND answered_at IS NULL AND ended_at IS NULL"
    )
    assert row is not None  # an aggregate always answers
    return Unanswered(**dict(row))


_JOINS = (
    " FROM pend d JOIN chart c ON c.client_id = d.client_id AND c.id = d.chart_id"
    " JOIN encounter e ON e.id = c.encounter_id JOIN patient_identity i ON i.patient_id = c.patient_id"
    " JOIN service_line s ON s.id = c.service_line_id"
)
_COLUMNS = (
    "SELECT d.id, d.chart_id, c.number, c.patient_id, c.encounter_id, e.number_sealed, i.name_sealed, s.name AS line,"
    " c.service_on, d.owner, ARRAY(SELECT t.reason FROM pend_item t WHERE t.pend_id = d.id ORDER BY t.position)"
    " AS reasons, d.opened_at, d.due_at, d.last_resort, d.reminded, d.answered_at, d.outcome"
)


_COUNT = "SELECT count(*)" + _JOINS
_SHOWN = {
    "waiting": " WHERE d.owner = 'client' AND d.answered_at IS NULL AND d.ended_at IS NULL",
    "provider": " WHERE d.owner = 'provider' AND d.answered_at IS NULL AND d.ended_at IS NULL",
    "over": " WHERE d.owner <> 'lead' AND (d.answered_at IS NOT NULL OR d.ended_at IS NOT NULL)",
}
_OF_REASON = (
    " AND ($1 = '' OR EXISTS (SELECT FROM pend_item t WHERE t.client_id = d.client_id AND t.pend_id = d.id"
    " AND t.reason = $1))"
)
_SORTED = {
    "age": " ORDER BY d.opened_at, d.id",
    "due": " ORDER BY d.due_at NULLS LAST, d.id",
    "newest": " ORDER BY d.opened_at DESC, d.id DESC",
    "chart": " ORDER BY length(c.number), c.number, d.number",
}


async def _opened(person: Actor, rows: Sequence[Any], *, exported: bool = False) -> list[Waits]:
    if not rows:
        return []
    numbers = await open_fields("encounter.number", {row["encounter_id"]: row["number_sealed"] for row in rows})
    names = await open_fields("patient_identity.name", {row["patient_id"]: row["name_sealed"] for row in rows})
    assert person.client_id is not None  # only a client's people have an inbox
    await record_patients(
        person, Action.PEND_LISTED, patients=list(names), client_id=person.client_id,
        details={"export": "csv"} if exported else None,
    )  # fmt: skip
    return [
        Waits(
            row["id"], row["chart_id"], row["number"], numbers[row["encounter_id"]], names[row["patient_id"]],
            row["line"], row["service_on"], Owner(row["owner"]), row["reasons"], row["opened_at"], row["due_at"],
            row["last_resort"], row["reminded"], row["answered_at"], row["outcome"],
        )
        for row in rows
    ]  # fmt: skip

"""Ask the leads about a chart, and answer: a thread that only we read, and whose answer may become a guideline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.opening import open_fields
from assignments.pends.answering import answer_pend
from assignments.pends.opening import open_pend
from assignments.pends.rules import LONGEST_NOTE, Owner
from assignments.pulling import lock_hold
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.guidelines import find_guidelines, write_version
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread; of a guideline that came of it only its version."""

    kind: str
    who: str
    at: datetime
    text: str
    guideline_version: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """What was asked about a chart and answered."""

    chart_id: UUID
    number: str
    client_id: UUID
    client: str
    service_line_id: UUID
    service_line: str
    state: str
    waiting_since: datetime | None
    is_set_aside: bool
    messages: Sequence[Message]

    @property
    def last_answer(self) -> str:
        """The words of the newest answer, or none."""
        return next((one.text for one in reversed(self.messages) if one.kind == "answer"), "")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread as the leads' inbox lists it."""

    chart_id: UUID
    number: str
    client: str
    service_line: str
    asked_by: str
    waiting_since: datetime | None
    answered_at: datetime | None
    due_at: datetime
    is_set_aside: bool


async def ask_lead(
    coder: Actor, *, chart_id: UUID, fence: int, text: str, set_aside: bool = False, now: datetime
) -> None:
    """Ask the leads about a chart that the coder holds, and go on with it, or set it aside until they answer.

    Raises Invalid without words, Conflict if the chart is no longer theirs.
    """
    text = _words(text, "Write what you want to know.")
    async with acting_as(coder):
        hold = await lock_hold(chart_id=chart_id, stage=Stage.CODING, fence=fence)
        await DB.execute(
            "INSERT INTO lead_thread (chart_id, client_id, asked_by, waiting_since) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (chart_id) DO UPDATE SET asked_by = $3,"
            " waiting_since = coalesce(lead_thread.waiting_since, $4)",
            chart_id, hold.client_id, coder.person_id, now,
        )  # fmt: skip
        await _write(coder, client_id=hold.client_id, chart_id=chart_id, kind="question", text=text, now=now)
        if set_aside:
            await open_pend(coder, chart_id=chart_id, fence=fence, owner=Owner.LEAD, now=now)


async def answer_lead(lead: Actor, *, chart_id: UUID, text: str, now: datetime) -> bool:
    """Answer a coder; a chart that was set aside for it comes back to them: True. Raises NotFound, Invalid."""
    text = _words(text, "Write your answer.")
    async with acting_as(lead):
        thread = await DB.fetch_one("SELECT client_id FROM lead_thread WHERE chart_id = $1 FOR UPDATE", chart_id)
        if thread is None:
            raise NotFound
        await DB.execute(
            "UPDATE lead_thread SET waiting_since = NULL, answered_at = $2 WHERE chart_id = $1", chart_id, now
        )
        await _write(lead, client_id=thread["client_id"], chart_id=chart_id, kind="answer", text=text, now=now)
        pend_id = await DB.value(
            "SELECT id FROM pend WHERE chart_id = $1 AND owner = 'lead' AND ended_at IS NULL AND answered_at IS NULL",
            chart_id,
        )
        if pend_id is not None:
            await answer_pend(lead, pend_id=UUID(bytes=pend_id.bytes), now=now)
    return pend_id is not None


async def make_guideline(lead: Actor, *, chart_id: UUID, body: str, seen_version: int, now: datetime) -> int:
    """Make these words the next guideline of the chart's service line, and say so in the thread; its version.

    Raises Conflict if there is a newer one than `seen_version`, NotFound for a chart without a thread.
    """
    async with acting_as(lead):
        thread = await get_thread(chart_id)
        newest = (await find_guidelines(thread.client_id)).get(thread.service_line_id)
        if (newest.version if newest else 0) != seen_version:
            raise Conflict("Somebody changed this guideline just now. Reload the page to see theirs.")
        version = await write_version(
            lead, client_id=thread.client_id, service_line_id=thread.service_line_id, body=body, now=now
        )
        if version != seen_version:
            await DB.execute(
                "INSERT INTO lead_message (id, client_id, chart_id, kind, author_id, written_at, guideline_version)"
                " VALUES ($1, $2, $3, 'guideline', $4, $5, $6)",
                new_id(), thread.client_id, chart_id, lead.person_id, now, version,
            )  # fmt: skip
    return version


async def get_thread(chart_id: UUID) -> Thread:
    """The thread of a chart that whoever acts may see, inside the current transaction; raises NotFound."""
    row = await DB.fetch_one(
        "SELECT c.id, c.number, c.client_id, k.name AS client, c.service_line_id, s.name AS service_line, c.state,"
        " t.waiting_since, t.chart_id IS NOT NULL AS is_there, EXISTS (SELECT FROM pend p WHERE p.chart_id = c.id"
        "   AND p.owner = 'lead' AND p.ended_at IS NULL) AS is_set_aside"
        " FROM chart c JOIN client k ON k.id = c.client_id JOIN service_line s ON s.id = c.service_line_id"
        " LEFT JOIN lead_thread t ON t.chart_id = c.id WHERE c.id = $1",
        chart_id,
    )
    if row is None:
        raise NotFound
    messages = await DB.fetch(
        "SELECT m.id, m.kind, p.name, m.written_at, m.body_sealed, m.guideline_version FROM lead_message m"
        " LEFT JOIN person p ON p.id = m.author_id WHERE m.chart_id = $1 ORDER BY m.recorded_at, m.id",
        chart_id,
    )
    words = await open_fields(
        "lead_message.body", {one["id"]: one["body_sealed"] for one in messages if one["body_sealed"]}
    )
    return Thread(
        UUID(bytes=row["id"].bytes), row["number"], UUID(bytes=row["client_id"].bytes), row["client"],
        UUID(bytes=row["service_line_id"].bytes), row["service_line"], row["state"], row["waiting_since"],
        row["is_set_aside"],
        [
            Message(one["kind"], one["name"] or "", one["written_at"], words.get(one["id"], ""),
                    one["guideline_version"])
            for one in messages
        ],
    )  # fmt: skip


async def open_thread(lead: Actor, *, chart_id: UUID) -> Thread:
    """A thread as a lead reads it, and the access event of the look; NotFound if nobody asked about the chart."""
    async with acting_as(lead):
        thread = await get_thread(chart_id)
        if not thread.messages:
            raise NotFound
        await _record(lead, Action.QUESTION_READ, chart_id, thread.client_id)
    return thread


async def find_waiting(lead: Actor, *, answered: bool, page: int, size: int) -> tuple[list[Waiting], int]:
    """A page of the leads' inbox: what waits for an answer, oldest first, or what was answered, newest first."""
    async with acting_as(lead):
        total = await DB.value("SELECT count(*) FROM lead_thread WHERE (waiting_since IS NULL) = $1", answered)
        rows = await DB.fetch(
            "SELECT t.chart_id, c.number, k.name AS client, s.name AS service_line, p.name AS asked_by,"
            " t.waiting_since, t.answered_at, c.due_at, EXISTS (SELECT FROM pend d WHERE d.chart_id = c.id"
            "   AND d.owner = 'lead' AND d.ended_at IS NULL) AS is_set_aside"
            " FROM lead_thread t JOIN chart c ON c.id = t.chart_id JOIN client k ON k.id = t.client_id"
            " JOIN service_line s ON s.id = c.service_line_id JOIN person p ON p.id = t.asked_by"
            " WHERE (t.waiting_since IS NULL) = $1"
            " ORDER BY t.waiting_since, t.answered_at DESC, t.chart_id LIMIT $2 OFFSET $3",
            answered, size, (page - 1) * size,
        )  # fmt: skip
    return [Waiting(**dict(row)) for row in rows], int(total)


async def count_questions() -> int:
    """How many coders' questions wait for a lead, inside the current transaction."""
    return int(await DB.value("SELECT count(*) FROM lead_thread WHERE waiting_since IS NOT NULL"))


def _words(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(missing)
    if len(text) > LONGEST_NOTE:
        raise Invalid(f"This is too long: keep it within {LONGEST_NOTE:,} characters.")
    return text


async def _write(person: Actor, *, client_id: UUID, chart_id: UUID, kind: str, text: str, now: datetime) -> None:
    message_id = new_id()
    sealed = seal_field(await get_active_key(client_id), "lead_message.body", message_id, text)
    await DB.execute(
        "INSERT INTO lead_message (id, client_id, chart_id, kind, author_id, written_at, body_sealed)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        message_id, client_id, chart_id, kind, person.person_id, now, sealed,
    )  # fmt: skip
    action = Action.QUESTION_ASKED if kind == "question" else Action.QUESTION_ANSWERED
    await _record(person, action, chart_id, client_id)


async def _record(person: Actor, action: Action, chart_id: UUID, client_id: UUID) -> None:
    await record(
        person, action, object_type="chart", object_id=chart_id, client_id=client_id,
        patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", chart_id),
    )  # fmt: skip

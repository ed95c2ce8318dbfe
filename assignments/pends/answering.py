"""Answer a pend, or withdraw it: from then on it waits for nobody, and the worker puts its chart back in line."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assignments.pends.rules import LONGEST_NOTE, Outcome, Owner
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.jobs import put_in_line
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field

END_PEND = "end pend"
ASKS_A_PROVIDER = "The provider is asked, and answers in the query itself. Tell them that the chart waits for it."
TOO_LATE = "This was answered, or closed without an answer, before. Reload the page to see how it stands."


async def answer_in_words(person: Actor, *, pend_id: UUID, text: str, now: datetime) -> None:
    """Answer a pend in words. Raises NotFound for another's pend, Invalid without words, Conflict if it is over.

    What a provider is asked is answered in the query, by the provider: Conflict as well.
    """
    if not text.strip():
        raise Invalid("Write what the coder needs to know, or send the documents that answer it.")
    async with acting_as(person):
        if await DB.value("SELECT owner FROM pend WHERE id = $1", pend_id) == Owner.PROVIDER:
            raise Conflict(ASKS_A_PROVIDER)
        await answer_pend(person, pend_id=pend_id, text=text, now=now)


async def withdraw_pend(person: Actor, *, pend_id: UUID, text: str = "", now: datetime) -> None:
    """Take a question back: whoever asked it, or a manager. The chart comes back as if it had been answered."""
    async with acting_as(person):
        await answer_pend(person, pend_id=pend_id, text=text, outcome=Outcome.WITHDRAWN, now=now)


async def answer_pend(
    person: Actor, *, pend_id: UUID, text: str = "", documents: Sequence[UUID] = (),
    outcome: Outcome = Outcome.ANSWERED, now: datetime,
) -> None:  # fmt: skip
    """Answer a pend inside the current transaction, in words or by documents of its chart.

    Raises NotFound for a pend that the person may not answer, Conflict for one that waits for nobody any more.
    """
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise Invalid(f"This is too long: keep the answer within {LONGEST_NOTE:,} characters.")
    row = await DB.fetch_one(
        "SELECT p.client_id, p.chart_id, p.owner, p.opened_by, c.patient_id FROM pend p"
        " LEFT JOIN chart c ON c.id = p.chart_id WHERE p.id = $1",
        pend_id,
    )
    if row is None or not _may(person, Owner(row["owner"]), outcome, asked=row["opened_by"] == person.person_id):
        raise NotFound
    # Two who answer at once, or an answer and the last resort: the second finds it done.
    ours = await DB.execute(
        "UPDATE pend SET answered_at = $2, answered_by = $3, outcome = $4, next_step_at = NULL"
        " WHERE id = $1 AND answered_at IS NULL AND ended_at IS NULL",
        pend_id, now, person.person_id, outcome.value,
    )  # fmt: skip
    if not ours:
        raise Conflict(TOO_LATE)
    step_id = new_id()
    sealed = seal_field(await get_active_key(row["client_id"]), "pend_step.body", step_id, text) if text else None
    await DB.execute(
        "INSERT INTO pend_step (id, client_id, chart_id, pend_id, kind, author_id, happened_at, body_sealed, documents)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        step_id, row["client_id"], row["chart_id"], pend_id,
        "answer" if outcome is Outcome.ANSWERED else "withdrawal", person.person_id, now, sealed, list(documents),
    )  # fmt: skip
    await record(
        person, Action.PEND_ANSWERED, object_type="pend", object_id=pend_id, client_id=row["client_id"],
        patient_id=row["patient_id"],
        details={"chart": str(row["chart_id"]), "outcome": outcome.value, "documents": len(documents)},
    )  # fmt: skip
    await put_in_line(END_PEND, pend_id)


def _may(person: Actor, owner: Owner, outcome: Outcome, *, asked: bool) -> bool:
    if outcome is Outcome.WITHDRAWN:
        return person.kind is Kind.MANAGER or (person.kind is Kind.CODER and asked)
    if person.kind is Kind.CLIENT:
        return owner is not Owner.LEAD
    return person.kind is Kind.WORKER or (person.kind is Kind.MANAGER and owner is Owner.LEAD)

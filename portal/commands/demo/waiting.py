"""What the demo company's charts wait for this morning: a document, an answer, a lead; and one that was no visit."""

from datetime import datetime
from uuid import UUID

from assignments.pends.answering import answer_in_words
from assignments.pends.asking_leads import ask_lead
from assignments.pends.closing import close_not_codable
from assignments.pends.opening import Asked, pend_chart
from assignments.pends.reasons import find_reasons
from assignments.pends.rules import Owner
from assignments.pulling import Pulled, pull
from assignments.rules import Stage
from portal.actor import Actor, Kind
from portal.commands.demo.at_work import Company
from portal.database import DB, acting_as
from portal.ids import new_id

_DOCUMENTS, _SIGNATURE = "Documents missing", "Note not signed"


async def leave_questions(company: Company, now: datetime) -> None:
    """Let coders who find work set some of it aside, ask a lead, and close one chart; one question is answered."""
    coders = iter(company.of_kind(Kind.CODER))
    deeds = (
        (_pend, _DOCUMENTS, "The report names a second view; only one came."),
        (_pend, _SIGNATURE, "Is this addendum meant to be part of the note?"),
        (_ask, "", "Two notes of the same visit differ in the side. Do we ask, or code what was signed last?"),
        (_close, "Left without being seen", "Signed in at the desk; no clinician’s note."),
    )
    for deed, reason, words in deeds:
        for coder in coders:
            pulled = await pull(coder, stage=Stage.CODING, request_id=new_id(), now=now)
            if pulled.chart_id and pulled.client_id and not await _is_correction(coder, pulled.chart_id):
                await deed(coder, pulled, reason, words, now)
                break
    await _answer_one(company, now)


async def _pend(coder: Actor, pulled: Pulled, reason: str, words: str, now: datetime) -> None:
    chart_id, reason_id, provider = await _find(coder, pulled, "pend", reason)
    await pend_chart(
        coder, chart_id=chart_id, fence=pulled.fence, owner=Owner.CLIENT, now=now,
        asked=[Asked(reason_id, words, provider if reason == _SIGNATURE else "")],
    )  # fmt: skip


async def _ask(coder: Actor, pulled: Pulled, _reason: str, words: str, now: datetime) -> None:
    assert pulled.chart_id
    await ask_lead(coder, chart_id=pulled.chart_id, fence=pulled.fence, text=words, set_aside=True, now=now)


async def _close(coder: Actor, pulled: Pulled, reason: str, words: str, now: datetime) -> None:
    chart_id, reason_id, _ = await _find(coder, pulled, "not codable", reason)
    await close_not_codable(
        coder, chart_id=chart_id, fence=pulled.fence, reason_id=reason_id, note=words, now=now
    )  # fmt: skip


async def _find(coder: Actor, pulled: Pulled, use: str, name: str) -> tuple[UUID, UUID, str]:
    """The chart, the reason of this name, and the provider of the visit."""
    assert pulled.chart_id
    assert pulled.client_id
    async with acting_as(coder):
        reasons = await find_reasons(client_id=pulled.client_id, use=use)
        provider = await DB.value(
            "SELECT e.provider FROM encounter e JOIN chart c ON c.encounter_id = e.id WHERE c.id = $1", pulled.chart_id
        )
    return pulled.chart_id, next(one.id for one in reasons if one.name == name), provider


async def _is_correction(coder: Actor, chart_id: UUID) -> bool:
    async with acting_as(coder):
        return bool(await DB.value("SELECT state = 'correcting' FROM chart WHERE id = $1", chart_id))


async def _answer_one(company: Company, now: datetime) -> None:
    for person in company.of_kind(Kind.CLIENT):
        async with acting_as(person):
            pend_id = await DB.value(
                "SELECT d.id FROM pend d JOIN pend_item t ON t.pend_id = d.id"
                " WHERE t.reason = $1 AND d.outcome IS NULL",
                _SIGNATURE,
            )
        if pend_id is not None:
            await answer_in_words(
                person, pend_id=UUID(bytes=pend_id.bytes), text="Yes. It was signed this morning.", now=now
            )
            return

"""Answer a query: with an option, in words, or by a signed addendum; from then on its chart waits for nobody."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.pends.answering import answer_pend
from assignments.querying.history import tell
from assignments.querying.linking import get_policy
from assignments.querying.rules import LONGEST_WORDS, Content, Means, State, ensure_can_move, from_plain
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.identity.stepping_up import confirm_password
from portal.ids import new_id
from storage.client_keys import ClientKey, get_active_key, get_key
from storage.sealed_fields import key_of, open_field, seal_field

WORDS = "words"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider chose: the place of an option, from 1, or words alone; and what it is signed with."""

    position: int | None = None
    words: str = ""
    signed_as: str = ""
    password: str = ""
    document_id: UUID | None = None


async def answer_query(provider: Actor, *, query_id: UUID, reply: Reply, now: datetime) -> None:
    """Answer a query that is addressed to whoever acts; its chart goes back to whoever asked.

    Where only a signed addendum counts it is signed with name and password, or sent as a document of the chart. Raises
    NotFound for another's query, Invalid for an answer that cannot be used, Conflict for a query that is not open.
    """
    signs = bool(reply.password) and reply.document_id is None
    if signs:
        await confirm_password(provider, reply.password)
    async with acting_as(provider):
        row = await DB.fetch_one(
            "SELECT q.client_id, q.chart_id, q.pend_id, q.state, q.content_sealed, q.sent_at, q.patient_id"
            " FROM provider_query q WHERE q.id = $1 FOR UPDATE",
            query_id,
        )
        if row is None:
            raise NotFound
        ensure_can_move(State(row["state"]), State.ANSWERED)
        key = await get_key(key_of(row["content_sealed"]))
        content = from_plain(json.loads(open_field(key, "provider_query.content", query_id, row["content_sealed"])))
        means = _meant(content, reply)
        counts = (await get_policy(row["client_id"])).counts
        if counts == "signed":
            await _ensure_signed(provider, reply, signs=signs, chart_id=row["chart_id"], since=row["sent_at"])
        await DB.execute("UPDATE provider_query SET state = 'answered', answered_at = $2 WHERE id = $1", query_id, now)
        key = await get_active_key(row["client_id"])
        answer_id = new_id()
        await DB.execute(
            "INSERT INTO query_answer (id, client_id, chart_id, query_id, answerer_id, means, position, words_sealed,"
            " counts, signed_as_sealed, document_id, answered_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            answer_id, row["client_id"], row["chart_id"], query_id, provider.person_id, means, reply.position,
            _sealed(key, "query_answer.words", answer_id, reply.words), counts,
            _sealed(key, "query_answer.signed_as", answer_id, reply.signed_as if signs else ""), reply.document_id, now,
        )  # fmt: skip
        await tell(
            provider, client_id=row["client_id"], chart_id=row["chart_id"], query_id=query_id, kind="answered", now=now
        )
        await record(
            provider, Action.QUERY_ANSWERED, object_type="query", object_id=query_id, client_id=row["client_id"],
            patient_id=row["patient_id"],
            details={"chart": str(row["chart_id"]), "means": means, "counts": counts, "signed": signs},
        )  # fmt: skip
        # The contract's last resort may have ended the wait already: then the answer is kept, and the chart is not.
        if await DB.value("SELECT answered_at IS NULL AND ended_at IS NULL FROM pend WHERE id = $1", row["pend_id"]):
            await answer_pend(
                provider, pend_id=row["pend_id"], now=now, documents=[reply.document_id] if reply.document_id else [],
                text="" if reply.document_id else "Answered in the query.",
            )  # fmt: skip


def _meant(content: Content, reply: Reply) -> str:
    """What the answer means; raises Invalid for one that cannot be used."""
    if len(reply.words) > LONGEST_WORDS:
        raise Invalid(f"Keep your words within {LONGEST_WORDS:,} characters.")
    if reply.position is None:
        if not reply.words.strip() and reply.document_id is None:
            raise Invalid("Choose an answer, or write one in your own words.")
        return WORDS
    if not 1 <= reply.position <= len(content.options):
        raise Invalid("Choose one of the answers that are offered.")
    means = content.options[reply.position - 1].means
    if means is Means.OTHER and not reply.words.strip():
        raise Invalid("You chose “other”: write what it is.")
    return means.value


async def _ensure_signed(provider: Actor, reply: Reply, *, signs: bool, chart_id: UUID, since: datetime) -> None:
    if reply.document_id is not None:
        if not await DB.value(
            "SELECT 1 FROM document WHERE id = $1 AND chart_id = $2 AND received_at >= $3 AND state <> 'refused'",
            reply.document_id, chart_id, since,
        ):  # fmt: skip
            raise Invalid("That document was not sent for this chart since you were asked. Add the addendum first.")
        return
    if not signs:
        raise Invalid("Only a signed and dated addendum counts here: sign with your name and password.")
    if " ".join(reply.signed_as.split()).casefold() != provider.name.casefold():
        raise Invalid(f"Sign with your name as it stands here: {provider.name}.")


def _sealed(key: ClientKey, place: str, row_id: UUID, text: str) -> bytes | None:
    return seal_field(key, place, row_id, text.strip()) if text.strip() else None

"""Access events in words: each row of the log as one sentence that needs no other row."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from portal.database import DB

#: What each action is called in a filter, and what somebody did, in a sentence; {} stands for the object.
WORDS: dict[Action, tuple[str, str]] = {
    Action.ACCESS_LOG_EXPORTED: ("Access log exported", "took a copy of the access log"),
    Action.ACCESS_LOG_READ: ("Access log read", "read the access log"),
    Action.AGREEMENT_ADDED: ("Agreement added", "put {} on file"),
    Action.AGREEMENT_ENDED: ("Agreement ended", "ended {}"),
    Action.AGREEMENT_LISTED: ("Agreements listed", "took a copy of the register of agreements"),
    Action.API_KEY_CREATED: ("API token made", "made {}"),
    Action.API_KEY_REVOKED: ("API token revoked", "revoked {}"),
    Action.ASSIGNMENT_EXPIRED: ("Assignment ran out", "took back {}, whose time had run out"),
    Action.ASSIGNMENT_PULLED: ("Assignment pulled", "pulled {}"),
    Action.ASSIGNMENT_RELEASED: ("Assignment released", "put {} back in line"),
    Action.ASSIGNMENT_REVOKED: ("Assignment revoked", "took {} back from whoever held it"),
    Action.ASSIGNMENT_REVOKED: ("Assignment taken back", "took {} back from whoever held it"),
    Action.ASSIGNMENT_ROUTED: ("Work moved", "decided for whom work on {} is kept"),
    Action.AUDIT_CLOSED: ("Audit closed", "closed the audit of {}"),
    Action.AUDIT_DRAWN: ("Audit drawn", "drew {} for an audit"),
    Action.AUDIT_LISTED: ("Audits listed", "took a copy of the list of audits"),
    Action.AUDIT_OPENED: ("Audit opened", "opened the audit of {}"),
    Action.AUDIT_SUBMITTED: ("Audit submitted", "submitted the audit of {}"),
    Action.BATCH_LISTED: ("Batches listed", "took a copy of the list of batches"),
    Action.BATCH_MOVED: ("Batch moved", "moved {}"),
    Action.BATCH_OPENED: ("Batch opened", "opened {}"),
    Action.CHART_HASTENED: ("Chart’s urgency changed", "changed how urgent {} is"),
    Action.CERTIFICATE_READ: ("Certificate read", "read the certificate of destruction of {}"),
    Action.CHART_LISTED: ("Chart listed", "saw {} in a list"),
    Action.CHART_MOVED: ("Chart moved", "moved {}"),
    Action.CHART_OPENED: ("Chart opened", "opened {}"),
    Action.CHART_REOPENED: ("Chart reopened", "had {} coded after all"),
    Action.CHART_RESCHEDULED: ("Chart’s due time changed", "changed when {} is due"),
    Action.CHART_SENT: ("Chart sent", "sent {} to be coded in the client’s own system"),
    Action.CLIENT_CHANGED: ("Client changed", "changed {}"),
    Action.CLIENT_CLOSED: ("Client closed", "closed {}"),
    Action.CLIENT_CREATED: ("Client created", "set up {}"),
    Action.CLIENT_EXPORTED: ("Client exported", "made a copy of everything of {}"),
    Action.CLIENT_PURGED: ("Client purged", "destroyed the documents of {}"),
    Action.CODE_SET_CHANGED: ("Code set changed", "changed which code sets are loaded"),
    Action.CODING_DRAFTED: ("Coding drafted", "saved a draft of the coding of {}"),
    Action.CODING_EXPORTED: ("Coding exported", "took a copy of the coding of {}"),
    Action.CODING_SUBMITTED: ("Coding submitted", "submitted the coding of {}"),
    Action.COUNTRY_RULE_CHANGED: ("Country rule changed", "changed from which countries {} may be seen"),
    Action.DOCUMENTS_CHECKED: ("Documents checked", "read stored documents to their end to check them"),
    Action.DOCUMENTS_COMPARED: ("New documents compared", "compared the new documents of {} with the earlier ones"),
    Action.DELIVERY_CHANGED: ("Delivery split", "marked which pages of {} belong together"),
    Action.DELIVERY_DESTROYED: ("Delivery destroyed", "destroyed what {} was sent as; its charts stay"),
    Action.DELIVERY_OPENED: ("Delivery opened", "opened {}"),
    Action.DELIVERY_SENT: ("Delivery sent", "sent {}"),
    Action.DELIVERY_TAKEN: ("Delivery taken in", "had {} taken in"),
    Action.DOCUMENT_DOWNLOADED: ("Document downloaded", "downloaded {}"),
    Action.DOCUMENT_PREPARED: ("Document prepared", "made page images of {}"),
    Action.DOCUMENT_PURGED: ("Document purged", "destroyed {}"),
    Action.DOCUMENT_REFUSED: ("Document refused", "refused {}"),
    Action.DOCUMENT_UPLOADED: ("Document uploaded", "uploaded {}"),
    Action.DUPLICATE_DECIDED: ("Duplicate decided", "decided whether {} is a duplicate"),
    Action.DUPLICATE_FOUND: ("Duplicate found", "found that {} resembles another chart"),
    Action.EVALUATION_CHANGED: ("Evaluation rule changed", "changed below which accuracy coders are paused"),
    Action.EXPORT_ANSWERED: ("Charge export answered", "said whether {} was taken in"),
    Action.EXPORT_MADE: ("Charge export made", "made {}"),
    Action.EXPORT_MAPPING_CHANGED: ("Charge columns changed", "changed how charges are written, as {}"),
    Action.EXPORT_OPENED: ("Charge export opened", "looked at {}"),
    Action.EVIDENCE_OPENED: ("Evidence opened", "opened the evidence for the codes of {}"),
    Action.GRANT_CHANGED: ("Grant changed", "changed for which clients {} may work"),
    Action.GUIDELINE_ACKNOWLEDGED: ("Guideline acknowledged", "acknowledged {}"),
    Action.HOLD_LIFTED: ("Legal hold lifted", "lifted a legal hold on {}"),
    Action.HOLD_PLACED: ("Legal hold placed", "placed a legal hold on {}"),
    Action.INVOICE_EXPORTED: ("Invoice exported", "took a copy of {}"),
    Action.INVOICE_ISSUED: ("Invoice issued", "issued {}"),
    Action.INVOICE_READ: ("Invoice read", "read {}"),
    Action.KEY_DESTROYED: ("Key destroyed", "destroyed the key of {}"),
    Action.KEY_ROTATED: ("Key rotated", "rotated the key of {}"),
    Action.LATE_DOCUMENT_DECIDED: ("Late document decided", "decided what the late {} means"),
    Action.PAGE_RECOGNISED: ("Page recognised", "had {} read by text recognition"),
    Action.PAGE_VIEWED: ("Page viewed", "looked at {}"),
    Action.PATIENT_EXPORTED: ("Patient exported", "took the record of {} out with its client"),
    Action.PEND_ANSWERED: ("Pend answered", "answered or withdrew what was asked about {}"),
    Action.PEND_LISTED: ("Pend listed", "saw in a list what was asked about {}"),
    Action.PEND_OPENED: ("Pend opened", "set {} aside until it is answered"),
    Action.PEND_READ: ("Pend read", "read what was asked about {}"),
    Action.PEND_REASON_CHANGED: ("Pend reason changed", "changed the list of reasons: {}"),
    Action.PEND_REMINDED: ("Reminded", "reminded of what was asked about {}"),
    Action.PATIENT_LOOKED_UP: (
        "Earlier visits opened",
        "looked up the codes of earlier visits for {}",
    ),
    Action.PERSON_CHANGED: ("Person changed", "changed how {} works"),
    Action.PERSON_CREATED: ("Person created", "added {}"),
    Action.PERSON_DISABLED: ("Person disabled", "disabled {}"),
    Action.PERSON_ENABLED: ("Person enabled", "let {} sign in again"),
    Action.PERSON_OFF_BOARDED: ("Person off-boarded", "off-boarded {}"),
    Action.PERSON_PAUSED: ("Person paused", "paused {}"),
    Action.PERSON_UNPAUSED: ("Person unpaused", "let {} go on"),
    Action.PLAN_OPENED: ("Sample plan opened", "opened {}"),
    Action.QUALIFICATION_CHANGED: ("Qualification changed", "changed what is noted of {}"),
    Action.QUESTION_ANSWERED: ("Question answered", "answered a coder’s question about {}"),
    Action.QUESTION_ASKED: ("Question asked", "asked the leads about {}"),
    Action.QUESTION_READ: ("Question read", "read what was asked of the leads about {}"),
    Action.PROVIDER_LINKED: ("Provider’s answers", "changed for whom {} answers"),
    Action.QUERY_ANSWERED: ("Query answered", "answered {}"),
    Action.QUERY_CANCELLED: ("Query cancelled", "took back {}"),
    Action.QUERY_CLOSED: ("Query closed", "closed {}"),
    Action.QUERY_DRAFTED: ("Query drafted", "wrote at a query about {}"),
    Action.QUERY_ESCALATED: ("Query escalated", "told the managers of {}, which nobody has answered"),
    Action.QUERY_LISTED: ("Query listed", "saw {} in a list of queries"),
    Action.QUERY_OPENED: ("Query opened", "opened {}"),
    Action.QUERY_REMINDED: ("Query reminded of", "reminded the provider of {}"),
    Action.QUERY_SENT: ("Query sent", "sent {}"),
    Action.QUERY_TEMPLATE_CHANGED: ("Query template changed", "changed {}"),
    Action.RATE_CHANGED: ("Rate changed", "changed {}"),
    Action.REQUEST_REFUSED: ("Request refused", "was refused “{}”"),
    Action.REQUIREMENT_CHANGED: ("Requirement changed", "changed what {} asks of those who work for it"),
    Action.SCHEDULE_CHANGED: ("Schedule changed", "changed {}"),
    Action.SCHEDULE_IMPORTED: ("Schedule imported", "imported {}"),
    Action.SCHEDULE_READ: ("Schedule read", "looked at the schedule"),
    Action.RETENTION_CHANGED: ("Retention changed", "changed how long the documents of {} are kept"),
    Action.SESSION_CLOSED: ("Session closed", "signed out"),
    Action.SIGN_IN_FAILED: ("Sign-in failed", "failed to sign in"),
    Action.SIGN_IN_SUCCEEDED: ("Sign-in succeeded", "signed in"),
    Action.SKILL_CHANGED: ("Skill changed", "changed which specialties {} codes"),
    Action.WORK_TIME_CORRECTED: ("Work time corrected", "corrected {}"),
    Action.WORKLIST_CHANGED: ("Worklist changed", "changed {}"),
}

_PROCESSES = {"worker": "The worker", "sealer": "The sealer"}


@dataclass(frozen=True, slots=True)
class Names:
    """The names that ids in the log stand for; the log itself knows ids only."""

    people: Mapping[UUID, str]
    clients: Mapping[UUID, str]
    charts: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One event, ready to be shown or exported."""

    id: UUID
    recorded_at: Any
    who: str
    kind: str
    client: str
    action: str  # in words
    action_code: str
    outcome: str
    reason: str
    thing: str
    patient_id: UUID | None
    address: str
    session: str
    request_id: UUID | None
    sentence: str


def words_of(action: str) -> tuple[str, str]:
    """The words of an action; one that has been retired, or is too new for this release, stands for itself."""
    return next((words for known, words in WORDS.items() if known.value == action), (action, f"{action} {{}}"))


async def find_names(rows: Iterable[asyncpg.Record]) -> Names:
    """The names of everything these events mention, inside the current transaction."""
    people, clients, things = set(), set(), set()
    for row in rows:
        people |= {row["actor_id"], row["object_id"]}
        clients |= {row["client_id"], row["object_id"]}
        things |= {row["object_id"], _chart_of(read_record(row["canonical"]))}
    return Names(
        {row["id"]: row["name"] for row in await DB.fetch(
            "SELECT id, name FROM person WHERE id = ANY ($1::uuid[])", list(people - {None}))},
        {row["id"]: row["name"] for row in await DB.fetch(
            "SELECT id, name FROM client WHERE id = ANY ($1::uuid[])", list(clients - {None}))},
        {row["id"]: row["number"] for row in await DB.fetch(
            "SELECT id, number FROM chart WHERE id = ANY ($1::uuid[])", list(things - {None}))},
    )  # fmt: skip


def read_record(canonical: bytes) -> dict[str, Any]:
    """The record as it was written; an empty one if it cannot be read, so that a damaged event is still listed."""
    try:
        record = json.loads(canonical)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def tell_event(row: asyncpg.Record, names: Names) -> Told:
    """One row of the log in words."""
    record = read_record(row["canonical"])
    kind = str((record.get("actor") or {}).get("kind") or "")
    address = str((record.get("origin") or {}).get("ip") or "")
    who = names.people.get(row["actor_id"]) or _PROCESSES.get(kind) or "Somebody unknown"
    client = names.clients.get(row["client_id"], "")
    action, phrase = words_of(row["action"])
    thing = _thing(row, record, names)
    did = phrase.replace("{}", thing)
    return Told(
        id=row["id"],
        recorded_at=row["recorded_at"],
        who=who,
        kind=kind,
        client=client,
        action=action,
        action_code=row["action"],
        outcome=row["outcome"],
        reason=str(record.get("reason") or ""),
        thing=thing,
        patient_id=row["patient_id"],
        address=address,
        session=str(record.get("session") or ""),
        request_id=row["request_id"],
        sentence=_sentence(who, kind, did, client if client and client not in did else "", row["outcome"], address),
    )


def _sentence(who: str, kind: str, did: str, client: str, outcome: str, address: str) -> str:
    person = f"{who} ({kind})" if kind not in ("", "nobody", *_PROCESSES) else who
    of_client = f" for {client}" if client else ""
    without_success = {"denied": ", which was denied", "error": ", which failed"}.get(outcome, "")
    if "refused “" in did or did.startswith("failed"):
        without_success = ""
    from_where = f", from {address}" if address else ""
    return f"{person} {did}{of_client}{without_success}{from_where}."


def _thing(row: asyncpg.Record, record: Mapping[str, Any], names: Names) -> str:
    """What was touched: by the name people use for it, else by its kind and the end of its id."""
    object_type, object_id = row["object_type"] or "something", row["object_id"]
    part_of = _chart_of(record)
    chart = names.charts.get(object_id) or (names.charts.get(part_of) if part_of else None)
    if row["action"] == Action.REQUEST_REFUSED:  # “GET show_chart”: what they asked the portal to do
        asked_for = object_type.partition(" ")[2].replace("_", " ") or object_type
        return " ".join(part for part in (asked_for, chart or (f"…{str(object_id)[-8:]}" if object_id else "")) if part)
    if object_type == "chart" and chart:
        return f"chart {chart}"
    if object_type == "person" and object_id in names.people:
        return names.people[object_id]
    if object_type == "client" and object_id in names.clients:
        return names.clients[object_id]
    if chart:
        return f"{_with_article(object_type)} of chart {chart}"
    return f"{object_type} …{str(object_id)[-8:]}" if object_id else object_type


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _chart_of(record: Mapping[str, Any]) -> UUID | None:
    """The chart that the object is a part of, where the record names it."""
    about = record.get("object")
    try:
        return UUID(str(about.get("chart"))) if isinstance(about, dict) and about.get("chart") else None
    except ValueError:
        return None

"""Record access events: a change in its transaction, a look before its bytes, a refusal after the rollback."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import UUID

import rfc8785

from auditing.access_log.actions import Action
from auditing.access_log.rules import ensure_canonical, timestamp
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.ids import new_id

#: Version of the record's shape.
SHAPE = 1

try:
    RELEASE = version("chartway")
except PackageNotFoundError:  # run from a checkout that was never installed
    RELEASE = "unreleased"


async def record(
    actor: Actor,
    action: Action,
    *,
    object_type: str,
    object_id: UUID | None = None,
    client_id: UUID | None = None,
    patient_id: UUID | None = None,
    outcome: str = "success",
    reason: str | None = None,
    subject_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
    changes: Sequence[str] = (),
) -> UUID:
    """Write one access event inside the current transaction and return its id.

    Ids, counts and names of changed fields only: no value of a patient's, no free text. `subject_id` names the person
    concerned where nobody is signed in yet. `outcome` is success, denied or error; `reason` a word for why.
    The row is plain SQL without RETURNING: the writing role cannot read the log.
    """
    event_id = new_id()
    actor_id = actor.person_id or subject_id
    canonical = _canonical(
        actor, action, event_id=event_id, recorded_at=await DB.value("SELECT clock_timestamp()"), actor_id=actor_id,
        object_type=object_type, object_id=object_id, client_id=client_id, patient_id=patient_id, outcome=outcome,
        reason=reason, details=details, changes=changes,
    )  # fmt: skip
    await DB.execute(
        "INSERT INTO access_event (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id,"
        " request_id, canonical) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        event_id, client_id, actor_id, action.value, outcome, patient_id, object_type, object_id,
        actor.origin.request_id, canonical,
    )  # fmt: skip
    return event_id


async def record_patients(
    actor: Actor,
    action: Action,
    *,
    patients: Collection[UUID],
    client_id: UUID,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one access event for each patient of a list, in two round trips, inside the current transaction."""
    recorded_at = await DB.value("SELECT clock_timestamp()")
    event_ids = [new_id() for _ in patients]
    records = [
        _canonical(
            actor, action, event_id=event_id, recorded_at=recorded_at, actor_id=actor.person_id, object_type="patient",
            object_id=patient_id, client_id=client_id, patient_id=patient_id, details=details,
        )
        for event_id, patient_id in zip(event_ids, patients, strict=True)
    ]  # fmt: skip
    await DB.execute(
        "INSERT INTO access_event (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id,"
        " request_id, canonical) SELECT one.id, $4, $5, $6, 'success', one.patient, 'patient', one.patient, $7,"
        " one.canonical FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS one (id, patient, canonical)",
        event_ids, list(patients), records, client_id, actor.person_id, action.value, actor.origin.request_id,
    )  # fmt: skip


def _canonical(
    actor: Actor, action: Action, *, event_id: UUID, recorded_at: datetime, actor_id: UUID | None, object_type: str,
    object_id: UUID | None, client_id: UUID | None, patient_id: UUID | None, outcome: str = "success",
    reason: str | None = None, details: Mapping[str, Any] | None = None, changes: Sequence[str] = (),
) -> bytes:  # fmt: skip
    canonical: dict[str, Any] = {
        "v": SHAPE,
        "id": str(event_id),
        "ts": timestamp(recorded_at),
        "client": _text(client_id),
        "actor": {"id": _text(actor_id), "kind": actor.kind.value, "aal": actor.assurance},
        "session": _text(actor.session_id),
        "action": action.value,
        "outcome": outcome,
        "reason": reason,
        "patient": _text(patient_id),
        "object": {"type": object_type, "id": _text(object_id), **(details or {})},
        "origin": {"ip": actor.origin.ip, "agent": actor.origin.agent_hash},
        "request": _text(actor.origin.request_id),
        "release": RELEASE,
        "changes": list(changes),
    }
    ensure_canonical(canonical)
    return rfc8785.dumps(canonical)


async def record_refusal(actor: Actor, *, object_type: str, object_id: UUID | None, reason: str) -> None:
    """Write a refusal in a transaction of its own: what was refused has been rolled back."""
    async with acting_as(actor):
        await record(
            actor,
            Action.REQUEST_REFUSED,
            object_type=object_type,
            object_id=object_id,
            client_id=actor.client_id,
            outcome="denied",
            reason=reason,
        )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)

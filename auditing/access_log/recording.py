"""Record access events. A change records inside its transaction; a look before its bytes; a refusal after the rollback."""

from collections.abc import Mapping, Sequence
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
    recorded_at = await DB.value("SELECT clock_timestamp()")
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
    await DB.execute(
        "INSERT INTO access_event (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id,"
        " request_id, canonical) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        event_id, client_id, actor_id, action.value, outcome, patient_id, object_type, object_id,
        actor.origin.request_id, rfc8785.dumps(canonical),
    )  # fmt: skip
    return event_id


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

"""Destroy a client's key, and with it everything that was sealed for the client, wherever copies of it lie."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import anyio.to_thread

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from storage.certificates import find_certificates, issue_certificate
from storage.client_keys import forget_keys
from storage.deleting import give_up_unreadable
from storage.signing import InstallationKey
from storage.vault import VAULT


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What a destruction has left."""

    certificate_id: UUID
    effective_at: datetime  # when the master key can no longer be called back
    versions: int
    objects: int  # that are being deleted in the background


async def ensure_may_destroy(client_id: UUID) -> None:
    """Raise NotFound or Conflict if this client's key must not be destroyed now; inside the current transaction.

    Every rule about that stands here: whatever else may hold a client's documents (a legal hold) is asked from here.
    """
    if not await DB.value("SELECT count(*) FROM client_key WHERE client_id = $1", client_id):
        raise NotFound("There is no such client, or it never had a key.")
    for certificate in await find_certificates(client_id):
        raise Conflict(f"This client's key has been destroyed already. Its certificate is {certificate.id}.")


async def destroy_key(by: Actor, *, client_id: UUID, signer: InstallationKey, account: str) -> Destroyed:
    """Destroy every version of a client's key and its master; returns what is left, with the certificate.

    `by` acts in the worker's role. Opens transactions of its own, in an order that may be interrupted anywhere and
    called again: first nothing is readable through the portal, then the master is gone, last the certificate says so.
    """
    async with acting_as(by):
        await ensure_may_destroy(client_id)
        destroyed = await DB.execute(_DESTROY, client_id)
        keys = await DB.fetch("SELECT provider_key, destroyed_at FROM client_key WHERE client_id = $1", client_id)
        if destroyed:
            await record(
                by, Action.KEY_DESTROYED, object_type="client", object_id=client_id, client_id=client_id,
                details={"versions": len(keys)},
            )  # fmt: skip
    forget_keys()  # other processes ask for the row each time, and find nothing in it
    moments = [
        await anyio.to_thread.run_sync(VAULT.provider.destroy, master)
        for master in sorted({key["provider_key"] for key in keys})
    ]
    objects = await give_up_unreadable(by, client_id=client_id)
    async with acting_as(by):
        now: datetime = await DB.value("SELECT clock_timestamp()")
        effective_at = max(moments, default=now)
        certificate_id = await issue_certificate(
            by, signer, client_id=client_id, destroyed_at=max(key["destroyed_at"] for key in keys),
            effective_at=effective_at, account=account,
        )  # fmt: skip
    return Destroyed(certificate_id, effective_at, len(keys), objects)


_DESTROY = (
    "UPDATE client_key SET state = 'destroyed', wrapped = NULL, lookup = NULL, destroyed_at = clock_timestamp()"
    " WHERE client_id = $1 AND state <> 'destroyed'"
)

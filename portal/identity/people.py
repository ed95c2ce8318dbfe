"""People and grants: who exists, who may work for which client, who no longer."""

import re
from datetime import datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.identity import passwords
from portal.ids import new_id

#: Somebody before the sign, and behind it a domain of at least two parts: what mistyping breaks, and no more.
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def ensure_email(email: str) -> str:
    """The address as it is kept; raises Invalid for what can be none."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid("This is no e-mail address. Give one such as name@example.com.")
    return email


async def create_person(
    administrator: Actor, *, email: str, name: str, kind: Kind, password: str, now: datetime,
    client_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Add a person and return their id. Client staff belong to a client, all others to none.

    Raises Invalid for an unusable password or e-mail, Conflict if the e-mail is taken.
    """
    email = ensure_email(email)
    if (kind is Kind.CLIENT) != (client_id is not None):
        raise Invalid("Client staff need a client, and nobody else has one. Choose the kind and the client again.")
    password = passwords.ensure_acceptable(password, email, email.partition("@")[0], name)
    password_hash = await passwords.hash_password(password)
    person_id = new_id()
    async with acting_as(administrator):
        try:
            await DB.execute(
                "INSERT INTO person (id, client_id, email, name, kind, password_hash, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                person_id, client_id, email, name.strip(), kind.value, password_hash, now,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Conflict("Somebody with this e-mail address exists already. Look for them in the list.") from None
        except asyncpg.CheckViolationError:
            raise Invalid("Give a name and an e-mail address such as name@example.com.") from None
        await record(
            administrator, Action.PERSON_CREATED, object_type="person", object_id=person_id, client_id=client_id,
            details={"kind": kind.value},
        )  # fmt: skip
    return person_id


async def grant_client(manager: Actor, *, person_id: UUID, client_id: UUID, now: datetime) -> None:
    """Let a coder or auditor work for a client; calm when they may already.

    Raises NotFound for an unknown person or client, Invalid for somebody who does not work on charts or has been
    off-boarded.
    """
    async with acting_as(manager):
        person = await DB.fetch_one("SELECT kind, disabled_at FROM person WHERE id = $1", person_id)
        if person is None or not await DB.value("SELECT 1 FROM client WHERE id = $1", client_id):
            raise NotFound
        if person["kind"] not in (Kind.CODER, Kind.AUDITOR):
            raise Invalid("Only coders and auditors work for clients. Choose one of them.")
        if person["disabled_at"] is not None:
            raise Invalid("They have been off-boarded. An administrator takes them on again first.")
        changed = await DB.execute(
            "INSERT INTO client_grant (client_id, person_id, granted_by, granted_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (client_id, person_id) DO UPDATE SET revoked_at = NULL, granted_by = $3, granted_at = $4"
            " WHERE client_grant.revoked_at IS NOT NULL",
            client_id, person_id, manager.person_id, now,
        )  # fmt: skip
        if changed:
            await record(
                manager, Action.GRANT_CHANGED, object_type="person", object_id=person_id, client_id=client_id,
                changes=["granted"],
            )  # fmt: skip


async def revoke_client(manager: Actor, *, person_id: UUID, client_id: UUID, now: datetime) -> None:
    """Take a person's grant for a client away; calm when they have none."""
    async with acting_as(manager):
        changed = await DB.execute(
            "UPDATE client_grant SET revoked_at = $3 WHERE client_id = $1 AND person_id = $2 AND revoked_at IS NULL",
            client_id, person_id, now,
        )  # fmt: skip
        if changed:
            await record(
                manager, Action.GRANT_CHANGED, object_type="person", object_id=person_id, client_id=client_id,
                changes=["revoked"],
            )  # fmt: skip


async def revoke_grants(administrator: Actor, *, person_id: UUID, now: datetime) -> int:
    """Take all of a person's grants away, inside the current transaction; returns how many there were."""
    rows = await DB.fetch(
        "UPDATE client_grant SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL RETURNING client_id",
        person_id, now,
    )  # fmt: skip
    for row in rows:
        await record(
            administrator, Action.GRANT_CHANGED, object_type="person", object_id=person_id,
            client_id=row["client_id"], changes=["revoked"],
        )  # fmt: skip
    return len(rows)


async def switch_off(administrator: Actor, *, person_id: UUID, now: datetime) -> int | None:
    """Disable a person and end their sessions, inside the current transaction: their next request is refused.

    Returns how many sessions ended, None if they were disabled before. Raises NotFound for an unknown person.
    """
    changed = await DB.execute(
        "UPDATE person SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL", person_id, now
    )
    if not changed and not await DB.value("SELECT 1 FROM person WHERE id = $1", person_id):
        raise NotFound
    if not changed:
        return None
    ended: int = await DB.value("SELECT end_sessions_of($1, 'disabled')", person_id)
    await record(administrator, Action.PERSON_DISABLED, object_type="person", object_id=person_id)
    return ended


async def switch_on(administrator: Actor, *, person_id: UUID) -> None:
    """Let a disabled person sign in again, inside the current transaction. Calm when repeated; raises NotFound."""
    changed = await DB.execute(
        "UPDATE person SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL", person_id
    )
    if not changed and not await DB.value("SELECT 1 FROM person WHERE id = $1", person_id):
        raise NotFound
    if changed:
        await record(administrator, Action.PERSON_ENABLED, object_type="person", object_id=person_id)

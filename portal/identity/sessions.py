"""Sessions: a row for each, found by the hash of a random token. Nothing is ever saved back, so nothing comes back."""

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from portal.actor import NOBODY, Actor, Kind, Origin
from portal.database import DB, acting_as
from portal.identity.permissions import permissions_of
from portal.ids import new_id

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Resumed:
    """A session that holds: who acts, and the message left for their next page."""

    actor: Actor
    flash: dict[str, Any] | None


async def open_session(person_id: UUID, *, origin: Origin, assurance: int) -> str:
    """Start a session inside the current transaction and return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    await DB.execute(
        "SELECT open_session($1, $2, $3, $4::smallint, $5::inet, $6, $7, $8)",
        new_id(), token_hash(token), person_id, assurance, origin.ip, origin.agent_hash, IDLE, ABSOLUTE,
    )  # fmt: skip
    return token


async def resume_session(token: str, origin: Origin, *, takes_message: bool = True) -> Resumed | None:
    """Who the token stands for, or None if it stands for nobody (any more). Slides the idle limit."""
    async with acting_as(replace(NOBODY, origin=origin)):
        row = await DB.fetch_one("SELECT * FROM resume_session($1, $2, $3)", token_hash(token), IDLE, takes_message)
    if row is None:
        return None
    kind = Kind(row["kind"])
    actor = Actor(
        kind=kind,
        person_id=_uuid(row["person_id"]),
        client_id=_uuid(row["client_id"]),
        name=row["name"],
        permissions=permissions_of(kind),
        session_id=_uuid(row["session_id"]),
        assurance=row["assurance"],
        origin=origin,
    )
    return Resumed(actor, json.loads(row["flash"]) if row["flash"] else None)


async def end_session(token: str, reason: str) -> None:
    """End the token's session inside the current transaction; calm when it has ended already."""
    await DB.execute("SELECT end_session($1, $2)", token_hash(token), reason)


async def leave_flash(actor: Actor, text: str, tone: str = "good") -> None:
    """Leave a message for the next page of this session, inside the current transaction."""
    await DB.execute("SELECT leave_flash($1, $2::jsonb)", actor.session_id, json.dumps({"text": text, "tone": tone}))


def token_hash(token: str) -> bytes:
    """What is stored of a token: its SHA-256. The token has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).digest()


def _uuid(value: Any) -> UUID | None:
    return None if value is None else UUID(bytes=value.bytes)

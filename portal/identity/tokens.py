"""Tokens of the API: made for one client, shown once, kept as a hash, each the key of a person without a password."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import NOBODY, Actor, Kind, Origin
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound, TooMany
from portal.identity.permissions import SCOPES
from portal.ids import new_id

#: Secret scanners find a token in a repository or a log by this (`chartway_` and 43 letters).
PREFIX = "chartway_"
LONGEST_LIFE = timedelta(days=366)
MINUTE = timedelta(minutes=1)
MOST_PER_MINUTE = 600
#: Wrong tokens from one address within five minutes.
MOST_WRONG = 30
_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; `secret` is shown once and kept nowhere."""

    id: UUID
    secret: str


async def create_token(
    administrator: Actor, *, client_id: UUID, name: str, scopes: frozenset[str], days: int, now: datetime
) -> MadeToken:
    """Make a token for a client, and the person without a password whom it stands for.

    That person is client staff: row-level security walls them in, and the access log names them. Raises Invalid for
    scopes that do not exist or a life that is too long, NotFound for an unknown client.
    """
    if not scopes or not scopes <= set(SCOPES):
        raise Invalid("Choose at least one thing that the token may do.")
    if not timedelta(0) < timedelta(days=days) <= LONGEST_LIFE:
        raise Invalid(f"A token lives at most {LONGEST_LIFE.days} days.")
    token_id, person_id, secret = new_id(), new_id(), PREFIX + secrets.token_urlsafe(32)
    async with acting_as(administrator):
        if not await DB.value("SELECT 1 FROM client WHERE id = $1 AND closed_at IS NULL", client_id):
            raise NotFound
        await DB.execute(
            "INSERT INTO person (id, client_id, email, name, kind, created_at) VALUES ($1, $2, $3, $4, 'client', $5)",
            person_id, client_id, f"{token_id.hex}@api.invalid", f"API: {name}", now,
        )  # fmt: skip
        await DB.execute(
            "INSERT INTO api_token (id, client_id, person_id, name, token_hash, ending, scopes, created_at, created_by,"
            " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            token_id, client_id, person_id, name, token_hash(secret), secret[-4:], " ".join(sorted(scopes)), now,
            administrator.person_id, now + timedelta(days=days),
        )  # fmt: skip
        await record(
            administrator, Action.API_KEY_CREATED, object_type="token", object_id=token_id, client_id=client_id,
            details={"person": str(person_id), "scopes": " ".join(sorted(scopes))},
        )  # fmt: skip
    return MadeToken(token_id, secret)


async def revoke_token(administrator: Actor, *, token_id: UUID, now: datetime) -> None:
    """Take a token back: its next request is refused. Calm when repeated; NotFound for an unknown one."""
    async with acting_as(administrator):
        row = await DB.fetch_one("SELECT client_id, person_id, revoked_at FROM api_token WHERE id = $1", token_id)
        if row is None:
            raise NotFound
        if row["revoked_at"]:
            return
        await DB.execute("UPDATE api_token SET revoked_at = $2 WHERE id = $1", token_id, now)
        await DB.execute("UPDATE person SET disabled_at = $2 WHERE id = $1", row["person_id"], now)
        await record(
            administrator, Action.API_KEY_REVOKED, object_type="token", object_id=token_id, client_id=row["client_id"]
        )


async def resume_token(secret: str, origin: Origin) -> Actor | None:
    """Who a token stands for, or None for one that is wrong, expired or revoked.

    Raises TooMany above so many requests of a token a minute, or so many wrong tokens from one address.
    """
    nobody = replace(NOBODY, origin=origin)
    async with acting_as(nobody):
        row = await DB.fetch_one("SELECT * FROM resume_token($1)", token_hash(secret))
        tries = await DB.value(
            "SELECT count_attempt($1, $2)", _counted(UUID(bytes=row["token_id"].bytes) if row else None, origin),
            MINUTE if row else _WINDOW,
        )  # fmt: skip
        if row is None and tries <= MOST_WRONG:
            await record(nobody, Action.SIGN_IN_FAILED, object_type="token", outcome="denied", reason="token")
    if tries > (MOST_PER_MINUTE if row else MOST_WRONG):
        raise TooMany("Too many requests. Wait a minute, then go on more slowly.")
    if row is None:
        return None
    return Actor(
        Kind.CLIENT, UUID(bytes=row["person_id"].bytes), UUID(bytes=row["client_id"].bytes), row["name"],
        # The scopes and nothing else: what client staff may do by the pages, a token may not.
        permissions=frozenset(row["scopes"].split()) & frozenset(SCOPES), session_id=UUID(bytes=row["token_id"].bytes),
        origin=origin,
    )  # fmt: skip


def token_hash(secret: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so a plain hash cannot be turned round."""
    return hashlib.sha256(secret.encode()).digest()


def _counted(token_id: UUID | None, origin: Origin) -> str:
    return hashlib.sha256(f"api:{token_id or origin.ip}".encode()).hexdigest()

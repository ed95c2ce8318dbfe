"""Sign in and out: throttled, equal in time for strangers, always a new token, always recorded."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import NOBODY, Actor, Origin
from portal.database import DB, acting_as
from portal.errors import NotSignedIn, TooMany
from portal.identity import passwords
from portal.identity.sessions import end_session, open_session

WINDOW = timedelta(minutes=5)
MOST_PER_ACCOUNT = 10
MOST_PER_ADDRESS = 50

#: One sentence for every failure: it does not tell whether the e-mail is known.
_NOT_RIGHT = "The e-mail address or the password is not right. Check both and try again."


async def sign_in(email: str, password: str, *, origin: Origin, old_token: str | None = None) -> str:
    """Sign somebody in and return the new session's token.

    Raises NotSignedIn, with the same sentence whatever was wrong, and TooMany above ten tries for an account or
    fifty wrong ones from an address within five minutes. A token that came with the request is ended, never adopted.
    """
    email = email.strip().lower()[:254]
    nobody = replace(NOBODY, origin=origin)
    account_key, address_key = _throttle_key("account", email), _throttle_key("address", origin.ip or "")
    async with acting_as(nobody):
        tries = await DB.value("SELECT count_attempt($1, $2)", account_key, WINDOW)
        from_here = await DB.value("SELECT count_attempt($1, $2)", address_key, WINDOW)
        found = await DB.fetch_one("SELECT * FROM find_sign_in($1)", email)
    if tries > MOST_PER_ACCOUNT or from_here > MOST_PER_ADDRESS:
        raise TooMany("Too many attempts to sign in. Wait five minutes, then try again.")
    right = await passwords.is_right(password[: passwords.LONGEST + 1], found["password_hash"] if found else None)
    person_id = UUID(bytes=found["person_id"].bytes) if found else None
    if not right or found is None or found["disabled"] or person_id is None:
        async with acting_as(nobody):
            await record(
                nobody, Action.SIGN_IN_FAILED, object_type="person", object_id=person_id, subject_id=person_id,
                outcome="denied", reason="password" if person_id else "unknown",
            )  # fmt: skip
        raise NotSignedIn(_NOT_RIGHT)
    rehash = await passwords.hash_password(password) if passwords.needs_rehash(found["password_hash"]) else None
    async with acting_as(nobody):
        if old_token:
            await end_session(old_token, "signed in again")
        if rehash:
            await DB.execute("SELECT store_rehash($1, $2)", person_id, rehash)
        await DB.execute("SELECT forget_attempts($1)", account_key)
        await DB.execute("SELECT take_back_attempt($1)", address_key)  # a whole office may share it
        token = await open_session(person_id, origin=origin, assurance=1)
        await record(nobody, Action.SIGN_IN_SUCCEEDED, object_type="person", object_id=person_id, subject_id=person_id)
    return token


async def sign_out(actor: Actor, token: str) -> None:
    """End the session of `actor`; its cookie is worth nothing from then on."""
    nobody = replace(NOBODY, origin=actor.origin, session_id=actor.session_id)
    async with acting_as(nobody):
        await end_session(token, "signed out")
        await record(
            nobody, Action.SESSION_CLOSED, object_type="session", object_id=actor.session_id,
            subject_id=actor.person_id,
        )  # fmt: skip


def _throttle_key(what: str, value: str) -> str:
    return hashlib.sha256(f"{what}:{value}".encode()).hexdigest()

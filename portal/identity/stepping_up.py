"""Prove once more who sits there, before something is signed in a person's name."""

import hashlib
from datetime import timedelta

from portal.actor import NOBODY, Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, TooMany
from portal.identity import passwords

WINDOW = timedelta(minutes=5)
MOST_TRIES = 5


async def confirm_password(actor: Actor, password: str) -> None:
    """Return if the password is the actor's own; opens transactions of its own.

    Raises Invalid if it is not, and TooMany above five tries within five minutes, whatever was typed.
    """
    throttle = hashlib.sha256(f"step up:{actor.person_id}".encode()).hexdigest()
    async with acting_as(NOBODY):
        tries = await DB.value("SELECT count_attempt($1, $2)", throttle, WINDOW)
        stored = await DB.value("SELECT password_of($1)", actor.person_id)
    if tries > MOST_TRIES:
        raise TooMany("Too many attempts to sign. Wait five minutes, then try again.")
    if not await passwords.is_right(password[: passwords.LONGEST + 1], stored):
        raise Invalid("The password is not right, so nothing is signed. Your answer is still here; type it again.")
    async with acting_as(NOBODY):
        await DB.execute("SELECT forget_attempts($1)", throttle)

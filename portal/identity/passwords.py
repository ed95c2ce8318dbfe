"""Passwords: argon2id at RFC 9106's low-memory profile, hashed off the event loop and two at a time."""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.errors import Invalid

#: RFC 9106, section 4: 64 MiB of memory, 3 passes, 4 lanes; above the floor of OWASP ASVS 5.0 appendix C.
_HASHER = PasswordHasher()

#: What a person who does not exist is checked against, so that both answers cost the same time.
_NOBODYS_HASH = _HASHER.hash("there is nobody of that name")

#: What guessing starts with. A list of breached passwords comes with second factors.
_GUESSED_FIRST = ("password", "passw0rd", "qwertyuiop", "qwerty", "letmein", "welcome", "chartway", "administrator",
                  "admin", "asdfgh", "abcdef", "iloveyou", "changeme", "secret")  # fmt: skip

SHORTEST, LONGEST = 15, 128  # characters; NIST SP 800-63B-4, section 3.1.1.2

_limiter: anyio.CapacityLimiter | None = None
T = TypeVar("T")


def ensure_acceptable(password: str, *context: str) -> str:
    """The password in NFC; raises Invalid with a sentence when it is too short, too long or made of the context."""
    password = unicodedata.normalize("NFC", password)
    if len(password) < SHORTEST:
        raise Invalid(f"Use at least {SHORTEST} characters. A few unrelated words make a good password.")
    if len(password) > LONGEST:
        raise Invalid(f"Use at most {LONGEST} characters.")
    if len(set(password.casefold())) < 5:
        raise Invalid("This repeats too few characters. A few unrelated words make a good password.")
    if re.fullmatch(r"(.{1,10}?)\1+", password.casefold()) or _left_over(password.casefold(), _GUESSED_FIRST) < 6:
        raise Invalid("This is among the first that somebody would guess. A few unrelated words make a good password.")
    if any(word and len(word) > 3 and password.casefold().replace(word.casefold(), "") == "" for word in context):
        raise Invalid("This repeats your name or e-mail address. Choose words that nobody would link to you.")
    return password


def _left_over(password: str, words: tuple[str, ...]) -> int:
    """How many letters are left of a password without these words."""
    for word in words:
        password = password.replace(word, "")
    return sum(character.isalpha() for character in password)


async def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return await _in_a_thread(partial(_HASHER.hash, unicodedata.normalize("NFC", password)))


async def is_right(password: str, password_hash: str | None) -> bool:
    """True if the password matches; a missing hash costs the same time and is never right."""
    matches = await _in_a_thread(
        partial(_matches, unicodedata.normalize("NFC", password), password_hash or _NOBODYS_HASH)
    )
    return matches and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """True if the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _matches(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def _in_a_thread(work: Callable[[], T]) -> T:
    global _limiter  # noqa: PLW0603 - a limiter belongs to a running loop, so it is made on first use
    if _limiter is None:
        _limiter = anyio.CapacityLimiter(2)
    return await anyio.to_thread.run_sync(work, limiter=_limiter)

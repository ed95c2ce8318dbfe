"""When a qualification counts, and how lists of names and countries are read. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.errors import Invalid

#: From so many days before its last day on, a qualification is said to run out.
WARN_DAYS = 14
MOST_NAMES = 20


class QualificationKind(StrEnum):
    """What somebody can have."""

    CREDENTIAL = "credential"
    TRAINING = "training"
    ATTESTATION = "attestation"


class Standing(StrEnum):
    """Whether a qualification counts."""

    UNVERIFIED = "not verified yet"
    VALID = "valid"
    RUNS_OUT = "runs out soon"
    RUN_OUT = "has run out"
    REVOKED = "revoked"


def standing(
    *, valid_until: date | None, verified_at: datetime | None, revoked_at: datetime | None, today: date
) -> Standing:
    """How a qualification stands on a day (UTC); it counts through its last day, if it is verified."""
    if revoked_at is not None:
        return Standing.REVOKED
    if valid_until is not None and valid_until < today:
        return Standing.RUN_OUT
    if verified_at is None:
        return Standing.UNVERIFIED
    if valid_until is not None and valid_until <= today + timedelta(days=WARN_DAYS):
        return Standing.RUNS_OUT
    return Standing.VALID


def read_names(text: str) -> list[str]:
    """The names in a text, separated by commas or lines, each once; raises Invalid if there is none, or too many."""
    names = list(dict.fromkeys(" ".join(part.split()) for part in re.split(r"[,;\n]", text) if part.strip()))
    if not 1 <= len(names) <= MOST_NAMES or any(len(name) > 80 for name in names):
        raise Invalid(f"Write from 1 to {MOST_NAMES} names of at most 80 characters, with commas between them.")
    return names


def read_countries(text: str) -> list[str]:
    """The countries in a text such as `US, IN`, in order, each once; raises Invalid for what is no two-letter code."""
    words = [word.upper() for word in re.split(r"[\s,;]+", text) if word]
    if not words or not all(is_country(word) for word in words):
        raise Invalid("Write countries as two-letter codes of ISO 3166, such as US, IN, PH.")
    return sorted(set(words))


def is_country(code: str) -> bool:
    """True for what looks like a two-letter country code; UK, which is none, is GB."""
    return re.fullmatch(r"[A-Z]{2}", code) is not None and code != "UK"


def spell(names: Sequence[str]) -> str:
    """`A, B or C`."""
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)

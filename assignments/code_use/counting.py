"""How often codes are used, as this process knows it: numbers of codes that order the answers of the search."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from assignments.code_use.rules import weigh
from assignments.codesets.icd10cm import squeeze
from portal.actor import Actor, Kind
from portal.database import DB, acting_as

SPECIALTY_SECONDS = 3600  # for so long a specialty's numbers stand
OWN_SECONDS = 120  # and a person's stars and own use
MOST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float  # of this process's clock
    counts: Mapping[str, int]
    starred: frozenset[str] = frozenset()


_by_specialty: dict[str, _Kept] = {}
_own: dict[UUID, _Kept] = {}
_weights: dict[tuple[UUID, str], tuple[float, Mapping[str, float]]] = {}


async def get_weights(actor: Actor, *, specialty: str) -> Mapping[str, float]:
    """How much each code is raised in this person's search on a chart of this specialty; nobody but coders has any."""
    if actor.kind is not Kind.CODER or actor.person_id is None:
        return {}
    now = time.monotonic()
    known = _weights.get((actor.person_id, specialty))
    if known and known[0] > now:
        return known[1]
    shared, own = _by_specialty.get(specialty), _own.get(actor.person_id)
    async with acting_as(actor):
        if shared is None or shared.until <= now:
            rows = await DB.fetch("SELECT code, uses FROM specialty_code_use($1)", specialty)
            shared = _Kept(now + SPECIALTY_SECONDS, _counts(rows))
        if own is None or own.until <= now:
            starred = await DB.fetch("SELECT code FROM favourite_code")
            rows = await DB.fetch("SELECT code, uses FROM own_code_use()")
            own = _Kept(now + OWN_SECONDS, _counts(rows), frozenset(squeeze(row["code"]) for row in starred))
    weights = weigh(own.starred, own.counts, shared.counts)
    for kept in (_by_specialty, _own, _weights):
        if len(kept) >= MOST_KEPT:
            kept.clear()
    _by_specialty[specialty], _own[actor.person_id] = shared, own
    _weights[actor.person_id, specialty] = (min(shared.until, own.until), weights)
    return weights


def find_starred(actor: Actor) -> frozenset[str]:
    """The squeezed codes that a person has starred, as `get_weights` has just looked them up; nobody else has any."""
    own = _own.get(actor.person_id) if actor.person_id else None
    return own.starred if own else frozenset()


def forget_own(actor: Actor) -> None:
    """Look a person's stars and own use up again when they next type."""
    if actor.person_id is None:
        return
    _own.pop(actor.person_id, None)
    for key in [key for key in _weights if key[0] == actor.person_id]:
        del _weights[key]


def _counts(rows: list[asyncpg.Record]) -> dict[str, int]:
    return {squeeze(row["code"]): row["uses"] for row in rows}

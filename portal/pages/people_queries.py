"""What the people pages ask. Inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.actor import PEOPLE
from portal.database import DB
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Whom a list shows; '' and None mean any. `words`: in name and e-mail; `state`: active or disabled."""

    words: str = ""
    kind: str = ""
    client_id: UUID | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in; `clients` are those they belong to or may work for."""

    id: UUID
    name: str
    email: str
    kind: str
    client_id: UUID | None
    clients: Sequence[str]
    created_at: datetime
    disabled_at: datetime | None
    country: str


#: What the list can be sorted by.
SORTS: Mapping[str, str] = {
    "name": " ORDER BY p.name, p.id",
    "kind": " ORDER BY p.kind, p.name, p.id",
    "since": " ORDER BY p.created_at DESC, p.id DESC",
}
_PEOPLE = """
SELECT p.id, p.name, p.email, p.kind, p.client_id, p.created_at, p.disabled_at, p.country,
       coalesce((SELECT array_agg(c.name ORDER BY c.name) FROM client c
                  WHERE c.id = p.client_id OR EXISTS (
                    SELECT FROM client_grant g
                     WHERE g.client_id = c.id AND g.person_id = p.id AND g.revoked_at IS NULL)), '{}') AS clients
  FROM person p"""
_COUNT = "SELECT count(*) FROM person p"
# Whom a token stands for is nobody who signs in; the page of the tokens names them.
_WANTED = """
 WHERE ($1 = '' OR strpos(lower(p.name || ' ' || p.email), lower($1)) > 0) AND ($2 = '' OR p.kind = $2)
   AND ($3::uuid IS NULL OR p.client_id = $3
        OR EXISTS (SELECT FROM client_grant g WHERE g.client_id = $3 AND g.person_id = p.id AND g.revoked_at IS NULL))
   AND ($4 = '' OR ($4 = 'disabled') = (p.disabled_at IS NOT NULL))
   AND p.email NOT LIKE '%@api.invalid'"""


async def find_people(
    wanted: PeopleFilter, *, sort: str = "name", limit: int | None = None, offset: int = 0
) -> list[Person]:  # fmt: skip
    """Everybody whom the filter lets through."""
    rows = await DB.fetch(
        _PEOPLE + _WANTED + SORTS[sort] + " LIMIT $5 OFFSET $6", *_arguments(wanted), limit, offset
    )  # fmt: skip
    return [Person(**row) for row in rows]


async def count_people(wanted: PeopleFilter) -> int:
    """How many people the filter lets through."""
    counted: int = await DB.value(_COUNT + _WANTED, *_arguments(wanted))
    return counted


async def get_person(person_id: UUID) -> Person:
    """One person; raises NotFound if there is none."""
    row = await DB.fetch_one(_PEOPLE + " WHERE p.id = $1", person_id)
    if row is None:
        raise NotFound
    return Person(**row)


def _arguments(wanted: PeopleFilter) -> tuple[str, str, UUID | None, str]:
    kind = wanted.kind if wanted.kind in PEOPLE else ""
    state = wanted.state if wanted.state in ("active", "disabled") else ""
    return wanted.words, kind, wanted.client_id, state

"""What tenancy can be asked: clients, their locations and service lines. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.database import DB
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Client:
    """A client as it is listed."""

    id: UUID
    code: str
    name: str
    time_zone: str
    created_at: datetime
    closed_at: datetime | None
    location_count: int
    service_lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """What a client has coded for it."""

    id: UUID
    name: str
    specialty: str
    promise_hours: int
    stat_hours: int
    in_working_hours: bool
    at_risk_minutes: int | None
    widen_minutes: int | None
    retired_at: datetime | None


_CLIENTS = """
SELECT c.id, c.code, c.name, c.time_zone, c.created_at, c.closed_at,
       (SELECT count(*) FROM location o WHERE o.client_id = c.id)::integer AS location_count,
       coalesce((SELECT array_agg(s.name ORDER BY s.name) FROM service_line s
                  WHERE s.client_id = c.id AND s.retired_at IS NULL), '{}') AS service_lines
  FROM client c"""
_COUNT = "SELECT count(*) FROM client c"
_LINES = (
    "SELECT id, name, specialty, promise_hours, stat_hours, in_working_hours, at_risk_minutes, widen_minutes,"
    " retired_at FROM service_line"
)
_WANTED = " WHERE ($1 = '' OR strpos(lower(c.code || ' ' || c.name), lower($1)) > 0)"


async def find_clients(words: str = "", *, limit: int | None = None, offset: int = 0) -> list[Client]:
    """Clients whose name or code holds `words`, by name."""
    rows = await DB.fetch(_CLIENTS + _WANTED + " ORDER BY c.name LIMIT $2 OFFSET $3", words, limit, offset)
    return [Client(**row) for row in rows]


async def count_clients(words: str = "") -> int:
    """How many clients' names or codes hold `words`."""
    counted: int = await DB.value(_COUNT + _WANTED, words)
    return counted


async def get_client(client_id: UUID) -> Client:
    """One client; raises NotFound if there is none that whoever acts may see."""
    row = await DB.fetch_one(_CLIENTS + " WHERE c.id = $1", client_id)
    if row is None:
        raise NotFound
    return Client(**row)


async def find_locations(client_id: UUID) -> list[tuple[UUID, str]]:
    """Id and name of a client's locations, by name."""
    rows = await DB.fetch("SELECT id, name FROM location WHERE client_id = $1 ORDER BY name", client_id)
    return [(row["id"], row["name"]) for row in rows]


async def find_service_lines(client_id: UUID) -> list[ServiceLine]:
    """A client's service lines, the retired ones last."""
    rows = await DB.fetch(_LINES + " WHERE client_id = $1 ORDER BY retired_at NULLS FIRST, name", client_id)
    return [ServiceLine(**row) for row in rows]


async def get_service_line(client_id: UUID, service_line_id: UUID) -> ServiceLine:
    """One service line; raises NotFound if the client has none such."""
    row = await DB.fetch_one(_LINES + " WHERE client_id = $1 AND id = $2", client_id, service_line_id)
    if row is None:
        raise NotFound
    return ServiceLine(**row)


async def find_specialties() -> list[str]:
    """Every specialty that some service line is of, by name."""
    return [row["specialty"] for row in await DB.fetch("SELECT DISTINCT specialty FROM service_line ORDER BY 1")]

"""How a client wants its charts coded: written by managers, versioned, shown one key away on the desk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id

LONGEST = 8000  # characters


@dataclass(frozen=True, slots=True)
class Guideline:
    """The newest version for one service line; each line of the body is one rule."""

    service_line_id: UUID
    version: int
    body: str
    written_at: datetime

    @property
    def rules(self) -> list[str]:
        """The rules, one by one."""
        return [rule.strip() for rule in self.body.splitlines() if rule.strip()]


async def write_guideline(manager: Actor, *, client_id: UUID, service_line_id: UUID, body: str, now: datetime) -> int:
    """Write the next version of a service line's guideline and return its number; the same words again change nothing.

    Raises NotFound for a service line that is not the client's, Invalid for a text that is too long, Conflict if
    somebody else wrote one at the same moment.
    """
    async with acting_as(manager):
        return await write_version(manager, client_id=client_id, service_line_id=service_line_id, body=body, now=now)


async def write_version(manager: Actor, *, client_id: UUID, service_line_id: UUID, body: str, now: datetime) -> int:
    """Like `write_guideline`, inside the current transaction."""
    body = "\n".join(line.strip() for line in body.strip().splitlines() if line.strip())
    if len(body) > LONGEST:
        raise Invalid(f"This is too long: keep the guideline within {LONGEST:,} characters.")
    if not await DB.value("SELECT 1 FROM service_line WHERE client_id = $1 AND id = $2", client_id, service_line_id):
        raise NotFound
    newest = (await find_guidelines(client_id)).get(service_line_id)
    if body == (newest.body if newest else ""):
        return newest.version if newest else 0
    version = newest.version + 1 if newest else 1
    try:
        await DB.execute(
            "INSERT INTO guideline (id, client_id, service_line_id, version, body, written_by, written_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            new_id(), client_id, service_line_id, version, body, manager.person_id, now,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("Somebody changed this guideline just now. Reload the page to see theirs.") from None
    await record(
        manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id, client_id=client_id,
        changes=["guideline"],
    )  # fmt: skip
    return version


async def find_guidelines(client_id: UUID) -> dict[UUID, Guideline]:
    """The newest guideline of each service line of a client, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT DISTINCT ON (service_line_id) service_line_id, version, body, written_at FROM guideline"
        " WHERE client_id = $1 ORDER BY service_line_id, version DESC",
        client_id,
    )
    return {row["service_line_id"]: Guideline(**row) for row in rows}

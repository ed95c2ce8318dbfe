"""Which service lines are coded in the client's own system, and how coders find their way there."""

from dataclasses import dataclass
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.tenancy.ehr_rules import refusal_of_instructions, refusal_of_url


@dataclass(frozen=True, slots=True)
class LineSystem:
    """A service line with the client's system that it is coded in; without a link it is coded from documents."""

    id: UUID
    name: str
    url: str | None
    instructions: str | None


async def find_own_systems(client_id: UUID) -> list[LineSystem]:
    """A client's service lines that take charts, by name, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT id, name, ehr_url AS url, ehr_instructions AS instructions FROM service_line"
        " WHERE client_id = $1 AND retired_at IS NULL ORDER BY name",
        client_id,
    )
    return [LineSystem(**dict(row)) for row in rows]


async def set_own_system(
    manager: Actor, *, client_id: UUID, service_line_id: UUID, url: str, instructions: str
) -> LineSystem:
    """Write down where a service line is coded; without a link it is coded from documents again. Calm when repeated.

    Raises NotFound for a service line that is not the client's, Invalid for a link or a text that cannot be kept.
    """
    link, text = url.strip(), "\n".join(line.strip() for line in instructions.strip().splitlines())
    if refusal := refusal_of_url(link) or refusal_of_instructions(text, link):
        raise Invalid(refusal)
    async with acting_as(manager):
        name = await DB.value(
            "SELECT name FROM service_line WHERE client_id = $1 AND id = $2", client_id, service_line_id
        )
        if name is None:
            raise NotFound
        changed = await DB.execute(
            "UPDATE service_line SET ehr_url = $2, ehr_instructions = $3 WHERE id = $1"
            " AND (ehr_url, ehr_instructions) IS DISTINCT FROM ($2, $3)",
            service_line_id, link or None, text or None,
        )  # fmt: skip
        if changed:
            await record(
                manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id,
                client_id=client_id, changes=["client's own system"],
            )  # fmt: skip
    return LineSystem(service_line_id, name, link or None, text or None)

"""What a client asks of whoever works for it: any one of several qualifications, for a specialty or a stage."""

from datetime import datetime
from uuid import UUID

from assignments.qualifying.rules import read_names
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.clients import ensure_client


async def make_requirement(
    manager: Actor, *, client_id: UUID | None, specialty: str | None, stage: Stage | None, names: str, now: datetime
) -> UUID:
    """Ask for any one of `names`, separated by commas; None stands for any client, specialty or stage.

    Who lacks all of them is given nothing of the kind from the next pull on; what they hold they finish.
    Raises Invalid for unusable names or what is asked already, NotFound for an unknown client.
    """
    wanted, requirement_id = read_names(names), new_id()
    async with acting_as(manager):
        if client_id is not None:
            await ensure_client(client_id)
        if await DB.value(
            "SELECT 1 FROM requirement WHERE ended_at IS NULL AND client_id IS NOT DISTINCT FROM $1"
            " AND specialty IS NOT DISTINCT FROM $2 AND stage IS NOT DISTINCT FROM $3 AND names @> $4 AND names <@ $4",
            client_id, specialty or None, stage.value if stage else None, wanted,
        ):  # fmt: skip
            raise Invalid("This is asked already. Look at what is asked, above, or ask for something else.")
        await DB.execute(
            "INSERT INTO requirement (id, client_id, specialty, stage, names, made_at, made_by)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            requirement_id, client_id, specialty or None, stage.value if stage else None, wanted, now,
            manager.person_id,
        )  # fmt: skip
        await _record(manager, client_id, requirement_id, "made")
    return requirement_id


async def end_requirement(manager: Actor, *, client_id: UUID | None, requirement_id: UUID, now: datetime) -> None:
    """Ask for it no longer. Calm when repeated; raises NotFound."""
    async with acting_as(manager):
        changed = await DB.execute(
            "UPDATE requirement SET ended_at = $3"
            " WHERE id = $1 AND client_id IS NOT DISTINCT FROM $2 AND ended_at IS NULL",
            requirement_id, client_id, now,
        )  # fmt: skip
        if changed:
            await _record(manager, client_id, requirement_id, "ended")
        elif not await DB.value(
            "SELECT 1 FROM requirement WHERE id = $1 AND client_id IS NOT DISTINCT FROM $2", requirement_id, client_id
        ):
            raise NotFound


async def _record(manager: Actor, client_id: UUID | None, requirement_id: UUID, change: str) -> None:
    await record(
        manager, Action.REQUIREMENT_CHANGED, object_type="client" if client_id else "requirement",
        object_id=client_id or requirement_id, client_id=client_id, changes=[change],
        details={"requirement": str(requirement_id)},
    )  # fmt: skip

"""Say how long a client's documents are kept."""

from uuid import UUID

from assignments.retention.rules import MOST_YEARS, Basis
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id


async def set_retention(officer: Actor, *, client_id: UUID, years: int, basis: Basis, floor: int) -> None:
    """Keep the client's documents for so many years from now on; calm if that is the rule already.

    `floor` is the fewest years of this installation. Raises Invalid below it, NotFound for an unknown client. What has
    been proposed under an earlier rule is looked at again before it is purged.
    """
    if not floor <= years <= MOST_YEARS:
        raise Invalid(f"Documents are kept for at least {floor} and at most {MOST_YEARS} years here.")
    async with acting_as(officer):
        if await DB.value("SELECT id FROM client WHERE id = $1", client_id) is None:
            raise NotFound
        before = await DB.fetch_one(
            "SELECT years, basis FROM retention_rule WHERE client_id = $1 ORDER BY set_at DESC, id DESC LIMIT 1",
            client_id,
        )
        if before and (before["years"], before["basis"]) == (years, basis.value):
            return
        await DB.execute(
            "INSERT INTO retention_rule (id, client_id, years, basis, set_by) VALUES ($1, $2, $3, $4, $5)",
            new_id(), client_id, years, basis.value, officer.person_id,
        )  # fmt: skip
        await record(
            officer, Action.RETENTION_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
            changes=["years", "basis"],
            details={
                "years": years, "basis": basis.value, "years_before": before["years"] if before else None,
                "basis_before": before["basis"] if before else None,
            },
        )  # fmt: skip

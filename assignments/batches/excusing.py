"""Say that documents of a scheduled encounter will never come, and take it back."""

from datetime import datetime
from uuid import UUID

from assignments.batches.rules import NOT_COMING
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound


async def mark_not_coming(person: Actor, *, expected_id: UUID, reason: str, now: datetime) -> UUID:
    """Take a line of the schedule out of what is expected, for one of NOT_COMING; its batch's id. Calm when repeated.

    Raises Invalid without a reason, NotFound, and Conflict if documents have come.
    """
    if reason not in NOT_COMING:
        raise Invalid("Choose why this encounter will have no documents.")
    async with acting_as(person):
        row = await DB.fetch_one(
            "SELECT x.client_id, x.batch_id, x.not_coming_reason, EXISTS (SELECT FROM chart c"
            " WHERE c.client_id = x.client_id AND c.encounter_id = x.encounter_id"
            "   AND c.service_line_id = x.service_line_id AND c.state <> 'cancelled') AS has_come"
            " FROM expected_encounter x WHERE x.id = $1 FOR UPDATE",
            expected_id,
        )
        if row is None:
            raise NotFound
        if row["has_come"]:
            raise Conflict("Documents of this encounter are here, so it is not missing. Reload the page.")
        if row["not_coming_reason"] != reason:
            await DB.execute(
                "UPDATE expected_encounter SET not_coming_reason = $2, not_coming_at = $3, not_coming_by = $4"
                " WHERE id = $1",
                expected_id, reason, now, person.person_id,
            )  # fmt: skip
            await _record(person, row["client_id"], expected_id, reason)
    return UUID(bytes=row["batch_id"].bytes)


async def mark_coming(person: Actor, *, expected_id: UUID) -> UUID:
    """Expect a line of the schedule again; its batch's id. Calm when repeated. Raises NotFound."""
    async with acting_as(person):
        row = await DB.fetch_one(
            "SELECT client_id, batch_id, not_coming_reason FROM expected_encounter WHERE id = $1 FOR UPDATE",
            expected_id,
        )
        if row is None:
            raise NotFound
        if row["not_coming_reason"]:
            await DB.execute(
                "UPDATE expected_encounter SET not_coming_reason = NULL, not_coming_at = NULL, not_coming_by = NULL"
                " WHERE id = $1",
                expected_id,
            )
            await _record(person, row["client_id"], expected_id, "expected again")
    return UUID(bytes=row["batch_id"].bytes)


async def _record(person: Actor, client_id: UUID, expected_id: UUID, what: str) -> None:
    await record(
        person, Action.SCHEDULE_CHANGED, object_type="expected encounter", object_id=expected_id, client_id=client_id,
        reason=what,
    )  # fmt: skip

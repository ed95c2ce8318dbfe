"""Correct the time of one's own work: the measure stays, and everybody who sees the one sees the other."""

from uuid import UUID

from assignments.working.rules import MOST_MINUTES, REASONS, why_not_correctable
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id


async def correct_time(actor: Actor, *, work_time_id: UUID, minutes: int, reason: str) -> None:
    """Say how many minutes a piece of the actor's own work really took, for one of REASONS.

    Raises NotFound for work that is not theirs, Conflict if it still goes on or ended too long ago, Invalid for minutes
    or a reason that cannot be. The same words again change nothing.
    """
    if not 0 <= minutes <= MOST_MINUTES:
        raise Invalid(f"Give whole minutes from 0 to {MOST_MINUTES}.")
    if reason not in REASONS:
        raise Invalid("Choose why the measure is not what it took.")
    async with acting_as(actor):
        row = await DB.fetch_one(
            "SELECT client_id, chart_id, ended_at, clock_timestamp() AS now FROM work_time"
            " WHERE id = $1 AND person_id = acting_person()",
            work_time_id,
        )
        if row is None:
            raise NotFound
        if refusal := why_not_correctable(row["ended_at"], now=row["now"]):
            raise Conflict(refusal)
        last = await DB.fetch_one(
            "SELECT minutes, reason FROM work_time_correction WHERE work_time_id = $1"
            " ORDER BY corrected_at DESC, id DESC LIMIT 1",
            work_time_id,
        )
        if last and (last["minutes"], last["reason"]) == (minutes, reason):
            return
        await DB.execute(
            "INSERT INTO work_time_correction (id, client_id, work_time_id, person_id, minutes, reason)"
            " VALUES ($1, $2, $3, acting_person(), $4, $5)",
            new_id(), row["client_id"], work_time_id, minutes, reason,
        )  # fmt: skip
        await record(
            actor, Action.WORK_TIME_CORRECTED, object_type="work time", object_id=work_time_id,
            client_id=row["client_id"], details={"chart": str(row["chart_id"]), "minutes": minutes}, reason=reason,
        )  # fmt: skip

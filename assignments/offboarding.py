"""Somebody leaves, in one transaction: switched off, signed out, and all that was theirs is everybody's again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.returning import TakenBack, take_back
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.identity.people import revoke_grants, switch_off, switch_on


@dataclass(frozen=True, slots=True)
class OffBoarded:
    """What was done; all zero when they were off-boarded before."""

    sessions: int
    taken: TakenBack
    grants: int
    lists: int


async def off_board(administrator: Actor, *, person_id: UUID, now: datetime) -> OffBoarded:
    """Disable somebody, end their sessions, and give back what they hold, are kept, may do and are listed for.

    One transaction: either all of it happened or nothing. Drafts, skills and qualifications stay. Calm when repeated.
    Raises NotFound for an unknown person, Conflict for oneself.
    """
    if person_id == administrator.person_id:
        raise Conflict("You cannot off-board yourself. Ask another administrator.")
    async with acting_as(administrator):
        # First, because it waits for a pull of theirs that is under way; the next one waits for us and gets nothing.
        taken = await take_back(administrator, people=[person_id], why="off-boarded", now=now, everything=True)
        sessions = await switch_off(administrator, person_id=person_id, now=now)
        grants = await revoke_grants(administrator, person_id=person_id, now=now)
        lists = await DB.execute("DELETE FROM worklist_person WHERE person_id = $1", person_id)
        done = OffBoarded(sessions, taken, grants, lists)
        await record(
            administrator, Action.PERSON_OFF_BOARDED, object_type="person", object_id=person_id,
            details={"sessions": sessions, "coding": taken.coding, "audit": taken.audit, "opened": taken.opened,
                     "grants": grants, "lists": lists},
        )  # fmt: skip
    return done


async def take_on_again(administrator: Actor, *, person_id: UUID) -> None:
    """Let somebody who was off-boarded sign in again, with nothing else: whom they work for is granted anew.

    Nothing comes back by itself: no client, no worklist, no chart. Raises NotFound; calm when they are not disabled.
    """
    async with acting_as(administrator):
        await switch_on(administrator, person_id=person_id)

"""Somebody leaves, in one transaction: switched off, signed out, and all that was theirs is everybody's again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.returning import take_back
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.identity.people import revoke_grants, switch_off, switch_on
from portal.ids import new_id


@dataclass(frozen=True, slots=True)
class OffBoarded:
    """What was done when somebody left."""

    happened_at: datetime
    done_by: str
    sessions: int
    coding: int
    audits: int
    opened: int
    grants: int
    lists: int


async def off_board(administrator: Actor, *, person_id: UUID, now: datetime) -> None:
    """Disable somebody, end their sessions, and give back what they hold, are kept, may do and are listed for.

    One transaction: either all of it happened or nothing. Drafts, skills and qualifications stay. Calm when repeated.
    Raises NotFound for an unknown person, Conflict for oneself: somebody must be left to undo it.
    """
    if person_id == administrator.person_id:
        raise Conflict("You cannot off-board yourself. Ask another administrator.")
    async with acting_as(administrator):
        # First, because it waits for a pull of theirs that is under way; the next one waits for us and gets nothing.
        taken = await take_back(administrator, people=[person_id], why="off-boarded", now=now, everything=True)
        sessions = await switch_off(administrator, person_id=person_id, now=now)
        grants = await revoke_grants(administrator, person_id=person_id, now=now)
        lists = await DB.execute("DELETE FROM worklist_person WHERE person_id = $1", person_id)
        if sessions is None and not (taken.total or taken.opened or grants or lists):
            return
        await DB.execute(
            "INSERT INTO off_boarding (id, person_id, happened_at, done_by, sessions, coding, audits, opened, grants,"
            " lists) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            new_id(), person_id, now, administrator.person_id, sessions or 0, taken.coding, taken.audit, taken.opened,
            grants, lists,
        )  # fmt: skip
        await record(administrator, Action.PERSON_OFF_BOARDED, object_type="person", object_id=person_id)


async def take_on_again(administrator: Actor, *, person_id: UUID) -> None:
    """Let somebody who was off-boarded sign in again, with nothing else: whom they work for is granted anew.

    Nothing comes back by itself: no client, no worklist, no chart. Raises NotFound; calm when they are not disabled.
    """
    async with acting_as(administrator):
        await switch_on(administrator, person_id=person_id)


async def get_off_boarding(person_id: UUID) -> OffBoarded:
    """What was done when somebody last left, inside the current transaction; raises NotFound if they never did."""
    row = await DB.fetch_one(
        "SELECT o.happened_at, p.name AS done_by, o.sessions, o.coding, o.audits, o.opened, o.grants, o.lists"
        " FROM off_boarding o JOIN person p ON p.id = o.done_by WHERE o.person_id = $1 ORDER BY o.happened_at DESC"
        " LIMIT 1",
        person_id,
    )
    if row is None:
        raise NotFound
    return OffBoarded(**row)

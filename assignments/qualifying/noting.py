"""Note what somebody has passed, verify it, revoke it."""

from datetime import date, datetime
from uuid import UUID

from assignments.qualifying.rules import QualificationKind
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id


async def note_qualification(
    actor: Actor, *, person_id: UUID, kind: QualificationKind, name: str, valid_until: date | None, now: datetime
) -> UUID:
    """Note a qualification of a coder or auditor; it counts once somebody else has verified it. Returns its id.

    Raises NotFound, and Invalid without a name, for a last day that is over, for what is noted already, or for whoever
    does not work on charts.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or "," in name or ";" in name:
        raise Invalid("Write the name in at most 80 characters, without commas, as the client asks for it.")
    if valid_until is not None and valid_until < now.date():
        raise Invalid("Its last day is over already. Note the renewed one.")
    qualification_id = new_id()
    async with acting_as(actor):
        works = await DB.value("SELECT kind FROM person WHERE id = $1", person_id)
        if works is None:
            raise NotFound
        if works not in (Kind.CODER, Kind.AUDITOR):
            raise Invalid("Only coders and auditors need qualifications.")
        if await DB.value(
            "SELECT 1 FROM qualification WHERE person_id = $1 AND kind = $2 AND name = $3"
            " AND valid_until IS NOT DISTINCT FROM $4 AND revoked_at IS NULL",
            person_id, kind.value, name, valid_until,
        ):  # fmt: skip
            raise Invalid("This is noted already, with the same last day. It counts once somebody has verified it.")
        await DB.execute(
            "INSERT INTO qualification (id, person_id, kind, name, valid_until, noted_at, noted_by)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            qualification_id, person_id, kind.value, name, valid_until, now, actor.person_id,
        )  # fmt: skip
        await _record(actor, person_id, qualification_id, "noted")
    return qualification_id


async def verify_qualification(actor: Actor, *, person_id: UUID, qualification_id: UUID, now: datetime) -> None:
    """Say that the paper was seen: from now on it counts. Calm when repeated.

    Raises NotFound, and Conflict for whoever noted it, for oneself, and for one that is revoked.
    """
    async with acting_as(actor):
        row = await DB.fetch_one(
            "SELECT noted_by, verified_at, revoked_at FROM qualification WHERE id = $1 AND person_id = $2 FOR UPDATE",
            qualification_id, person_id,
        )  # fmt: skip
        if row is None:
            raise NotFound
        if row["revoked_at"] is not None:
            raise Conflict("It is revoked. Note it anew if it holds again.")
        if row["verified_at"] is not None:
            return
        if actor.person_id in (row["noted_by"], person_id):
            raise Conflict("Somebody else verifies what you noted: another manager, or an administrator.")
        await DB.execute(
            "UPDATE qualification SET verified_at = $2, verified_by = $3 WHERE id = $1",
            qualification_id, now, actor.person_id,
        )  # fmt: skip
        await _record(actor, person_id, qualification_id, "verified")


async def revoke_qualification(actor: Actor, *, person_id: UUID, qualification_id: UUID, now: datetime) -> None:
    """Let a qualification count no longer, from the next pull on. Calm when repeated; raises NotFound."""
    async with acting_as(actor):
        changed = await DB.execute(
            "UPDATE qualification SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL",
            qualification_id, person_id, now,
        )  # fmt: skip
        if changed:
            await _record(actor, person_id, qualification_id, "revoked")
        elif not await DB.value(
            "SELECT 1 FROM qualification WHERE id = $1 AND person_id = $2", qualification_id, person_id
        ):
            raise NotFound


async def _record(actor: Actor, person_id: UUID, qualification_id: UUID, change: str) -> None:
    await record(
        actor, Action.QUALIFICATION_CHANGED, object_type="person", object_id=person_id, changes=[change],
        details={"qualification": str(qualification_id)},
    )  # fmt: skip

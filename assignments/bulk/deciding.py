"""Decide what becomes of a delivery and of its lines: each decision is one transaction, and is taken once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from assignments.bulk.lines import Line, lock_waiting, mark_refused, mark_taken
from assignments.bulk.planning import Group
from assignments.intake.making import CannotReceive, find_or_refuse, make_chart
from assignments.intake.taking_files import Accepted
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from storage.client_keys import get_active_key


async def refuse_delivery(person: Actor, delivery_id: UUID, sentence: str, *, now: datetime) -> None:
    """Say of a whole delivery why nothing (more) of it is taken in."""
    async with acting_as(person):
        changed = await DB.execute(
            "UPDATE delivery SET state = 'refused', refusal = $2, finished_at = $3"
            " WHERE id = $1 AND state NOT IN ('refused', 'done')",
            delivery_id, sentence, now,
        )  # fmt: skip
        if changed:
            await record(
                person, Action.DELIVERY_TAKEN, object_type="delivery", object_id=delivery_id,
                client_id=person.client_id, outcome="denied", reason="unusable",
            )  # fmt: skip


async def finish_delivery(person: Actor, delivery_id: UUID, *, now: datetime) -> None:
    """Say that a delivery is done once none of its lines waits; calm when repeated."""
    async with acting_as(person):
        states = await DB.fetch(
            "SELECT state, count(*) AS count FROM delivery_line WHERE delivery_id = $1 GROUP BY state", delivery_id
        )
        counts = {row["state"]: row["count"] for row in states}
        if counts.get("waiting"):
            return
        changed = await DB.execute(
            "UPDATE delivery SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'working'", delivery_id, now
        )
        if changed:
            await record(
                person, Action.DELIVERY_TAKEN, object_type="delivery", object_id=delivery_id,
                client_id=person.client_id, details=counts,
            )  # fmt: skip


async def take_group(person: Actor, one: Group, files: Sequence[Accepted], *, received_at: datetime) -> None:
    """Make the chart of a group out of its sealed files, and say so on its lines, in one transaction."""
    assert person.client_id is not None
    try:
        async with acting_as(person):
            key = await get_active_key(person.client_id)
            # The client's counter first, as every door of intake does: what arrives at once comes one after the other.
            number = await DB.value("SELECT next_chart_number()")
            if not await lock_waiting(one.lines):
                return  # another worker was faster; what this one sealed is swept
            chart_id = await make_chart(person, key, one.new, number, files, received_at)
            await mark_taken(one.lines, files, chart_id)
    except CannotReceive as refusal:
        await refuse_lines(person, dict.fromkeys(one.lines, refusal.message), refusal.chart_id)


async def refuse_lines(person: Actor, reasons: Mapping[Line, str], chart_id: UUID | None = None) -> None:
    """Say on lines why they are not taken."""
    async with acting_as(person):
        await mark_refused({line.id: reason for line, reason in reasons.items()}, chart_id=chart_id)


async def can_be_made(person: Actor, one: Group) -> bool:
    """True unless what is on file speaks against a chart, which then stands on its lines; before any file is read."""
    assert person.client_id is not None
    try:
        async with acting_as(person):
            await find_or_refuse(await get_active_key(person.client_id), one.new)
    except CannotReceive as refusal:
        await refuse_lines(person, dict.fromkeys(one.lines, refusal.message), refusal.chart_id)
        return False
    return True

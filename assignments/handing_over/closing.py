"""Close chosen charts that nobody is to code: out of line, not codable, each with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.handing_over.moving import one_hand_over_at_a_time
from assignments.handing_over.selecting import Selected, Stays, find_selected
from assignments.moving import move_chart
from assignments.pends.reasons import get_reason
from assignments.rules import ChartState, Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.ids import new_id


@dataclass(frozen=True, slots=True)
class Closed:
    """What was closed, and what stays in line with its reason."""

    closed: Sequence[Selected]
    stays: Sequence[Stays]


async def close_waiting(manager: Actor, *, entry_ids: Sequence[UUID], reason_id: UUID, now: datetime) -> Closed:
    """Close the charts of these places in line as not codable; each can be coded after all later.

    What somebody holds, is being corrected or waits for an audit stays; raises Conflict with the first reason if that
    is all of it, and Invalid for a reason that is not offered to one of the clients.
    """
    async with acting_as(manager):
        await one_hand_over_at_a_time()
        selected = await find_selected(entry_ids)
        rows = await DB.fetch(
            "WITH mine AS (SELECT e.id FROM queue_entry e JOIN chart c ON c.id = e.chart_id"
            "  WHERE e.id = ANY ($1) AND e.state = 'waiting' AND e.stage = $2 AND c.state = $3"
            "  ORDER BY e.id FOR UPDATE OF e)"
            " UPDATE queue_entry SET state = 'withdrawn', preferred_person = NULL, preferred_until = NULL"
            "  WHERE id IN (SELECT id FROM mine) RETURNING id",
            [one.entry_id for one in selected], Stage.CODING.value, ChartState.READY.value,
        )  # fmt: skip
        taken = {row["id"] for row in rows}
        closed = [one for one in selected if one.entry_id in taken]
        stays = [Stays(one, _why_not(one)) for one in selected if one.entry_id not in taken]
        if not closed:
            raise Conflict(stays[0].why if stays else "None of these is in line any more.")
        for one in closed:
            reason = await get_reason(reason_id, client_id=one.client_id, use="not codable")
            await move_chart(
                manager, chart_id=one.chart_id, to=ChartState.NOT_CODABLE, now=now, details={"reason": str(reason_id)}
            )
            await DB.execute(
                "INSERT INTO not_codable (id, client_id, chart_id, reason_id, reason, decided_by, decided_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                new_id(), one.client_id, one.chart_id, reason.id, reason.name, manager.person_id, now,
            )  # fmt: skip
    return Closed(closed, stays)


def _why_not(one: Selected) -> str:
    if one.stage != Stage.CODING:
        return "It waits for an audit: decide that first."
    if one.holder:
        return f"{one.holder} holds it: take it back first."
    return "It is not waiting for its first coding (any more)."

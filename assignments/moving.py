"""Move a chart from one state to the next: compare and swap, a chart event and an access event, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.events import tell
from assignments.rules import ChartState, ensure_can_move
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB
from portal.errors import NotFound


async def move_chart(
    actor: Actor, *, chart_id: UUID, to: ChartState, now: datetime, details: Mapping[str, Any] | None = None
) -> UUID:
    """Move a chart inside the current transaction and return the chart event's id.

    Raises NotFound if the actor cannot see the chart, Conflict if it cannot move there from where it is. The row is
    locked first, so of two who move the same chart at once the second sees where the first left it; not against those
    who only refer to it, as an audit's pull does.
    """
    row = await DB.fetch_one("SELECT client_id, patient_id, state FROM chart WHERE id = $1 FOR NO KEY UPDATE", chart_id)
    if row is None:
        raise NotFound
    kind = ensure_can_move(ChartState(row["state"]), to)
    await DB.execute("UPDATE chart SET state = $2 WHERE id = $1", chart_id, to.value)
    await record(
        actor, Action.CHART_MOVED, object_type="chart", object_id=chart_id, client_id=row["client_id"],
        patient_id=row["patient_id"], details={"move": kind},
    )  # fmt: skip
    return await tell(
        actor, kind=kind, client_id=row["client_id"], chart_id=chart_id, from_state=row["state"], to_state=to.value,
        now=now, details=details,
    )  # fmt: skip

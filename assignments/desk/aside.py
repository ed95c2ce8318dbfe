"""What the coder's tools for charts that cannot be coded now show: reasons to choose from, and the lead's thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from assignments.pends.asking_leads import Thread, get_thread
from assignments.pends.reasons import Reason, find_reasons
from assignments.pulling import LOST, find_hold
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Aside:
    """A held chart, its fence, and the reasons that are offered for it."""

    chart_id: UUID
    number: str
    fence: int
    is_correction: bool
    reasons: Sequence[Reason] = ()
    thread: Thread | None = None


async def get_aside(coder: Actor, *, chart_id: UUID, use: str) -> Aside:
    """A chart that the coder holds with the reasons for `use`; raises NotFound, and Conflict if it is not theirs."""
    async with acting_as(coder):
        held = await _get(chart_id)
        client_id = await DB.value("SELECT client_id FROM chart WHERE id = $1", chart_id)
        reasons = await find_reasons(client_id=client_id, use=use)
    return Aside(held.chart_id, held.number, held.fence, held.is_correction, reasons)


async def get_asked(coder: Actor, *, chart_id: UUID) -> Aside:
    """A chart that the coder holds with its thread; raises NotFound, and Conflict if it is not theirs."""
    async with acting_as(coder):
        held, thread = await _get(chart_id), await get_thread(chart_id)
        if thread.messages:
            await record(
                coder, Action.QUESTION_READ, object_type="chart", object_id=chart_id, client_id=thread.client_id,
                patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", chart_id),
            )  # fmt: skip
    return Aside(held.chart_id, held.number, held.fence, held.is_correction, (), thread)


async def _get(chart_id: UUID) -> Aside:
    row = await DB.fetch_one("SELECT number, state FROM chart WHERE id = $1", chart_id)
    if row is None:
        raise NotFound
    hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
    if hold is None:
        raise Conflict(LOST)
    return Aside(chart_id, row["number"], hold.fence, row["state"] == ChartState.CORRECTING)

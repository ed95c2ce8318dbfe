"""Decide whether a chart is a duplicate: with a reason, kept in its history, undone only by another decision."""

from datetime import datetime
from uuid import UUID

from assignments.duplicates import FOLLOW_DECISION
from assignments.duplicates.judging import find_pairs, was_discarded
from assignments.duplicates.rules import REASONS, Pair, Verdict
from assignments.events import tell
from assignments.rules import ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.jobs import put_in_line

#: Where a chart can still be cancelled as the same as another.
_STILL_OURS = (ChartState.POSSIBLE_DUPLICATE, ChartState.READY)


async def decide_pair(
    person: Actor, *, chart_id: UUID, other_chart_id: UUID, verdict: Verdict, reason: str, now: datetime
) -> None:
    """Decide what a chart and an earlier one are to each other; the worker lets the chart go there. Calm when repeated.

    Raises NotFound for a pair that nothing speaks for, Invalid for a reason that is not of the verdict, Conflict for a
    chart that can go there no more.
    """
    if reason not in REASONS or REASONS[reason].verdict is not verdict:
        raise Invalid("Choose a reason that goes with your decision.")
    async with acting_as(person):
        chart = await DB.fetch_one(
            "SELECT client_id, patient_id, encounter_id, service_line_id, state FROM chart WHERE id = $1", chart_id
        )
        pair = (await find_pairs(chart_id)).get(other_chart_id)
        if chart is None or pair is None:
            raise NotFound
        if pair.verdict is verdict:
            return
        state = ChartState(chart["state"])
        if not pair.is_text_alone:
            await _ensure_possible(chart_id, state, pair, verdict)
        await DB.execute(
            "INSERT INTO duplicate_decision (id, client_id, chart_id, other_chart_id, verdict, reason, decided_by)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            new_id(), chart["client_id"], chart_id, other_chart_id, verdict.value, reason, person.person_id,
        )  # fmt: skip
        await record(
            person, Action.DUPLICATE_DECIDED, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"], reason=reason,
            details={"other": str(other_chart_id), "verdict": verdict.value},
        )  # fmt: skip
        await tell(
            person, kind=f"judged_{verdict.value}", client_id=chart["client_id"], chart_id=chart_id,
            from_state=state.value, to_state=state.value, now=now,
            details={"other": str(other_chart_id), "reason": reason},
        )  # fmt: skip
        await put_in_line(FOLLOW_DECISION, chart_id)


async def _ensure_possible(chart_id: UUID, state: ChartState, pair: Pair, verdict: Verdict) -> None:
    if state is ChartState.RECEIVED:
        raise Conflict("The documents of this chart are still being checked. Decide as soon as that is done.")
    if verdict is Verdict.SAME and state not in _STILL_OURS:
        raise Conflict(
            "This chart is with a coder or coded already, so it can no longer be cancelled here. Ask the floor manager."
        )
    if verdict is Verdict.SEPARATE and state is ChartState.CANCELLED:
        taken = await DB.value(
            "SELECT o.number FROM chart c JOIN chart o ON o.client_id = c.client_id AND o.encounter_id = c.encounter_id"
            " AND o.service_line_id = c.service_line_id AND o.id <> c.id AND o.state <> 'cancelled' WHERE c.id = $1",
            chart_id,
        )
        if taken:
            raise Conflict(f"Chart {taken} has been made for this encounter meanwhile, so this one stays cancelled.")
        if pair.verdict is None or not await was_discarded(chart_id):
            raise Conflict("This chart was cancelled for another reason. Send the encounter again.")

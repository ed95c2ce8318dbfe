"""Submit a coding: the draft becomes a version, the chart moves on, the assignment ends, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.acknowledging import ensure_acknowledged
from assignments.coding.checks import Check, find_checks, has_errors, open_checks
from assignments.coding.releases import name_releases
from assignments.coding.versions import add_version
from assignments.doubts.marking import keep_doubts
from assignments.drafting.editing import begin_draft, discard_draft
from assignments.edits.answering import keep_results
from assignments.leveling.keeping import keep_leveling
from assignments.moving import move_chart
from assignments.pulling import finish, lock_hold
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Submitted:
    """A coding that has been submitted, and the number people call its chart by."""

    chart_id: UUID
    number: str


class HasErrors(Invalid):
    """The lines cannot be submitted as they are."""

    def __init__(self, checks: tuple[Check, ...]) -> None:
        errors = [check for check in checks if check.level == "error"]
        super().__init__(
            f"Not submitted. {errors[0].text}"
            if len(errors) == 1
            else f"Not submitted: {len(errors)} things need to be put right first. Each stands beside its line."
        )
        self.checks = checks


class Unanswered(Invalid):
    """Something about the lines waits for an answer."""

    def __init__(self, checks: tuple[Check, ...]) -> None:
        count = len(checks)
        super().__init__(
            f"Not submitted: {count} {'warning waits' if count == 1 else 'warnings wait'} for an answer."
            f" {'It stands' if count == 1 else 'The first stands'} beside its line: {checks[0].text}"
        )
        self.checks = checks


def ensure_submittable(checks: tuple[Check, ...]) -> None:
    """Raise HasErrors or Unanswered if a coding with these results may not be submitted."""
    if has_errors(checks):
        raise HasErrors(checks)
    if waiting := open_checks(checks):
        raise Unanswered(waiting)


async def submit_coding(coder: Actor, *, chart_id: UUID, fence: int, request_id: UUID, now: datetime) -> Submitted:
    """Make the coder's draft the chart's next version: an assigned chart is coded, one under correction is corrected.

    The same `request_id` again changes nothing. Raises Conflict if the chart is no longer theirs (the draft is kept) or
    its client's rules are not acknowledged, HasErrors if a check blocks it, and Unanswered if one waits for an answer.
    The answers are kept with the coding.
    """
    async with acting_as(coder):
        try:
            hold = await lock_hold(chart_id=chart_id, stage=Stage.CODING, fence=fence)
        except Conflict:
            # A second click waited for the first and finds its work done.
            done = await _find_submitted(chart_id, fence, request_id)
            if done is None:
                raise
            return done
        await ensure_acknowledged(hold)
        chart = await DB.fetch_one(
            "SELECT number, client_id, patient_id, service_on, coder_of_record FROM chart WHERE id = $1", chart_id
        )
        assert chart is not None  # whoever holds it sees it
        lines = (await begin_draft(chart_id=chart_id, stage=Stage.CODING)).lines
        checks = await find_checks(
            chart_id=chart_id, client_id=hold.client_id, stage=Stage.CODING, lines=lines, on=chart["service_on"]
        )
        ensure_submittable(checks)
        label = name_releases(lines, chart["service_on"])
        coding_id = await add_version(
            coder, hold=hold, role="coder", lines=lines, request_id=request_id, now=now,
            release=label,
        )  # fmt: skip
        await keep_results(
            coder, coding_id=coding_id, client_id=hold.client_id, chart_id=chart_id, stage=Stage.CODING, release=label,
            checks=checks,
        )  # fmt: skip
        await keep_leveling(coder, hold=hold, coding_id=coding_id, now=now)
        await keep_doubts(coder, hold=hold, coding_id=coding_id, now=now)
        # Of record is whoever coded it first: a correction by somebody else does not take the chart from them.
        await DB.execute(
            "UPDATE chart SET coder_of_record = coalesce(coder_of_record, $2), coded_at = $3 WHERE id = $1",
            chart_id, coder.person_id, now,
        )  # fmt: skip
        await record(
            coder, Action.CODING_SUBMITTED, object_type="coding", object_id=coding_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"],
            details={"diagnoses": len(lines.diagnoses), "procedures": len(lines.procedures)},
        )  # fmt: skip
        await move_chart(
            coder, chart_id=chart_id, to=ChartState.CODED, now=now,
            details={"coding": str(coding_id), "round": hold.round},
        )  # fmt: skip
        await discard_draft(chart_id=chart_id, stage=Stage.CODING)
        await finish(hold)
    return Submitted(chart_id, chart["number"])


async def _find_submitted(chart_id: UUID, fence: int, request_id: UUID) -> Submitted | None:
    """What this request submitted before; whoever corrected another's chart still sees their own history."""
    row = await DB.fetch_one(
        "SELECT c.number FROM coding v JOIN chart c ON c.id = v.chart_id WHERE v.chart_id = $1 AND v.request_id = $2",
        chart_id, request_id,
    )  # fmt: skip
    if row is None and not await DB.value(
        "SELECT 1 FROM assignment_history WHERE chart_id = $1 AND stage = 'coding' AND fence = $2"
        " AND person_id = acting_person() AND outcome = 'submitted'",
        chart_id, fence,
    ):  # fmt: skip
        return None
    return Submitted(chart_id, row["number"] if row else "The chart")

"""Pause a coder whose audits fall below the company's threshold; only a manager lets them go on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from assignments.events import ChartEvent
from assignments.pausing import note_pause
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.quality.scoring import Pooled, percent
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.ids import new_id


@dataclass(frozen=True, slots=True)
class EvaluationRule:
    """The window (so many of the last audits, or so many days), and below what a coder is paused."""

    threshold: Decimal  # code-over-code, per cent
    minimum: int  # with fewer audits nobody is judged
    audits: int | None
    days: int | None

    @property
    def window(self) -> str:
        """The window in words."""
        return f"the last {self.audits} audits" if self.audits else f"the audits of {self.days} days"


def fails(pooled: Pooled, rule: EvaluationRule) -> bool:
    """True if enough was audited, and less than the threshold of it was right; exactly the threshold is enough."""
    return (
        pooled.charts >= rule.minimum
        and pooled.accuracy is not None
        and pooled.accuracy * 100 < Fraction(rule.threshold)
    )


def say_failed(pooled: Pooled, rule: EvaluationRule) -> str:
    """Why somebody is paused, with the counts behind it."""
    return (
        f"Accuracy {percent(pooled.accuracy)} in {rule.window} ({pooled.matched} of {pooled.auditor_codes} codes,"
        f" {pooled.charts} charts); below {rule.threshold.normalize():f}%."
    )


async def judge_coder(worker: Actor, event: ChartEvent) -> None:
    """When an audit has made a chart final, judge its coder by the rule in force, inside the current transaction."""
    rule = await find_rule()
    if rule is None:
        return
    coder_id: UUID | None = await DB.value(
        "SELECT coder_id FROM audit WHERE chart_id = $1 AND state = 'closed' ORDER BY closed_at DESC LIMIT 1",
        event.chart_id,
    )
    if coder_id is None:  # nobody audited it
        return
    pooled = await find_figures_within(rule, coder_id=coder_id, now=event.happened_at)
    if fails(pooled, rule):
        await note_pause(worker, person_id=coder_id, because=say_failed(pooled, rule), now=event.happened_at)


async def find_figures_within(rule: EvaluationRule, *, coder_id: UUID, now: datetime) -> Pooled:
    """A coder's audits within the window, pooled; only those that were closed since they last were let go on."""
    row = await DB.fetch_one(
        "SELECT count(*), count(*) FILTER (WHERE w.record_is_correct), coalesce(sum(w.matched), 0),"
        " coalesce(sum(w.matched + w.revised + w.omitted), 0), coalesce(sum(w.matched + w.revised + w.extra), 0)"
        " FROM (SELECT s.* FROM audit a"
        "   JOIN LATERAL (SELECT * FROM score WHERE audit_id = a.id ORDER BY version DESC LIMIT 1) s ON true"
        "  WHERE a.coder_id = $1 AND a.state = 'closed' AND a.closed_at >= coalesce($2, '-infinity'::timestamptz)"
        "    AND a.closed_at > coalesce((SELECT judged_from FROM workload WHERE person_id = $1), '-infinity')"
        "  ORDER BY a.closed_at DESC, a.id DESC LIMIT $3) w",
        coder_id, now - timedelta(days=rule.days) if rule.days else None, rule.audits,
    )  # fmt: skip
    assert row is not None  # an aggregate always answers
    return Pooled(*(int(value) for value in row.values()))


async def find_rule() -> EvaluationRule | None:
    """The rule in force, inside the current transaction."""
    row = await DB.fetch_one("SELECT threshold, minimum, audits, days FROM evaluation_rule WHERE ended_at IS NULL")
    return EvaluationRule(**row) if row else None


async def set_rule(manager: Actor, *, rule: EvaluationRule | None, now: datetime) -> None:
    """Let another rule hold from the next closed audit on; None: nobody is paused by figures. Raises Invalid."""
    if rule and rule.audits is not None and rule.audits < rule.minimum:
        raise Invalid("The window must be able to hold as many audits as it takes to judge somebody.")
    async with acting_as(manager):
        if rule == await find_rule():
            return
        await DB.execute("UPDATE evaluation_rule SET ended_at = $1 WHERE ended_at IS NULL", now)
        if rule:
            await DB.execute(
                "INSERT INTO evaluation_rule (id, threshold, minimum, audits, days, made_at, made_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                new_id(), rule.threshold, rule.minimum, rule.audits, rule.days, now, manager.person_id,
            )  # fmt: skip
        await record(
            manager, Action.EVALUATION_CHANGED, object_type="evaluation rule", changes=["made" if rule else "ended"]
        )

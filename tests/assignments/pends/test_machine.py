"""Whatever coders, clients, leads and time do with a chart in whatever order, it is where a small model says."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments.pends.answering import answer_in_words, withdraw_pend
from assignments.pends.asking_leads import answer_lead, ask_lead
from assignments.pends.closing import close_not_codable
from assignments.pends.ending import end_answered
from assignments.pends.opening import Asked, pend_chart
from assignments.pends.reminding import take_steps
from assignments.pends.rules import Owner
from assignments.pulling import release_chart
from assignments.reopening import have_coded_again
from portal.actor import Actor
from portal.errors import PortalError
from tests.assignments.pends.asking import LEFT, MISSING
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart

ACTIONS = ("pull", "pull as another", "release", "pend", "pend as another", "ask and set aside", "ask", "answer",
           "answer as a stranger", "answer as lead", "withdraw", "time", "not codable", "reopen")  # fmt: skip


@dataclass
class Model:
    """Where the chart should be: its holder, whom it is kept for, and who is asked."""

    state: str = "ready"
    holder: Actor | None = None
    fence: int = 0
    kept: Actor | None = None
    owner: Owner | None = None
    asked_by: Actor | None = None
    closed_by: Actor | None = None
    has_thread: bool = False


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTIONS), min_size=10, max_size=30))
async def test_a_chart_is_where_the_model_says(house: House, sql: Sql, actions: list[str]) -> None:
    await sql("TRUNCATE assignment")
    await sql("UPDATE queue_entry SET state = 'withdrawn'")
    await sql("UPDATE workload SET open_count = 0")
    await sql("UPDATE pend SET ended_at = opened_at, outcome = 'withdrawn' WHERE ended_at IS NULL")
    chart, model = await make_chart(sql, house, text=None), Model()
    for step, action in enumerate(actions):
        now = NOW + timedelta(minutes=step)
        if not _is_allowed(model, action):
            with pytest.raises(PortalError):
                await _do(house, sql, chart.id, model, action, now)
        else:
            got = await _do(house, sql, chart.id, model, action, now)
            _apply(model, action, house, got)
        [row] = await sql(
            "SELECT state, (SELECT count(*) FROM pend WHERE chart_id = c.id AND ended_at IS NULL) AS pends,"
            " (SELECT person_id FROM assignment WHERE chart_id = c.id) AS holder,"
            " (SELECT count(*) FROM queue_entry WHERE chart_id = c.id AND state = 'waiting') AS waiting,"
            " (SELECT preferred_person FROM queue_entry WHERE chart_id = c.id AND state = 'waiting') AS kept,"
            " (SELECT coalesce(sum(open_count), 0)::int FROM workload) AS load FROM chart c WHERE id = $1",
            chart.id,
        )
        ready = model.state == "ready"
        assert dict(row) == {
            "state": model.state, "pends": int(model.state == "pended"),
            "holder": model.holder.person_id if model.holder else None, "waiting": int(ready),
            "kept": model.kept.person_id if ready and model.kept else None, "load": int(model.state == "assigned"),
        }, (step, action)  # fmt: skip


def _is_allowed(model: Model, action: str) -> bool:
    """True if the action should be done, and not refused."""
    if action in ("release", "pend", "ask and set aside", "ask", "not codable"):
        return model.state == "assigned"
    if action in ("pend as another", "answer as a stranger"):
        return False
    if action == "answer":
        return model.owner is Owner.CLIENT
    if action == "answer as lead":
        return model.has_thread
    if action == "withdraw":
        return model.owner is not None
    if action == "reopen":
        return model.state == "not_codable"
    return True


async def _do(house: House, sql: Sql, chart_id: UUID, model: Model, action: str, now: Any) -> Any:
    holder, fence = model.holder or house.cora, model.fence
    asked = [Asked(MISSING)]
    [pend] = await sql("SELECT max(id::text)::uuid AS id FROM pend WHERE chart_id = $1 AND ended_at IS NULL", chart_id)
    pend_id = pend["id"] or chart_id
    match action:
        case "pull" | "pull as another":
            return await pull_chart(house.cora if action == "pull" else house.cody, now=now)
        case "release":
            await release_chart(holder, chart_id=chart_id, fence=fence, reason="stopping", now=now)
        case "pend":
            # Under a fence that nobody ever had: the same fence again would be a repetition.
            number = fence if model.state == "assigned" else fence + 1
            await pend_chart(holder, chart_id=chart_id, fence=number, owner=Owner.CLIENT, asked=asked, now=now)
        case "pend as another":
            other = house.cody if holder is house.cora else house.cora
            await pend_chart(other, chart_id=chart_id, fence=fence + 1, owner=Owner.CLIENT, asked=asked, now=now)
        case "ask" | "ask and set aside":
            aside = action != "ask"
            await ask_lead(holder, chart_id=chart_id, fence=fence, text="What now?", set_aside=aside, now=now)
        case "not codable":
            number = fence if model.state == "assigned" else fence + 1
            await close_not_codable(holder, chart_id=chart_id, fence=number, reason_id=LEFT, now=now)
        case "answer" | "answer as a stranger":
            person = house.clara if action == "answer" else house.stranger
            await answer_in_words(person, pend_id=pend_id, text="Here.", now=now)
        case "answer as lead":
            await answer_lead(house.mona, chart_id=chart_id, text="Go on.", now=now)
        case "withdraw":
            await withdraw_pend(house.mona, pend_id=pend_id, now=now)
        case "time":
            await take_steps(now=now + timedelta(days=60))
        case "reopen":
            await have_coded_again(house.mona, chart_id=chart_id, why="error", now=now)
    if pend["id"]:
        await end_answered(pend["id"], now=now)
    return None


def _apply(model: Model, action: str, house: House, got: Any) -> None:
    """What the action makes of the model; `got` is what a pull brought."""
    if action.startswith("pull"):
        who = house.cora if action == "pull" else house.cody
        if model.state == "ready" and model.kept in (None, who):
            assert got.chart_id, got.outcome
            model.state, model.holder, model.fence = "assigned", who, got.fence
        elif model.holder is who:
            assert got.outcome == "held"
        else:
            assert got.chart_id is None, got.outcome
        return
    holder = model.holder
    if action == "release":
        model.state, model.holder = "ready", None
    elif action in ("pend", "ask and set aside"):
        model.state, model.holder, model.asked_by = "pended", None, holder
        model.owner = Owner.CLIENT if action == "pend" else Owner.LEAD
        model.has_thread |= action != "pend"
    elif action == "ask":
        model.has_thread = True
    elif action == "not codable":
        model.state, model.holder, model.closed_by = "not_codable", None, holder
    elif action == "reopen":
        model.state, model.kept = "ready", model.closed_by
    elif action == "time":
        if model.owner is Owner.CLIENT:
            model.state, model.owner, model.closed_by = "not_codable", None, None
    elif action in ("answer", "withdraw") or (action == "answer as lead" and model.owner is Owner.LEAD):
        model.state, model.owner, model.kept = "ready", None, model.asked_by

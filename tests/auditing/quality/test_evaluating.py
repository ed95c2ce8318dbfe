"""A coder whose audits fall below the company's threshold is paused, and only a manager lets them go on."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.events import ChartEvent
from assignments.pausing import unpause_person
from assignments.pulling import Outcome
from auditing.quality.evaluating import EvaluationRule, fails, find_figures_within, judge_coder, set_rule
from auditing.quality.reviewing import report_no_findings, verify_correction
from auditing.quality.scoring import Pooled
from portal.actor import WORKER
from portal.database import acting_as
from portal.errors import Invalid
from portal.ids import new_id
from tests.auditing.quality.steps import Work, correct_chart, draw_chart, find_something, take_audit
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import pull_chart

BY_TEN = EvaluationRule(Decimal("95.00"), minimum=3, audits=10, days=None)


@given(st.integers(0, 30), st.integers(0, 400), st.integers(0, 400), st.integers(1, 10_000))
def test_exactly_the_threshold_is_enough(charts: int, matched: int, missed: int, hundredths: int) -> None:
    rule = EvaluationRule(Decimal(hundredths) / 100, minimum=10, audits=30, days=None)
    pooled = Pooled(charts, 0, matched, matched + missed, matched)
    below = matched + missed > 0 and matched * 10_000 < hundredths * (matched + missed)
    assert fails(pooled, rule) == (charts >= 10 and below)


async def _close(sql: Sql, house: House, closed: list[tuple[int, int, int]]) -> UUID:
    """Write closed audits of Cody's as (days ago, matched, omitted); the last one's chart."""
    await sql("SET session_replication_role = replica")  # neither charts nor codings are needed
    for days, matched, omitted in closed:
        chart_id, audit_id, at = new_id(), new_id(), NOW - timedelta(days=days)
        await sql(
            "INSERT INTO audit (id, client_id, chart_id, number, type, draw_id, coding_id, coder_id, auditor_id, state,"
            " outcome, drawn_at, closed_at)"
            " VALUES ($1, $2, $3, 1, 'pre-bill', $1, $1, $4, $5, 'closed', 'clean', $6, $6)",
            audit_id, house.north.id, chart_id, house.cody.person_id, house.audrey.person_id, at,
        )  # fmt: skip
        await sql(
            "INSERT INTO score (id, client_id, chart_id, audit_id, version, coder_id, matched, revised, omitted, extra,"
            " record_is_correct, scored_at) VALUES ($1, $2, $3, $4, 1, $5, $6, 0, $7, 0, $8, $9)",
            new_id(), house.north.id, chart_id, audit_id, house.cody.person_id, matched, omitted, omitted == 0, at,
        )  # fmt: skip
    await sql("SET session_replication_role = origin")
    return chart_id


async def _judge(chart_id: UUID, house: House) -> None:
    async with acting_as(WORKER):
        await judge_coder(WORKER, ChartEvent(new_id(), "final", house.north.id, chart_id, None, NOW, {}))


async def _paused(sql: Sql) -> list[str]:
    return [
        row["paused_because"] for row in await sql("SELECT paused_because FROM workload WHERE paused_at IS NOT NULL")
    ]


async def test_the_window_decides_at_the_threshold(house: House, sql: Sql) -> None:
    coder = house.cody.person_id
    await set_rule(house.mona, rule=BY_TEN, now=NOW)
    chart = await _close(sql, house, [(40, 5, 15), (20, 10, 5)])
    await _judge(chart, house)
    assert not await _paused(sql), "two audits are too few to judge by"
    await set_rule(house.mona, rule=EvaluationRule(Decimal(95), 3, None, 30), now=NOW)
    chart = await _close(sql, house, [(10, 85, 0), (5, 0, 0)])
    await _judge(chart, house)
    assert not await _paused(sql), "95 of 100 within thirty days is exactly enough"
    chart = await _close(sql, house, [(1, 0, 1)])
    await _judge(chart, house)
    [why] = await _paused(sql)
    assert why == "Accuracy 94.1% in the audits of 30 days (95 of 101 codes, 4 charts); below 95%."
    [row] = await sql("SELECT paused_by FROM workload WHERE paused_at IS NOT NULL")
    assert row["paused_by"] is None

    chart = await _close(sql, house, [(0, 500, 0)])
    await _judge(chart, house)
    assert await _paused(sql) == [why], "it never ends by itself"
    await unpause_person(house.mona, person_id=coder, now=NOW - timedelta(hours=1))
    assert coder
    async with acting_as(house.mona):
        settled = await find_figures_within(BY_TEN, coder_id=coder, now=NOW)
    assert settled.charts == 1, "what came before is settled"
    await _judge(chart, house)
    assert not await _paused(sql)


async def test_a_closed_audit_pauses_its_coder_and_a_manager_reads_why(
    house: House, sql: Sql, web: Web, work: Work
) -> None:
    mona = await web("mona")
    rule = {"window": "audits", "size": "5", "minimum": "1", "threshold": "90"}
    assert (await mona.post("/quality/evaluation", data={**rule, "minimum": "9"})).status_code == 422
    assert (await mona.post("/quality/evaluation", data=rule)).status_code == 303
    assert "below 90% in the last 5 audits" in (await mona.get("/quality/evaluation")).text

    good = await draw_chart(sql, house, work)
    await report_no_findings(house.audrey, **(await take_audit(house.audrey, good.audit_id)).hold, now=NOW)
    await work()
    assert not await _paused(sql)
    bad = await draw_chart(sql, house, work)
    await find_something(house.audrey, bad.audit_id)
    await correct_chart(house.cody)
    await work()
    held = await take_audit(house.audrey, bad.audit_id)
    await verify_correction(house.audrey, **held.hold, now=NOW + timedelta(hours=1))
    await work()

    [why] = await _paused(sql)
    assert "2 charts" in why
    assert (await pull_chart(house.cody)).outcome is Outcome.PAUSED
    for page in ("/quality/evaluation", "/people", f"/people/{house.cody.person_id}"):
        assert why.replace("’", "'") in (await mona.get(page)).text.replace("’", "'"), page
    assert "Paused by figures" in (await mona.get("/people")).text
    assert (await mona.post("/quality/evaluation", data={"none": "1"})).status_code == 303
    assert await _paused(sql) == [why]
    with pytest.raises(Invalid):
        await set_rule(house.mona, rule=EvaluationRule(Decimal(90), 9, 5, None), now=NOW)

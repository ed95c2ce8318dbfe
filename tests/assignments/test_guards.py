"""Who may write into a chart in which state: every writing use case, tried in every state that a chart comes to."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from assignments.coding.submitting import submit_coding
from assignments.pulling import Outcome, keep_assignment, pull, release_chart
from assignments.reopening import reopen_chart
from assignments.rules import MOVES, ChartState, Stage
from auditing.quality.reviewing import report_no_findings, send_back, send_findings, verify_correction
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from tests.auditing.quality.steps import (
    AUDITOR_LINES,
    Work,
    correct_chart,
    draw_chart,
    find_something,
    pull_audit,
    take_audit,
)
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import pull_chart, type_lines

Attempt = Callable[[], Awaitable[Any]]


def _attempts(house: House, chart_id: UUID, audit_id: UUID, entry_id: UUID) -> dict[str, Attempt]:
    """Every use case that writes codes or a decision, as whoever held the chart before would try it again."""
    attempts: dict[str, Attempt] = {}
    for fence in (1, 2, 3):
        held = {"chart_id": chart_id, "fence": fence}
        hold = {"audit_id": audit_id, "entry_id": entry_id, "fence": fence, "now": NOW}
        for name, who, stage in (("coder", house.cody, Stage.CODING), ("auditor", house.audrey, Stage.AUDIT)):
            attempts |= {
                f"{name} types {fence}": lambda w=who, s=stage, f=fence: type_lines(w, chart_id, f, s, ["I10"]),
                f"{name} keeps {fence}": lambda w=who, s=stage, h=held: keep_assignment(w, stage=s, **h),
                f"{name} releases {fence}": lambda w=who, s=stage, h=held: release_chart(
                    w, stage=s, reason="stopping", now=NOW, **h
                ),
            }
        attempts |= {
            f"submits {fence}": lambda h=held: submit_coding(house.cody, request_id=new_id(), now=NOW, **h),
            f"finds nothing {fence}": lambda h=hold: report_no_findings(house.audrey, **h),
            f"sends findings {fence}": lambda h=hold: send_findings(house.audrey, request_id=new_id(), **h),
            f"verifies {fence}": lambda h=hold: verify_correction(house.audrey, **h),
            f"sends back {fence}": lambda h=hold: send_back(house.audrey, **h),
        }
    return attempts


async def _written(sql: Sql, chart_id: UUID) -> list[tuple[Any, ...]]:
    """All that says what a chart's codes are, and where it stands."""
    rows = [tuple(row) for row in await sql("SELECT state, coder_of_record, coded_at, final_at FROM chart")]
    for table in ("coding", "code_line", "finding", "score"):
        rows += [(table, row["n"]) for row in await sql(f"SELECT count(*) AS n FROM {table}")]
    rows += [tuple(row) for row in await sql("SELECT state, outcome FROM audit WHERE chart_id = $1", chart_id)]
    return rows


async def _nobody_writes(house: House, sql: Sql, chart_id: UUID, audit_id: UUID, entry_id: UUID) -> None:
    before = await _written(sql, chart_id)
    for name, attempt in _attempts(house, chart_id, audit_id, entry_id).items():
        with suppress(Conflict, NotFound):
            await attempt()
        assert await _written(sql, chart_id) == before, name


async def test_only_an_explicit_return_makes_a_chart_editable_again(house: House, sql: Sql, work: Work) -> None:
    """In line for audit, in an audit, sent back, corrected, delivered: nothing but the next step writes."""
    drawn = await draw_chart(sql, house, work)
    nothing = UUID(int=0)
    await _nobody_writes(house, sql, drawn.chart_id, drawn.audit_id, nothing)  # coded, in line for its audit
    with pytest.raises(Conflict):
        await type_lines(house.cody, drawn.chart_id, 1, Stage.CODING, ["I10"])

    held, _ = await find_something(house.audrey, drawn.audit_id)
    await _nobody_writes(house, sql, drawn.chart_id, drawn.audit_id, held.entry_id)  # sent back, and in nobody's hands
    assert (await pull_audit(house.audrey)).chart_id is None
    assert await correct_chart(house.cody) == drawn.chart_id  # the explicit return: its coder takes it back
    await work()
    await _nobody_writes(house, sql, drawn.chart_id, drawn.audit_id, held.entry_id)  # corrected, in line to be verified
    again = await take_audit(house.audrey, drawn.audit_id)
    await verify_correction(house.audrey, **again.hold, now=NOW)
    await _nobody_writes(house, sql, drawn.chart_id, drawn.audit_id, again.entry_id)  # final
    await work()
    assert (await sql("SELECT state FROM chart"))[0]["state"] == "delivered"
    await _nobody_writes(house, sql, drawn.chart_id, drawn.audit_id, again.entry_id)

    versions = await sql("SELECT id, version, submitted_at FROM coding ORDER BY role, version")
    async with acting_as(house.mona):
        await reopen_chart(house.mona, chart_id=drawn.chart_id, now=NOW, why="a document came late")
    await _nobody_writes(house, sql, drawn.chart_id, drawn.audit_id, again.entry_id)  # reopened, and nobody has it yet
    reopened = await pull_chart(house.cody)
    assert reopened.chart_id == drawn.chart_id
    await type_lines(house.cody, drawn.chart_id, reopened.fence, Stage.CODING, AUDITOR_LINES)
    await submit_coding(house.cody, chart_id=drawn.chart_id, fence=reopened.fence, request_id=new_id(), now=NOW)
    after = await sql("SELECT id, version, submitted_at FROM coding ORDER BY role, version")
    assert {tuple(row) for row in versions} < {tuple(row) for row in after}, "what was accepted stays as it was"


def test_an_accepted_chart_goes_nowhere_but_back_in_line() -> None:
    for accepted in (ChartState.FINAL, ChartState.DELIVERED):
        ways = {to: kind for (of, to), kind in MOVES.items() if of is accepted}
        ways.pop(ChartState.DELIVERED, None)
        assert ways == {ChartState.READY: "reopened"}
    for (of, to), _ in MOVES.items():
        assert not (of is ChartState.CORRECTING and to is not ChartState.CODED), "a chart sent back is corrected first"


async def test_the_database_lets_nobody_change_what_was_accepted(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)
    await report_no_findings(house.audrey, **held.hold, now=NOW)
    await work()
    for actor in (house.cody, house.audrey, house.mona, house.clara, WORKER):
        for statement in (
            "UPDATE code_line SET code = 'X' WHERE true", "UPDATE coding SET version = 9 WHERE true",
            "DELETE FROM code_line WHERE true", "DELETE FROM coding WHERE true",
            "UPDATE score SET matched = 9 WHERE true",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await _run(actor, statement)


async def _run(actor: Actor, statement: str) -> None:
    async with acting_as(actor):
        await DB.execute(statement)


async def test_nobody_audits_what_they_coded_nor_chooses_who_does(house: House, sql: Sql, work: Work, web: Web) -> None:
    """A coder becomes an auditor: of all they ever coded, corrected ones included, none comes to them."""
    drawn = await draw_chart(sql, house, work, coder=house.cora)
    await find_something(house.audrey, drawn.audit_id)
    await sql("UPDATE queue_entry SET preferred_until = now() WHERE state = 'waiting'")
    assert await correct_chart(house.cody) == drawn.chart_id  # corrected by somebody else
    await work()
    await sql("UPDATE queue_entry SET preferred_person = NULL, preferred_until = NULL WHERE state = 'waiting'")
    for name in ("cora", "cody"):
        turned = house.people[name]
        await sql("UPDATE person SET kind = 'auditor' WHERE id = $1", turned.person_id)
        as_auditor = Actor(house.audrey.kind, turned.person_id, None, turned.name, house.audrey.permissions)
        assert (await pull(as_auditor, stage=Stage.AUDIT, request_id=new_id(), now=NOW)).outcome is Outcome.BARRED, name
        await sql("UPDATE person SET kind = 'coder' WHERE id = $1", turned.person_id)
        browser = await web(name)
        for path in ("/audits/next", f"/audits/{drawn.audit_id}/verified", f"/audits/{drawn.audit_id}/findings"):
            assert (await browser.post(path, data={"request_id": str(new_id())})).status_code == 403
    assert (await pull_audit(house.abel)).chart_id == drawn.chart_id
    with pytest.raises(asyncpg.CheckViolationError):
        await sql("UPDATE audit SET auditor_id = coder_id")

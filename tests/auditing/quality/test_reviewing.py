"""An audit from pull to close: clean, with findings, corrected, verified, sent back; each decision made once."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from assignments.drafting.plain import to_plain
from assignments.pulling import pull, pull_next_chart, release_chart
from assignments.rules import Stage
from auditing.quality.choices import Choice
from auditing.quality.drafting_findings import save_choices
from auditing.quality.queries import find_findings
from auditing.quality.reviewing import report_no_findings, send_back, send_findings, verify_correction
from auditing.quality.rules import Direction, ErrorType, Severity
from auditing.quality.scoring import Score
from auditing.quality.worksheet import open_worksheet
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from tests.auditing.quality.steps import (
    AUDITOR_LINES,
    Drawn,
    Held,
    Work,
    correct_chart,
    draw_chart,
    find_something,
    pull_audit,
    take_audit,
)
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import type_lines

Decide = Callable[[Actor, Held], Awaitable[Any]]


async def accept(auditor: Actor, held: Held) -> None:
    await report_no_findings(auditor, **held.hold, now=NOW)


async def object_to(auditor: Actor, held: Held) -> int:
    return await send_findings(auditor, **held.hold, request_id=new_id(), now=NOW)


async def verify(auditor: Actor, held: Held) -> None:
    await verify_correction(auditor, **held.hold, now=NOW)


async def refuse(auditor: Actor, held: Held) -> None:
    await send_back(auditor, **held.hold, now=NOW)


async def take_correction(auditor: Actor, drawn: Drawn) -> Held:
    return await take_audit(auditor, drawn.audit_id)


async def test_a_worksheet_starts_from_a_frozen_copy_of_the_coders_lines(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)

    await take_audit(house.audrey, drawn.audit_id)
    sheet = await open_worksheet(house.audrey, audit_id=drawn.audit_id)

    assert sheet.auditor == sheet.coder
    assert to_plain(sheet.coder)["diagnoses"] == [{"code": "E11.9"}, {"code": "I10"}]
    assert sheet.score == Score(3, 0, 0, 0, True)
    assert sheet.can_be_worked_on
    assert sheet.pages
    [audit] = await sql("SELECT state, auditor_id FROM audit")
    assert (audit["state"], audit["auditor_id"]) == ("in_audit", house.audrey.person_id)
    opened = await sql("SELECT * FROM access_event WHERE action = 'audit:opened'")
    assert {(row["object_id"], row["actor_id"]) for row in opened} == {(drawn.chart_id, house.audrey.person_id)}
    assert all(row["patient_id"] for row in opened)


async def test_no_findings_closes_clean_with_a_score_and_the_chart_is_delivered(
    house: House, sql: Sql, work: Work
) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)

    await accept(house.audrey, held)
    await accept(house.audrey, held)  # a double click
    await work()

    [audit] = await sql("SELECT * FROM audit")
    assert (audit["state"], audit["outcome"], audit["closed_at"]) == ("closed", "clean", NOW)
    [score] = await sql("SELECT * FROM score")
    assert (score["matched"], score["revised"], score["omitted"], score["extra"]) == (3, 0, 0, 0)
    assert (score["record_is_correct"], score["coder_id"]) == (True, house.cody.person_id)
    [chart] = await sql("SELECT * FROM chart")
    assert (chart["state"], chart["auditor_of_record"]) == ("delivered", house.audrey.person_id)
    assert await sql("SELECT 1 FROM coding_draft") == await sql("SELECT 1 FROM assignment") == []
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'audit:closed'")) == 1


async def test_findings_send_the_chart_back_to_its_coder(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    held, sheet = await find_something(house.audrey, drawn.audit_id)

    assert sheet.score == Score(2, 1, 1, 0, False)
    assert await object_to(house.audrey, held) == 0  # sent already
    findings = await sql("SELECT * FROM finding ORDER BY position")
    assert [(row["change"], row["error_type"], row["severity"], row["direction"]) for row in findings] == [
        ("revised", "specificity", "major", "under"),
        ("omitted", "omitted", "minor", "under"),
    ]
    assert json.loads(findings[0]["coder_line"])["code"] == "E11.9"
    assert json.loads(findings[0]["auditor_line"])["code"] == "E11.22"
    assert findings[1]["coder_line"] is None
    [coding] = await sql("SELECT * FROM coding WHERE role = 'auditor'")
    [audit] = await sql("SELECT * FROM audit")
    assert (audit["state"], audit["auditor_coding_id"]) == ("findings", coding["id"])
    [chart] = await sql("SELECT * FROM chart")
    assert (chart["state"], chart["auditor_of_record"]) == ("correcting", house.audrey.person_id)
    [entry] = await sql("SELECT * FROM queue_entry WHERE stage = 'coding' AND state = 'waiting'")
    assert (entry["round"], entry["preferred_person"], entry["barred"]) == (
        2, house.cody.person_id, [house.audrey.person_id],
    )  # fmt: skip
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'audit:submitted'")) == 1


async def test_a_corrected_chart_comes_back_to_its_auditor_and_is_verified(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    await find_something(house.audrey, drawn.audit_id)
    await correct_chart(house.cody)
    await work()

    assert (await pull_audit(house.abel)).outcome == "kept"  # it is kept for whoever found something
    held = await take_correction(house.audrey, drawn)
    sheet = await open_worksheet(house.audrey, audit_id=drawn.audit_id)
    assert sheet.can_be_verified
    assert sheet.remaining == []
    assert sheet.corrected == sheet.auditor
    await verify(house.audrey, held)
    await verify(house.audrey, held)
    await work()

    [audit] = await sql("SELECT * FROM audit")
    assert (audit["state"], audit["outcome"]) == ("closed", "corrected")
    [score] = await sql("SELECT * FROM score")
    assert (score["matched"], score["revised"], score["omitted"], score["extra"]) == (2, 1, 1, 0)
    assert score["record_is_correct"] is False
    [chart] = await sql("SELECT * FROM chart")
    assert (chart["state"], chart["coder_of_record"], chart["auditor_of_record"]) == (
        "delivered", house.cody.person_id, house.audrey.person_id,
    )  # fmt: skip
    assert (await open_worksheet(house.audrey, audit_id=drawn.audit_id)).score == Score(2, 1, 1, 0, False)


async def test_a_correction_that_still_differs_goes_back_once_more(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    await find_something(house.audrey, drawn.audit_id)
    await correct_chart(house.cody, lines=["E11.22", "I10", "G0463 A"])
    await work()
    held = await take_correction(house.audrey, drawn)
    assert [row.line.code for row in (await open_worksheet(house.audrey, audit_id=drawn.audit_id)).remaining] == [
        "N18.32"
    ]

    await refuse(house.audrey, held)
    await refuse(house.audrey, held)

    [chart] = await sql("SELECT state FROM chart")
    assert chart["state"] == "correcting"
    assert len(await sql("SELECT 1 FROM finding")) == 2  # as they were
    await correct_chart(house.cody)
    await work()
    await verify(house.audrey, await take_correction(house.audrey, drawn))
    [score] = await sql("SELECT * FROM score")
    assert (score["matched"], score["omitted"]) == (2, 1)  # of the version that was audited, not of the corrections


async def test_what_agrees_is_not_sent_back(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    await find_something(house.audrey, drawn.audit_id)
    await correct_chart(house.cody)
    await work()
    held = await take_correction(house.audrey, drawn)

    with pytest.raises(Invalid, match="Verify it"):
        await refuse(house.audrey, held)
    [chart] = await sql("SELECT state FROM chart")
    assert chart["state"] == "coded"


async def test_no_findings_while_lines_differ_and_findings_while_they_agree_are_refused(
    house: House, sql: Sql, work: Work
) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)

    with pytest.raises(Invalid, match="No findings"):
        await object_to(house.audrey, held)
    await type_lines(house.audrey, held.chart_id, held.fence, Stage.AUDIT, AUDITOR_LINES)
    with pytest.raises(Invalid, match="undo"):
        await accept(house.audrey, held)
    await type_lines(house.audrey, held.chart_id, held.fence, Stage.AUDIT, ["E11.22", "G0463"])
    await type_lines(house.audrey, held.chart_id, held.fence, Stage.AUDIT, ["G0463"])  # no diagnosis: cannot be a claim
    with pytest.raises(Invalid, match="put right"):
        await object_to(house.audrey, held)
    assert await sql("SELECT 1 FROM finding") == await sql("SELECT 1 FROM score") == []


@pytest.mark.parametrize("decide", [verify, refuse])
async def test_nothing_can_be_verified_before_it_is_corrected(
    house: House, sql: Sql, work: Work, decide: Decide
) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)

    with pytest.raises(Conflict):
        await decide(house.audrey, held)
    assert (await sql("SELECT state FROM audit"))[0]["state"] == "in_audit"


@pytest.mark.parametrize("decide", [accept, object_to])
async def test_a_correction_cannot_be_reviewed_as_if_it_were_new(
    house: House, sql: Sql, work: Work, decide: Decide
) -> None:
    drawn = await draw_chart(sql, house, work)
    stale, _ = await find_something(house.audrey, drawn.audit_id)
    await correct_chart(house.cody)
    await work()
    held = await take_correction(house.audrey, drawn)

    with pytest.raises(Conflict):
        await decide(house.audrey, held)
    assert held.fence > stale.fence  # fences go on from round to round: what the old page names is worth nothing here
    await decide(house.audrey, stale)  # and still only repeats what was done
    [audit] = await sql("SELECT state FROM audit")
    assert audit["state"] == "corrected"


@pytest.mark.parametrize("decide", [accept, object_to, verify, refuse])
async def test_nobody_else_decides(house: House, sql: Sql, work: Work, decide: Decide) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)

    for actor in (house.abel, house.clara, house.stranger, house.cody, house.cora, house.connie, house.adam):
        with pytest.raises((NotFound, Conflict, asyncpg.InsufficientPrivilegeError)):
            await decide(actor, held)
    with pytest.raises((Conflict, asyncpg.InsufficientPrivilegeError)):
        await decide(house.mona, held)
    assert (await sql("SELECT state FROM audit"))[0]["state"] == "in_audit"


async def test_after_giving_it_back_the_fence_is_worth_nothing(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)
    await release_chart(
        house.audrey, chart_id=held.chart_id, fence=held.fence, reason="know-the-patient", now=NOW, stage=Stage.AUDIT
    )

    with pytest.raises(NotFound):
        await accept(house.audrey, held)
    other = await take_audit(house.abel, drawn.audit_id)
    assert other.fence == held.fence + 1
    await accept(house.abel, other)
    [audit] = await sql("SELECT auditor_id, outcome FROM audit")
    assert (audit["auditor_id"], audit["outcome"]) == (house.abel.person_id, "clean")


@pytest.mark.parametrize("decide", [accept, object_to])
async def test_two_clicks_at_once_decide_once(house: House, sql: Sql, work: Work, decide: Decide) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)
    if decide is object_to:
        await type_lines(house.audrey, held.chart_id, held.fence, Stage.AUDIT, AUDITOR_LINES)

    await asyncio.gather(*(decide(house.audrey, held) for _ in range(5)))

    [audit] = await sql("SELECT state FROM audit")
    assert audit["state"] == ("findings" if decide is object_to else "closed")
    assert len(await sql("SELECT 1 FROM finding")) == (2 if decide is object_to else 0)
    assert len(await sql("SELECT 1 FROM score")) == (0 if decide is object_to else 1)
    assert len(await sql("SELECT 1 FROM chart_event WHERE to_state IN ('correcting', 'final')")) == 1


async def test_eight_auditors_pulling_at_once_never_share_an_audit(house: House, sql: Sql, work: Work) -> None:
    for _ in range(3):
        await draw_chart(sql, house, work, text=None)

    pulled = await asyncio.gather(*(pull_audit(actor) for actor in (house.audrey, house.abel) for _ in range(4)))

    held = await sql("SELECT person_id, chart_id FROM assignment WHERE stage = 'audit'")
    assert len({row["chart_id"] for row in held}) == len({row["person_id"] for row in held}) == 2
    assert sum(one.outcome == "pulled" for one in pulled) == 2


async def test_the_same_request_pulls_the_same_audit(house: House, sql: Sql, work: Work) -> None:
    await draw_chart(sql, house, work, text=None)
    await draw_chart(sql, house, work, text=None)
    request_id = new_id()

    first = await pull(house.audrey, stage=Stage.AUDIT, request_id=request_id, now=NOW)
    again = await pull(house.audrey, stage=Stage.AUDIT, request_id=request_id, now=NOW)

    assert (first.outcome, again.outcome) == ("pulled", "again")
    assert first.chart_id == again.chart_id


async def test_any_coder_may_correct_after_a_day_and_of_record_stays_who_coded(
    house: House, sql: Sql, work: Work
) -> None:
    drawn = await draw_chart(sql, house, work)
    await find_something(house.audrey, drawn.audit_id)
    assert (await pull_next_chart(house.cora, request_id=new_id(), now=NOW)).outcome == "kept"
    await sql("UPDATE queue_entry SET preferred_until = '2020-01-01' WHERE stage = 'coding' AND state = 'waiting'")

    await correct_chart(house.cora)
    await work()

    [entry] = await sql("SELECT barred FROM queue_entry WHERE stage = 'audit' AND state = 'waiting'")
    assert set(entry["barred"]) == {house.cody.person_id, house.cora.person_id}
    await sql("UPDATE queue_entry SET preferred_until = '2020-01-01' WHERE stage = 'audit' AND state = 'waiting'")
    await verify(house.abel, await take_audit(house.abel, drawn.audit_id))
    [chart] = await sql("SELECT coder_of_record, auditor_of_record FROM chart")
    assert (chart["coder_of_record"], chart["auditor_of_record"]) == (house.cody.person_id, house.audrey.person_id)


# Choices and comments ----------------------------------------------------------------------------------------------

SECRET = "The patient’s own words on page 2 say so."
CHOICE = Choice(ErrorType.SPECIFICITY, Severity.MINOR, Direction.NEUTRAL, "HCPCS long descriptor", SECRET)


async def test_choices_are_kept_sealed_and_become_findings(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)
    await type_lines(house.audrey, held.chart_id, held.fence, Stage.AUDIT, AUDITOR_LINES)

    made = {"revised-E11.9-E11.22": CHOICE}
    await save_choices(house.audrey, audit_id=drawn.audit_id, fence=held.fence, made=made)
    sheet = await open_worksheet(house.audrey, audit_id=drawn.audit_id)
    assert sheet.choices is not None
    assert sheet.choices["revised-E11.9-E11.22"] == CHOICE
    assert sheet.choices["omitted--N18.32"].comment == ""
    [draft] = await sql("SELECT choices_sealed FROM audit_draft")
    assert SECRET.encode() not in draft["choices_sealed"]

    await object_to(house.audrey, held)
    [first, second] = await sql("SELECT * FROM finding ORDER BY position")
    assert (first["severity"], first["direction"], first["citation"]) == ("minor", "neutral", "HCPCS long descriptor")
    assert SECRET.encode() not in first["comment_sealed"]
    assert second["comment_sealed"] is None
    assert await sql("SELECT 1 FROM audit_draft") == []
    for reader in (house.audrey, house.cody):  # the auditor who wrote it, and the coder whom it tells
        async with acting_as(reader):
            assert (await find_findings(drawn.audit_id))[0].comment == SECRET
    async with acting_as(house.cora):
        assert await find_findings(drawn.audit_id) == []


async def test_managers_see_findings_and_no_comment(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    await find_something(house.audrey, drawn.audit_id)

    sheet = await open_worksheet(house.mona, audit_id=drawn.audit_id)
    assert [one.comment for one in sheet.findings] == [None, None]
    assert sheet.pages == ()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_as(house.mona):
            await DB.fetch("SELECT comment_sealed FROM finding")


async def test_an_advisory_finding_is_sent_and_does_not_score(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)
    await type_lines(house.audrey, held.chart_id, held.fence, Stage.AUDIT, ["E11.22", "I10", "G0463 A"])
    await save_choices(
        house.audrey, audit_id=drawn.audit_id, fence=held.fence,
        made={"revised-E11.9-E11.22": replace(CHOICE, severity=Severity.ADVISORY)},
    )  # fmt: skip
    assert await object_to(house.audrey, held) == 1
    await correct_chart(house.cody)
    await work()
    await verify(house.audrey, await take_correction(house.audrey, drawn))

    [score] = await sql("SELECT * FROM score")
    assert (score["matched"], score["revised"], score["record_is_correct"]) == (3, 0, True)


async def test_choices_need_the_hold(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, drawn.audit_id)

    with pytest.raises(NotFound):
        await save_choices(house.abel, audit_id=drawn.audit_id, fence=held.fence, made={"x": CHOICE})
    with pytest.raises(Conflict):
        await save_choices(house.audrey, audit_id=drawn.audit_id, fence=held.fence + 1, made={"x": CHOICE})
    assert await sql("SELECT 1 FROM audit_draft") == []

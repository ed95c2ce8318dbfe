"""What a warning asks is answered beside its line, kept with the coding, and seen by the auditor."""

import html
import re

import asyncpg
import httpx
import pytest

from assignments.coding.submitting import HasErrors, Unanswered, submit_coding
from assignments.edits.answering import answer_edit, find_answers, find_results
from assignments.edits.levels import set_level
from assignments.rules import Stage
from auditing.quality.reviewing import send_findings
from auditing.quality.worksheet import open_worksheet
from portal.database import acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from tests.assignments.desk.test_desk import FRAGMENT, do, open_desk, state_of
from tests.auditing.quality.steps import Work, take_audit
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart, type_lines

EXCLUDING = ["J96.01", "R06.02", "99283 A"]
MARK = "T1 J96.01+R06.02"
SPOT = f"d2 {MARK}"


async def _held(house: House, sql: Sql, entries: list[str] = EXCLUDING) -> tuple[MadeChart, int]:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, entries)
    return chart, pulled.fence


async def _submit(house: House, chart: MadeChart, fence: int) -> None:
    await submit_coding(house.cody, chart_id=chart.id, fence=fence, request_id=new_id(), now=NOW)


async def _answer(house: House, chart: MadeChart, fence: int, *, reason: str = "Unrelated", mark: str = MARK) -> None:
    await answer_edit(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=fence, mark=mark, reason=reason, now=NOW)


async def test_a_warning_is_answered_through_the_page_before_the_coding_is_submitted(
    house: House, sql: Sql, web: Web
) -> None:
    chart, _ = await _held(house, sql)
    cody = await web("cody")
    place = f"/desk/charts/{chart.id}"

    blocked = await cody.post(f"{place}/submit", data=state_of(await open_desk(cody, chart)), headers=FRAGMENT)
    silent = await do(cody, chart, f"answer {SPOT}", plain=False)
    long = await do(cody, chart, f"answer {SPOT}", **{f"reason {SPOT}": "x" * 301})
    answered = await do(cody, chart, f"answer {SPOT}", plain=False, **{f"reason {SPOT}": "Two other conditions"})

    assert blocked.status_code == silent.status_code == long.status_code == 422
    said = html.unescape(blocked.text)
    assert "Not submitted: 1 warning waits for an answer." in said
    assert 'data-waiting="1" data-goes-on' in said
    assert 'href="#edit-d2-T1-J96-01-R06-02"' in said
    assert "Say why it stands" in silent.text
    assert "x" * 301 in long.text  # what was typed is not lost
    assert answered.status_code == 200
    assert "Kept: “Two other conditions”." in answered.text
    assert 'data-waiting="0"' in answered.text
    submitted = await cody.post(f"{place}/submit", data=state_of(await open_desk(cody, chart)))
    assert submitted.status_code == 303
    [kept] = await sql("SELECT * FROM edit_result")
    assert (kept["rule"], kept["rule_version"], kept["level"], list(kept["codes"]), kept["line"]) == (
        "T1", 1, "warning", ["J96.01", "R06.02"], "d2",
    )  # fmt: skip
    assert kept["answered_by"] == house.cody.person_id
    assert kept["release"].startswith("ICD-10-CM FY2026")
    assert b"Two other" not in bytes(kept["reason_sealed"])
    assert await sql("SELECT 1 FROM edit_answer") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await sql("UPDATE edit_result SET said = ''")


async def test_one_key_answers_what_asks_no_reason_and_can_be_taken_back(house: House, sql: Sql, web: Web) -> None:
    chart, _ = await _held(house, sql, ["J18.9"])
    cody = await web("cody")

    page = await open_desk(cody, chart)
    seen = await do(cody, chart, "seen all P8", plain=False)
    back = await do(cody, chart, "unanswer all P8", plain=False)

    assert re.search(r'name="op" value="seen all P8"[^>]*data-answer', page)
    assert "Seen." in seen.text
    assert 'data-waiting="0"' in seen.text
    assert 'data-waiting="1"' in back.text


async def test_an_answer_holds_while_the_rule_fires_on_the_same_codes(house: House, sql: Sql, web: Web) -> None:
    chart, fence = await _held(house, sql)
    await _answer(house, chart, fence)
    cody = await web("cody")

    async def waiting(answer: httpx.Response) -> str:
        assert answer.status_code == 200
        return re.search(r'data-waiting="(\d+)"', answer.text)[1]  # type: ignore[index]

    assert await waiting(await do(cody, chart, "up d2 R06.02", plain=False)) == "0"  # elsewhere
    assert await waiting(await do(cody, chart, "remove d2 J96.01", plain=False)) == "0"  # fires no more
    assert await waiting(await do(cody, chart, "undo", plain=False)) == "0"  # fires again, answered
    await do(cody, chart, "remove d2 J96.01", plain=False)
    assert await waiting(await do(cody, chart, "add", plain=False, entry="J96.00")) == "1"  # other codes


async def test_a_correction_and_an_audit_begin_with_the_answers_of_the_coding_before(
    house: House, sql: Sql, web: Web, work: Work
) -> None:
    chart, fence = await _held(house, sql)
    await _answer(house, chart, fence, reason="Two other conditions")
    await _submit(house, chart, fence)
    await work()
    [audit] = await sql("SELECT id FROM audit")
    held = await take_audit(house.audrey, audit["id"])
    sheet = await open_worksheet(house.audrey, audit_id=held.audit_id)
    page = (await (await web("audrey")).get(f"/audits/{held.audit_id}")).text

    [result] = sheet.results
    assert result.answer is not None
    assert (result.answer.reason, result.mark) == ("Two other conditions", MARK)
    assert [check.is_open for check in sheet.checks if check.rule == "T1"] == [False]
    assert "What the coder answered" in page
    assert "Kept: “Two other conditions”" in html.unescape(page)
    await type_lines(house.audrey, chart.id, held.fence, Stage.AUDIT, [*EXCLUDING[:2], "I10", "99283 A", "99283 A"])
    with pytest.raises(Unanswered) as refusal:
        await send_findings(house.audrey, **held.hold, request_id=new_id(), now=NOW)
    assert [check.rule for check in refusal.value.checks] == ["P5"]
    await answer_edit(
        house.audrey, chart_id=chart.id, stage=Stage.AUDIT, fence=held.fence, mark="P5 99283", reason="", now=NOW
    )
    assert await send_findings(house.audrey, **held.hold, request_id=new_id(), now=NOW)
    kept = await sql("SELECT rule, answered_by FROM edit_result ORDER BY coding_id, position")
    assert [tuple(row) for row in kept] == [
        ("T1", house.cody.person_id), ("T1", house.cody.person_id), ("P5", house.audrey.person_id),
    ]  # fmt: skip


async def test_nobody_answers_for_somebody_else_nor_with_an_old_fence(house: House, sql: Sql) -> None:
    chart, fence = await _held(house, sql)
    mine = {"chart_id": chart.id, "stage": Stage.CODING, "mark": MARK, "reason": "Unrelated", "now": NOW}

    for person in (house.cora, house.outsider, house.audrey):
        with pytest.raises(Conflict):
            await answer_edit(person, **mine, fence=fence)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        await answer_edit(house.cody, **mine, fence=fence + 1)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        await _answer(house, chart, fence, mark=" ")

    assert await sql("SELECT 1 FROM edit_answer") == []
    await _answer(house, chart, fence)
    await _answer(house, chart, fence, reason="Another")
    async with acting_as(house.cody):
        answers = await find_answers(chart_id=chart.id, stage=Stage.CODING)
    assert {mark: answer.reason for mark, answer in answers.items()} == {MARK: "Another"}
    logged = await sql("SELECT patient_id FROM access_event WHERE action = 'coding:drafted'")
    assert [row["patient_id"] for row in logged] == [chart.patient_id] * 3  # typed once, answered twice


async def test_a_client_lets_a_rule_weigh_more_or_less(house: House, sql: Sql, web: Web) -> None:
    chart, fence = await _held(house, sql)
    mona = await web("mona")
    here = f"/clients/{house.north.id}/edits"

    async def set_to(level: str, rule: str = "T1", because: str = "Their payers do") -> httpx.Response:
        return await mona.post(f"{here}/levels", data={"rule": rule, "level": level, "because": because})

    assert (await set_to("error")).status_code == 303
    with pytest.raises(HasErrors):
        await _submit(house, chart, fence)
    assert (await set_to("critical")).status_code == 303
    await _answer(house, chart, fence, reason="")
    with pytest.raises(Unanswered):  # one key is not enough for what is critical
        await _submit(house, chart, fence)
    assert (await set_to("off")).status_code == 303
    page = (await mona.get(here)).text
    assert "T1, version 3" in page
    assert "instead of warning" in page
    assert {(await set_to("off", rule="D1")).status_code, (await set_to("off", because="")).status_code} == {422}
    with pytest.raises(NotFound):
        await set_level(house.mona, client_id=house.north.id, rule="X9", level="off", because="x", now=NOW)
    await _submit(house, chart, fence)
    async with acting_as(house.cody):
        [coding] = await sql("SELECT id FROM coding")
        assert await find_results(coding["id"]) == []
    assert len(await sql("SELECT 1 FROM edit_level")) == 3


async def test_a_manager_chooses_the_tables_of_a_service_line(house: House, sql: Sql, web: Web) -> None:
    mona = await web("mona")
    line = house.north.lines["radiology"]
    foreign = house.south.lines["radiology"]
    here = f"/clients/{house.north.id}/edits"

    done = await mona.post(f"{here}/tables", data={"line": str(line), "setting": "outpatient"})
    missing = await mona.post(f"{here}/tables", data={"line": str(foreign), "setting": "outpatient"})

    assert (done.status_code, missing.status_code) == (303, 404)
    [row] = await sql("SELECT id FROM service_line WHERE edit_setting = 'outpatient'")
    assert row["id"] == line
    assert (await (await web("cody")).get(here)).status_code == 403


async def test_where_inpatient_stays_are_coded_each_diagnosis_says_what_was_there(
    house: House, sql: Sql, web: Web
) -> None:
    chart, fence = await _held(house, sql, ["J18.9", "71046 A"])
    cody, mona = await web("cody"), await web("mona")
    assert 'name="a1"' not in await open_desk(cody, chart)

    form = {"line": str(house.north.lines["radiology"]), "setting": "outpatient", "asks_poa": "1"}
    await mona.post(f"/clients/{house.north.id}/edits/tables", data=form)
    page = await open_desk(cody, chart)
    assert 'name="a1"' in page
    assert "Say whether J18.9 was there at admission" in page
    with pytest.raises(HasErrors):
        await _submit(house, chart, fence)
    said = {"entry": "I10 N", "on": "2026-09-14", "asks_poa": "1"}
    assert 'value="take I10 N"' in (await cody.post("/codes/search", data=said)).text
    after = await do(cody, chart, "take I10 N", a1="y", asks_poa="1")
    assert "was there at admission" not in after.text
    await _submit(house, chart, fence)

    kept = await sql("SELECT poa FROM code_line WHERE kind = 'diagnosis' ORDER BY position")
    assert [row["poa"] for row in kept] == ["Y", "N"]


async def test_a_hint_says_what_was_never_coded_here_once_there_is_enough_to_tell(
    house: House, sql: Sql, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.edits.gathering.ENOUGH", 1)
    first, fence = await _held(house, sql, ["J18.9", "71046 A"])
    await _submit(house, first, fence)
    second, _ = await _held(house, sql, ["J18.9", "I10", "71046 A"])

    page = html.unescape(await open_desk(await web("cody"), second))

    assert "I10 has not been coded for this client in this specialty before." in page
    assert "J18.9 has not been coded" not in page
    assert "71046 has not been coded" not in page

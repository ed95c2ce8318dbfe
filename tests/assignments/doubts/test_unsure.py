"""Where a coder is unsure: marked at the desk, kept with the coding, audited whatever the sample says, in no ratio."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from assignments.doubts.marking import mark_unsure, open_doubts, unmark
from assignments.drafting.rules import Pin
from assignments.pulling import pull
from assignments.rules import Stage
from auditing.quality.figures import AuditFilter, count_findings, find_audits, find_figures
from auditing.quality.reviewing import report_no_findings, send_findings, verify_correction
from auditing.quality.sampling import open_plan
from auditing.quality.worksheet import open_worksheet
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from tests.assignments.desk.test_desk import FRAGMENT, state_of
from tests.auditing.quality.steps import AUDITOR_LINES, CODER_LINES, correct_chart, pull_audit
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import NOTE, code_chart, make_chart, pull_chart, type_lines

Work = Callable[[], Awaitable[None]]
WORDS = "Pneumonia, organism not found"
UNSURE = "Is the organism really unknown? The culture of Tuesday is missing."
PERIOD = AuditFilter(date(2026, 1, 1), date(2027, 12, 31))


async def test_a_marked_chart_is_audited_at_no_percent_and_counts_in_no_ratio(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    await open_plan(house.mona, client_id=house.north.id, percent=Decimal(0), now=NOW)
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, CODER_LINES)
    cody, desk, start = await web("cody"), f"/desk/charts/{chart.id}", NOTE.index(WORDS)
    assert f'hx-get="{desk}/unsure"' in (await cody.get(desk)).text
    asked = {"fence": str(pulled.fence), "request_id": str(new_id()), "note": UNSURE, "line": "d1",
             "pin_page": str(chart.page_ids[0]), "pin_start": str(start),
             "pin_end": str(start + len(WORDS))}  # fmt: skip

    wrong = await cody.post(f"{desk}/unsure", data={**asked, "note": " "}, headers=FRAGMENT)
    assert wrong.status_code == 422
    assert f'value="{chart.page_ids[0]}"' in wrong.text, "what was typed and selected stays"
    marked = await cody.post(f"{desk}/unsure", data=asked, headers=FRAGMENT)
    assert UNSURE in marked.text
    assert f"#page=1&amp;at={start}-{start + len(WORDS)}" in marked.text
    await cody.post(f"{desk}/unsure", data=asked)  # the same again
    await cody.post(f"{desk}/unsure", data={"fence": asked["fence"], "request_id": str(new_id()), "note": "All of it"})
    assert "unsure: 2 marks" in (await cody.get(desk)).text
    other = next(one for one in (await open_doubts(house.cody, chart_id=chart.id)).marked if one.note == "All of it")
    gone = await cody.post(f"{desk}/unsure/removed", data={"fence": asked["fence"], "mark": str(other.id)})
    assert gone.headers["location"] == f"{desk}/unsure"
    assert "All of it" not in (await cody.get(f"{desk}/unsure")).text

    await cody.post(f"{desk}/submit", data=state_of((await cody.get(desk)).text))
    await work()

    [kept] = await sql("SELECT * FROM doubt")
    assert (kept["code"], kept["start_at"], kept["author_id"]) == ("E11.9", start, house.cody.person_id)
    assert UNSURE.encode() not in bytes(kept["note_sealed"])
    assert await sql("SELECT 1 FROM doubt_draft") == []
    [draw] = await sql("SELECT is_drawn FROM draw")
    [audit] = await sql("SELECT id, draw_id, coder_id FROM audit")
    assert (draw["is_drawn"], audit["draw_id"], audit["coder_id"]) == (False, None, house.cody.person_id)
    [event] = await sql("SELECT convert_from(canonical, 'UTF8') AS said FROM access_event WHERE action = 'audit:drawn'")
    assert '"asked_by_coder":true' in event["said"].replace(" ", "")

    held = await pull_audit(house.audrey)
    sheet = (await (await web("audrey")).get(f"/audits/{audit['id']}")).text
    assert "Where the coder was unsure" in sheet
    assert UNSURE in sheet
    assert f"#page=1&amp;at={start}-{start + len(WORDS)}" in sheet
    assert "asked for by the coder, outside the sample" in sheet
    await type_lines(house.audrey, chart.id, held.fence, Stage.AUDIT, AUDITOR_LINES)
    await open_worksheet(house.audrey, audit_id=audit["id"])
    hold = {"audit_id": audit["id"], "now": NOW}
    await send_findings(house.audrey, entry_id=held.entry_id, fence=held.fence, request_id=new_id(), **hold)
    await correct_chart(house.cody)
    await work()
    again = await pull_audit(house.audrey)
    await verify_correction(house.audrey, entry_id=again.entry_id, fence=again.fence, **hold)

    [score] = await sql("SELECT coder_id, matched, revised, omitted FROM score")
    assert tuple(score) == (house.cody.person_id, 2, 1, 1), "the coder's own record has it as any other"
    async with acting_as(house.mona):
        _, [figure] = await find_figures(PERIOD)
        assert (figure.coded, figure.unsure, figure.pooled.charts) == (1, 1, 0)
        assert sum(one.count for one in await count_findings(PERIOD)) == 2
        assert [one.is_asked for one in await find_audits(PERIOD)] == [True]
    mona = await web("mona")
    quality = (await mona.get("/quality?from=2026-01-01&to=2026-12-31")).text
    assert "1 more that coders asked for, in no ratio" in quality
    assert "no audit" in quality
    shown = (await mona.get(f"/quality/audits/{audit['id']}")).text
    assert "asked for by the coder" in shown
    assert UNSURE not in shown


async def test_a_mark_takes_no_chart_out_of_the_sample(house: House, sql: Sql, work: Work) -> None:
    chart = await make_chart(sql, house)  # the plan of the cast draws every chart
    pulled = await pull_chart(house.cody)
    await mark_unsure(
        house.cody, chart_id=chart.id, fence=pulled.fence, request_id=new_id(), note="Which side?", now=NOW
    )
    await code_chart(house.cody)
    await work()

    [audit] = await sql("SELECT id, draw_id FROM audit")
    assert audit["draw_id"] is not None
    held = await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    await open_worksheet(house.audrey, audit_id=audit["id"])
    await report_no_findings(house.audrey, audit_id=audit["id"], entry_id=held.entry_id, fence=held.fence, now=NOW)
    async with acting_as(house.mona):
        [figure], _ = await find_figures(PERIOD)
    assert (figure.unsure, figure.pooled.charts) == (1, 1)


async def test_only_whoever_holds_the_chart_marks_it_and_only_places_on_it(house: House, web: Web, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    elsewhere = await make_chart(sql, house, promise_hours=90)
    pulled = await pull_chart(house.cody)
    words = {"chart_id": chart.id, "request_id": new_id(), "note": "Which side?", "now": NOW}
    for actor, fence in ((house.cora, pulled.fence), (house.outsider, pulled.fence), (house.cody, pulled.fence + 1)):
        with pytest.raises(Conflict):
            await mark_unsure(actor, fence=fence, **words)
    here = Pin(chart.page_ids[0], 0, 9)
    for wrong in (replace(here, page_id=elsewhere.page_ids[0]), replace(here, end=len(NOTE) + 1), replace(here)):
        with pytest.raises(Invalid):
            await mark_unsure(
                house.cody, fence=pulled.fence, pin=wrong, line="d9" if wrong == here else "", **words
            )  # fmt: skip
    assert not await sql("SELECT FROM doubt_draft")

    for _ in range(2):
        await mark_unsure(house.cody, fence=pulled.fence, pin=here, **words)
    [mark] = (await open_doubts(house.cody, chart_id=chart.id)).marked
    for actor in (house.cora, house.outsider, house.audrey):
        with pytest.raises((Conflict, NotFound)):
            await open_doubts(actor, chart_id=chart.id)
    with pytest.raises(Conflict):
        await unmark(house.cora, chart_id=chart.id, fence=pulled.fence, doubt_id=mark.id)
    assert (await (await web("cora")).get(f"/desk/charts/{chart.id}/unsure")).status_code == 404
    assert (await (await web("audrey")).get(f"/desk/charts/{chart.id}/unsure")).status_code == 403
    async with acting_as(house.cora):
        assert await DB.value("SELECT count(*) FROM doubt_draft") == 0
    for _ in range(2):
        await unmark(house.cody, chart_id=chart.id, fence=pulled.fence, doubt_id=UUID(bytes=mark.id.bytes))
    assert not await sql("SELECT FROM doubt_draft")
    [events] = await sql("SELECT count(*) AS n FROM access_event WHERE action = 'coding:drafted'")
    assert events["n"] == 2, "a mark and its taking back; what changes nothing is none"

"""The worksheet of levels at the desk and at the audit: kept, frozen with the coding, compared."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from assignments.leveling.keeping import save_leveling
from assignments.leveling.rules import Answers, Risk
from assignments.pulling import pull
from assignments.rules import Stage
from portal.errors import Conflict
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, make_chart, pull_chart

Work = Callable[[], Awaitable[None]]
FRAGMENT = {"hx-request": "true"}


async def test_the_coder_fills_it_in_and_the_auditor_beside_it(house: House, web: Web, sql: Sql, work: Work) -> None:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    cody, place = await web("cody"), f"/desk/charts/{chart.id}"
    assert f'hx-get="{place}/level"' in (await cody.get(place)).text
    filled = {"fence": str(pulled.fence), "setting": "office", "patient": "established", "unstable_chronic": "1",
              "risk": "moderate"}  # fmt: skip

    answer = await cody.post(f"{place}/level", data=filled, headers=FRAGMENT)

    assert "Level 4, established patient, office or other outpatient, by decision making" in answer.text
    assert 'value="1"' in (await cody.get(f"{place}/level")).text, "the page without JavaScript shows it as it was left"
    wrong = await cody.post(f"{place}/level", data={**filled, "minutes": "many"}, headers=FRAGMENT)
    assert wrong.status_code == 422
    assert "Total minutes on that day, if they are noted must be a whole number from 0 to 600." in wrong.text

    await code_chart(house.cody)  # the same chart again: it is theirs
    [kept] = await sql("SELECT role, level, chart_id FROM leveling")
    assert (kept["role"], kept["level"], UUID(bytes=kept["chart_id"].bytes)) == ("coder", 4, chart.id)
    assert await sql("SELECT count(*) AS n FROM leveling_draft WHERE stage = 'coding'") == [(0,)]

    await work()
    audit = await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    audrey, sheet = await web("audrey"), f"/audits/charts/{chart.id}"
    way = {**filled, "fence": str(audit.fence), "unstable_chronic": "", "stable_chronic": "1", "results": "2"}
    beside = await audrey.post(f"{sheet}/level", data=way, headers=FRAGMENT)
    assert "Level 3, established patient" in beside.text
    assert "differs" in beside.text
    page = await audrey.get((await audrey.get(sheet)).headers["location"])
    assert "E/M worksheets side by side" in page.text

    await audrey.post(
        page.url.path + "/no-findings",
        data={"entry_id": str(audit.entry_id), "fence": str(audit.fence), "request_id": str(new_id()),
              "next_request_id": str(new_id())},
    )  # fmt: skip
    assert [tuple(row) for row in await sql("SELECT role, level FROM leveling ORDER BY role")] == [
        ("auditor", 3), ("coder", 4),
    ]  # fmt: skip
    assert "E/M worksheets side by side" in (await audrey.get(page.url.path)).text, "a closed audit shows both"


async def test_only_whoever_holds_the_chart_fills_it_in(house: House, web: Web, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    answers = Answers(minor=1, risk=Risk.MINIMAL)
    for actor, fence in ((house.cora, pulled.fence), (house.outsider, pulled.fence), (house.cody, pulled.fence + 1)):
        with pytest.raises(Conflict):
            await save_leveling(actor, chart_id=chart.id, stage=Stage.CODING, fence=fence, answers=answers)
    assert (await (await web("cora")).get(f"/desk/charts/{chart.id}/level")).status_code == 404
    assert not await sql("SELECT FROM leveling_draft")
    for kept in (answers, answers, None, None):  # calm when repeated
        await save_leveling(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=pulled.fence, answers=kept)
    assert not await sql("SELECT FROM leveling_draft")
    [events] = await sql("SELECT count(*) AS n FROM access_event WHERE action = 'coding:drafted'")
    assert events["n"] == 2, "two changes; what changes nothing is none"

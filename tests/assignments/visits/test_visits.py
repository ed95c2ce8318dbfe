"""Earlier visits by the web door: who sees them, what is copied, and that each look is recorded."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from assignments.rules import Stage
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, code_chart, make_chart, pull_chart, type_lines


async def _two_visits(house: House, sql: Sql, *, other: bool = False) -> tuple[MadeChart, Any]:
    """Cora coded a visit of January that is delivered; Cody holds today's visit of the same patient."""
    first = await make_chart(sql, house, service_on=date(2026, 1, 20))
    await code_chart(house.cora, diagnoses=["J18.9", "I10"], procedures=["71046-26 x2 BA by1234567893"])
    await sql("UPDATE chart SET state = 'delivered' WHERE id = $1", first.id)
    chart = await make_chart(sql, house, patient_id=None if other else first.patient_id)
    return chart, await pull_chart(house.cody)


async def test_a_colleagues_earlier_codes_are_shown_copied_and_logged(house: House, sql: Sql, web: Web) -> None:
    chart, pulled = await _two_visits(house, sql)
    await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, ["I10"])
    cody = await web("cody")

    page = await cody.get(f"/desk/charts/{chart.id}/visits")

    assert page.status_code == 200
    assert "71046-26 x2 BA by1234567893" in unescape(page.text)
    assert "here already" in page.text
    [event] = await sql("SELECT count(*)::int AS n FROM access_event WHERE action = 'patient:looked-up'")
    assert event["n"] == 1
    ticks = dict.fromkeys(re.findall(r'name="(copy-[^"]+)"', page.text), "on")
    assert len(ticks) == 3
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert revision

    await cody.post(
        f"/desk/charts/{chart.id}/copied", data={**ticks, "fence": pulled.fence, "revision": revision[1], "op": "copy"}
    )

    desk = await cody.get(f"/desk/charts/{chart.id}")
    assert "Copied 2 lines. There already: I10." in desk.text
    assert re.findall(r'data-line="([^"]+)"', desk.text) == ["d1 I10", "d2 J18.9", "p1 71046"]
    assert 'id="p1" name="p1" form="lines-form" value="AB"' in desk.text  # as the letters are here
    assert "by 1234567893" in desk.text


async def test_a_code_that_is_not_valid_on_this_day_is_flagged_and_not_copied(house: House, sql: Sql, web: Web) -> None:
    chart, pulled = await _two_visits(house, sql)
    [line] = await sql("SELECT coding_id FROM code_line WHERE code = 'I10'")
    for statement in (
        "ALTER TABLE code_line DISABLE TRIGGER ALL", "UPDATE code_line SET code = 'I10.9' WHERE code = 'I10'",
        "ALTER TABLE code_line ENABLE TRIGGER ALL",
    ):  # fmt: skip
        await sql(statement)
    cody = await web("cody")

    page = await cody.get(f"/desk/charts/{chart.id}/visits")
    answer = await cody.post(
        f"/desk/charts/{chart.id}/copied",
        data={f"copy-{line['coding_id']}-d2": "on", "fence": pulled.fence, "revision": 1},
        headers={"hx-request": "true"},
    )

    assert "not on 2026-09-10" in page.text or "not on Sep" in page.text
    assert page.text.count("disabled") >= 1
    assert answer.status_code == 422
    assert "Nothing was copied" in answer.text


@pytest.mark.parametrize("whose", ["another patient", "another chart"])
async def test_nobody_else_s_visits_are_there(house: House, sql: Sql, web: Web, whose: str) -> None:
    chart, _ = await _two_visits(house, sql, other=whose == "another patient")
    person = await web("cody" if whose == "another patient" else "cora")

    answer = await person.get(f"/desk/charts/{chart.id}/visits")

    if whose == "another patient":
        assert "No earlier visit" in answer.text
    else:
        assert answer.status_code == 404
    assert "J18.9" not in answer.text

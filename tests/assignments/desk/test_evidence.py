"""Evidence by the web door: what can be pinned, what cannot, and where it is seen again."""

import html
import re
from uuid import UUID

import pytest

from assignments.rules import Stage
from portal.ids import new_id
from tests.assignments.desk.test_desk import FRAGMENT, do, open_desk, state_of
from tests.auditing.quality.steps import Work
from tests.auditing.quality.test_pages import change_line, next_audit
from tests.cast import Browser, House
from tests.conftest import Sql, Web
from tests.factories import NOTE, MadeChart, make_chart, pull_chart, type_lines

WORDS = "Pneumonia, organism not found"


def place(page_id: UUID, words: str = WORDS) -> dict[str, str]:
    """The fields that say where some words of the note stand."""
    start = NOTE.index(words)
    return {"pin_page": str(page_id), "pin_start": str(start), "pin_end": str(start + len(words))}


def pins(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<a class="mono" href="(#page=[^"]+)"', page)]


async def _desk(house: House, sql: Sql, web: Web, *lines: str) -> tuple[MadeChart, Browser]:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    if lines:
        await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, lines)
    return chart, await web("cody")


async def test_a_place_is_pinned_undone_taken_along_and_stored(house: House, sql: Sql, web: Web, work: Work) -> None:
    chart, cody = await _desk(house, sql, web, "I10", "71046 A")
    here = place(chart.page_ids[0])
    mark = f"#page=1&at={here['pin_start']}-{here['pin_end']}"

    await do(cody, chart, "pin d1 I10", **here)
    assert pins(await open_desk(cody, chart)) == [mark]
    await do(cody, chart, "undo")
    assert pins(await open_desk(cody, chart)) == []
    await do(cody, chart, "pin p1 71046", **here)
    await do(cody, chart, "unpin p1 71046 1")
    assert pins(await open_desk(cody, chart)) == []
    await do(cody, chart, "take J18.9", **here)  # the code that is taken carries it
    await do(cody, chart, "up d2 J18.9")  # and takes it along
    await do(cody, chart, "take J18.1", replaces="d1 J18.9")
    desk = await open_desk(cody, chart)
    assert pins(desk) == [mark]

    await cody.post(f"/desk/charts/{chart.id}/submit", data=state_of(desk))

    [row] = await sql("SELECT kind, position, page_id, start_at, end_at FROM evidence")
    assert tuple(row)[:2] == ("diagnosis", 1)
    assert NOTE[row["start_at"] : row["end_at"]] == WORDS
    packet = await cody.get(f"/charts/{chart.id}/evidence")
    assert f"<mark>{WORDS}</mark>" in packet.text
    [event] = await sql("SELECT count(*)::int AS n FROM access_event WHERE action = 'evidence:opened'")
    assert event["n"] == 1

    await work()
    audrey = await web("audrey")
    address = await next_audit(audrey)
    sheet = (await audrey.get(address)).text
    assert pins(sheet) == [mark, mark]  # the coder's line, and the auditor's that began as it
    await change_line(audrey, address, "add", entry="R05.9", **place(chart.page_ids[0], "Cough and fever"))
    assert len(pins((await audrey.get(address)).text)) == 3


async def test_a_place_that_is_not_on_this_chart_is_refused(house: House, sql: Sql, web: Web) -> None:
    other = await make_chart(sql, house, promise_hours=90)
    chart, cody = await _desk(house, sql, web, "I10")
    here = place(chart.page_ids[0])
    for wrong in (
        here | {"pin_page": str(other.page_ids[0])}, here | {"pin_page": str(new_id())}, here | {"pin_page": "x"},
        here | {"pin_end": str(len(NOTE) + 1)}, here | {"pin_end": here["pin_start"]}, here | {"pin_start": "-1"},
    ):  # fmt: skip
        for op in ("pin d1 I10", "take J18.9"):
            answer = await do(cody, chart, op, plain=False, **wrong)
            assert answer.status_code == 422, wrong
            assert "not on a page of this chart" in answer.text
    desk = await open_desk(cody, chart)
    assert pins(desk) == []
    assert re.findall(r'data-line="([^"]+)"', desk) == ["d1 I10"]


async def test_lines_and_claim_say_more_and_refuse_what_is_wrong(house: House, sql: Sql, web: Web) -> None:
    chart, cody = await _desk(house, sql, web, "I10", "J1100 x4 A")

    await do(
        cody,
        chart,
        "save",
        s1="9/11",
        b1="1234567893",
        n1="0409-4713-32 ml2.5",
        t1="45",
        claim_place="22",
        claim_payer_class="medicare",
    )
    refused = await do(cody, chart, "save", plain=False, b1="1234567890", claim_place="11")
    claim = await do(cody, chart, "save", plain=False, claim_referring="12")
    desk = await open_desk(cody, chart)

    assert "on 09/11 · by 1234567893 · NDC 00409471332 ML2.5 · 45 min" in desk
    assert "22 Outpatient hospital, on campus · Medicare" in desk
    assert refused.status_code == claim.status_code == 422
    assert "check digit does not fit" in refused.text
    assert 'value="1234567890"' in refused.text
    assert "ten digits" in claim.text
    await cody.post(f"/desk/charts/{chart.id}/submit", data=state_of(desk))
    [line] = await sql("SELECT rendering, ndc, ndc_unit, ndc_quantity::text, minutes FROM code_line WHERE units = 4")
    assert tuple(line) == ("1234567893", "00409471332", "ML", "2.500", 45)
    [coding] = await sql("SELECT place, payer_class FROM coding")
    assert tuple(coding) == ("22", "medicare")


async def test_changes_are_discarded_and_come_again(house: House, sql: Sql, web: Web) -> None:
    chart, cody = await _desk(house, sql, web, "I10", "J18.9")
    state = state_of(await open_desk(cody, chart))

    gone = await cody.post(f"/desk/charts/{chart.id}/discarded", data=state, headers=FRAGMENT)
    stale = await cody.post(f"/desk/charts/{chart.id}/discarded", data=state, headers=FRAGMENT)

    assert "None yet" in gone.text
    assert stale.status_code == 409
    await do(cody, chart, "undo")
    assert re.findall(r'data-line="([^"]+)"', await open_desk(cody, chart)) == ["d1 I10", "d2 J18.9"]


async def test_pages_that_came_are_told_and_shown_with_what_is_typed(house: House, sql: Sql, web: Web) -> None:
    chart, cody = await _desk(house, sql, web, "I10")
    state = state_of(await open_desk(cody, chart))
    beat = {"fence": state["fence"], "page": "1"}

    quiet = await cody.post(f"/desk/charts/{chart.id}/keep", data=beat | {"pages": "1"}, headers=FRAGMENT)
    await sql("UPDATE document_page SET number = number")  # nothing came
    told = await cody.post(f"/desk/charts/{chart.id}/keep", data=beat | {"pages": "0"}, headers=FRAGMENT)
    await sql(
        "INSERT INTO document_page (id, client_id, chart_id, document_id, number, width, height, image_blob_id)"
        " SELECT $1, client_id, chart_id, document_id, 2, width, height, image_blob_id FROM document_page LIMIT 1",
        new_id(),
    )
    came = await cody.post(f"/desk/charts/{chart.id}/keep", data=beat | {"pages": "1"}, headers=FRAGMENT)
    shown = await do(cody, chart, "arrived", entry="pneum", **place(chart.page_ids[0]))

    assert "new page" not in quiet.text + told.text
    assert "1 new page came" in came.text
    assert shown.status_code == 200
    assert shown.text.count('/image"') == 2
    assert 'value="pneum"' in shown.text
    assert f'value="{chart.page_ids[0]}"' in shown.text


@pytest.mark.parametrize(("to", "order"), [("1", ["d1 I10", "d2 J18.9", "d3 E11.9"]), ("9", None)])
async def test_a_line_is_moved_to_a_place(house: House, sql: Sql, web: Web, to: str, order: list[str] | None) -> None:
    chart, cody = await _desk(house, sql, web, "J18.9", "I10", "E11.9")

    await do(cody, chart, "move d2 I10", to=to)

    found = re.findall(r'data-line="([^"]+)"', await open_desk(cody, chart))
    assert found == (order or ["d1 J18.9", "d2 E11.9", "d3 I10"])

"""A client's coding guidelines: versions, who writes them, and where coders see them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.acknowledging import NotAcknowledged, acknowledge_guideline
from assignments.coding.submitting import submit_coding
from assignments.rules import Stage
from portal.errors import Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.guideline_changes import what_changed
from portal.tenancy.guidelines import write_guideline
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart, type_lines


async def _write(house: House, body: str) -> int:
    line_id = house.north.lines["radiology"]
    return await write_guideline(house.mona, client_id=house.north.id, service_line_id=line_id, body=body, now=NOW)


async def test_a_change_is_another_version_and_the_same_words_are_none(house: House, sql: Sql) -> None:
    assert await _write(house, "Bill globally.\n\n  Code incidental findings of the impression. ") == 1
    assert await _write(house, "Bill globally.\nCode incidental findings of the impression.") == 1
    assert await _write(house, "Bill the professional component.") == 2

    rows = await sql("SELECT version, body FROM guideline ORDER BY version")
    assert [row["body"] for row in rows] == [
        "Bill globally.\nCode incidental findings of the impression.",
        "Bill the professional component.",
    ]
    events = await sql("SELECT actor_id FROM access_event WHERE action = 'client:changed'")
    assert [row["actor_id"] for row in events] == [house.mona.person_id] * 2


async def test_a_service_line_of_another_client_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        await write_guideline(
            house.mona, client_id=house.south.id, service_line_id=house.north.lines["radiology"], body="x", now=NOW
        )


async def test_a_manager_writes_on_the_clients_page_and_the_coder_reads_beside_the_chart(
    house: House, web: Web, sql: Sql
) -> None:
    mona, cody = await web("mona"), await web("cody")
    place = f"/clients/{house.north.id}"
    way = f"{place}/service-lines/{house.north.lines['radiology']}/guideline"
    answer = await mona.post(way, data={"guideline": "Count <contrast> in millilitres."})
    assert answer.status_code == 303
    assert "Count &lt;contrast&gt; in millilitres." in (await mona.get(place)).text

    emptied = await mona.post(way, data={"guideline": " ", "seen": "1"})
    assert emptied.status_code == 422
    assert "would end every rule" in emptied.text
    late = await mona.post(way, data={"guideline": "What Mona typed.", "guideline_from": "2020-02-02", "seen": "1"})
    assert late.status_code == 422
    assert "What Mona typed." in late.text
    assert 'value="2020-02-02"' in late.text
    passed = await mona.post(way, data={"guideline": "Typed before version 1.", "seen": "0"})
    assert passed.status_code == 409
    assert "Typed before version 1." in passed.text

    chart = await make_chart(sql, house)
    await cody.post("/desk/next", data={"request_id": "00000000-0000-4000-8000-000000000001"})
    desk = (await cody.get(f"/desk/charts/{chart.id}")).text
    assert "Count &lt;contrast&gt; in millilitres." in desk
    assert "version 1" in desk
    await mona.post(way, data={"guideline": "", "seen": "1", "ends": "1"})
    assert [row["body"] for row in await sql("SELECT body FROM guideline ORDER BY version")][1:] == [""]


async def test_only_managers_write(house: House, web: Web) -> None:
    way = f"/clients/{house.north.id}/service-lines/{house.north.lines['radiology']}/guideline"
    for name in ("cody", "clara", "connie"):
        assert (await (await web(name)).post(way, data={"guideline": "x"})).status_code == 403


async def test_the_lines_open_when_the_rules_are_confirmed(house: House, web: Web, sql: Sql) -> None:
    await _write(house, "Bill globally.")
    chart = await make_chart(sql, house)
    cody, place = await web("cody"), f"/desk/charts/{chart.id}"
    await cody.post("/desk/next", data={"request_id": str(new_id())})

    desk = (await cody.get(place)).text
    assert "The lines open when you have confirmed them" in desk
    assert 'id="entry"' not in desk
    [held] = await sql("SELECT fence FROM assignment")
    typed = {"fence": str(held["fence"]), "revision": "0", "op": "add", "entry": "J18.9"}
    refused = await cody.post(f"{place}/lines", data=typed)
    assert refused.status_code == 409
    assert "This client has new coding rules" in refused.text
    assert "J18.9" not in re.findall(r'<td class="code">([^<]+)</td>', refused.text)
    [nothing] = await sql("SELECT count(*) AS n FROM coding_draft WHERE lines::text LIKE '%J18%'")
    assert nothing["n"] == 0

    for _ in range(2):  # calm when repeated
        assert (await cody.post(f"{place}/guideline", data={"version": "1"})).status_code == 303
    desk = (await cody.get(place)).text
    assert 'id="entry"' in desk
    [typed["revision"]] = re.findall(r'name="revision" form="lines-form" value="(\d+)"', desk)
    assert (await cody.post(f"{place}/lines", data=typed)).status_code == 303
    [event] = await sql("SELECT actor_id FROM access_event WHERE action = 'guideline:acknowledged'")
    assert event["actor_id"] == house.cody.person_id


async def test_a_version_that_comes_meanwhile_is_asked_for_with_the_next_chart(house: House, sql: Sql) -> None:
    first = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await _write_now(house, "Bill globally.")
    await type_lines(house.cody, first.id, pulled.fence, Stage.CODING, ["J18.9", "71046 A"])
    await submit_coding(house.cody, chart_id=first.id, fence=pulled.fence, request_id=new_id(), now=NOW)

    second = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    with pytest.raises(NotAcknowledged):
        await type_lines(house.cody, second.id, pulled.fence, Stage.CODING, ["J18.9"])
    with pytest.raises(NotAcknowledged):
        await submit_coding(house.cody, chart_id=second.id, fence=pulled.fence, request_id=new_id(), now=NOW)
    await acknowledge_guideline(house.cody, chart_id=second.id, version=1)
    await type_lines(house.cody, second.id, pulled.fence, Stage.CODING, ["J18.9"])


async def test_a_version_for_a_later_day_asks_nothing_before_it(house: House, web: Web, sql: Sql) -> None:
    await _write(house, "Bill globally.")
    tomorrow = date(2100, 1, 1)
    await write_guideline(
        house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"],
        body="Bill the professional component.", now=NOW, effective_on=tomorrow,
    )  # fmt: skip
    with pytest.raises(Invalid, match="later day"):
        await write_guideline(
            house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"], body="x", now=NOW,
            effective_on=NOW.date() - timedelta(days=1),
        )  # fmt: skip
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await acknowledge_guideline(house.cody, chart_id=chart.id, version=1)
    await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, ["J18.9"])
    cody = await web("cody")
    assert "Version 2 holds from 2100-01-01 on" in (await cody.get(f"/desk/charts/{chart.id}")).text
    tool = await cody.get(f"/desk/charts/{chart.id}/guideline", headers={"hx-request": "true"})
    assert "<ins>Bill the professional component.</ins>" in tool.text
    assert "<html" not in tool.text

    history = await (await web("mona")).get(
        f"/clients/{house.north.id}/service-lines/{house.north.lines['radiology']}/guideline"
    )
    assert "asked before their next chart" in history.text, "Cora has not read it"
    assert "up to date" in history.text, "Cody has"


async def test_rules_of_a_chart_that_somebody_does_not_see_are_not_theirs_to_confirm(house: House, sql: Sql) -> None:
    await _write(house, "Bill globally.")
    chart = await make_chart(sql, house)
    for actor in (house.outsider, house.cora):
        with pytest.raises(NotFound):
            await acknowledge_guideline(actor, chart_id=chart.id, version=1)


@given(st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_what_changed_tells_both_versions_whole(before: list[str], after: list[str]) -> None:
    changes = what_changed(before, after)
    assert [change.rule for change in changes if change.kind != "added"] == before
    assert [change.rule for change in changes if change.kind != "removed"] == after


async def _write_now(house: House, body: str) -> Any:
    from portal.clock import utc_now

    line_id = house.north.lines["radiology"]
    return await write_guideline(
        house.mona, client_id=house.north.id, service_line_id=line_id, body=body, now=utc_now()
    )

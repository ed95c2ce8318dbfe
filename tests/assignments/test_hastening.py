"""STAT after the upload: the clock by its stated rule, the place in line, the history."""

import re
from datetime import datetime, timedelta

import pytest

from assignments.hastening import change_haste
from assignments.rules import rank
from portal.errors import Conflict, NotFound
from portal.tenancy.calendars import set_cut_off, set_stat_hours
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart


async def facts(sql: Sql, chart: MadeChart) -> tuple[bool, datetime, datetime | None]:
    [row] = await sql("SELECT is_stat, due_at, stat_requested_at FROM chart WHERE id = $1", chart.id)
    return row["is_stat"], row["due_at"], row["stat_requested_at"]


async def test_stat_is_due_its_hours_after_the_request_and_goes_to_the_front(house: House, sql: Sql) -> None:
    first = await make_chart(sql, house, received_at=NOW - timedelta(hours=10))
    hurried = await make_chart(sql, house, received_at=NOW - timedelta(hours=1))
    await set_stat_hours(house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"], hours=2)

    due = await change_haste(house.clara, chart_id=hurried.id, is_stat=True, now=NOW)

    assert due == NOW + timedelta(hours=2)
    assert await facts(sql, hurried) == (True, due, NOW)
    [entry] = await sql("SELECT rank, due_at FROM queue_entry WHERE chart_id = $1", hurried.id)
    assert (entry["rank"], entry["due_at"]) == (rank(due, weight=3), due)
    assert (await pull_chart(house.cody)).chart_id == hurried.id
    assert first.id != hurried.id
    [event] = await sql(
        "SELECT kind, from_state, to_state, actor_id, happened_at FROM chart_event WHERE kind = 'hastened'"
    )
    assert tuple(event) == ("hastened", "ready", "ready", house.clara.person_id, NOW)
    logged = await sql("SELECT patient_id FROM access_event WHERE action = 'chart:hastened'")
    assert [row["patient_id"] for row in logged] == [hurried.patient_id]


async def test_stat_is_never_due_later_than_it_was(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, received_at=NOW - timedelta(hours=23))
    _, was_due, _ = await facts(sql, chart)
    assert await change_haste(house.clara, chart_id=chart.id, is_stat=True, now=NOW) == was_due


async def test_ordinary_again_it_is_due_when_it_would_have_been(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    _, was_due, _ = await facts(sql, chart)
    await change_haste(house.clara, chart_id=chart.id, is_stat=True, now=NOW)
    assert await change_haste(house.mona, chart_id=chart.id, is_stat=False, now=NOW + timedelta(hours=1)) == was_due
    assert await facts(sql, chart) == (False, was_due, None)
    [entry] = await sql("SELECT rank FROM queue_entry WHERE chart_id = $1", chart.id)
    assert entry["rank"] == rank(was_due)


async def test_asking_twice_changes_nothing(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    due = await change_haste(house.clara, chart_id=chart.id, is_stat=True, now=NOW)
    assert await change_haste(house.carl, chart_id=chart.id, is_stat=True, now=NOW + timedelta(hours=2)) == due
    assert len(await sql("SELECT FROM chart_event WHERE kind = 'hastened'")) == 1


async def test_what_is_out_of_our_hands_and_what_is_foreign(house: House, sql: Sql) -> None:
    done = await make_chart(sql, house, state="delivered", coder=house.cody)
    chart = await make_chart(sql, house)
    with pytest.raises(Conflict, match="out of our hands"):
        await change_haste(house.clara, chart_id=done.id, is_stat=True, now=NOW)
    with pytest.raises(NotFound):
        await change_haste(house.stranger, chart_id=chart.id, is_stat=True, now=NOW)


async def test_the_cut_off_moves_the_ordinary_promise_and_never_stat(house: House, sql: Sql) -> None:
    """16:30 in New York, an hour after the cut-off."""
    from assignments.promising import promise
    from portal.database import acting_as

    came = NOW + timedelta(hours=6)
    await set_cut_off(
        house.mona, client_id=house.north.id, cut_off_minute=15 * 60 + 30, working_days=(1, 2, 3, 4, 5), now=NOW
    )
    line = house.north.lines["radiology"]
    async with acting_as(house.clara):
        ordinary = await promise(service_line_id=line, received_at=came, is_stat=False)
        stat = await promise(service_line_id=line, received_at=came, is_stat=True)
    assert ordinary.counts_from == came + timedelta(hours=7, minutes=30)  # midnight in New York
    assert ordinary.due_at == ordinary.counts_from + timedelta(hours=24)
    assert stat.due_at == came + timedelta(hours=4)


async def test_both_find_the_button_and_the_rule_on_their_pages(web: Web, house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    for name, place in (("clara", "charts"), ("mona", "floor/charts")):
        browser = await web(name)
        page = (await browser.get(f"/{place}/{chart.id}")).text
        assert "due 4 hours from now" in re.sub(r"\s+", " ", page)
        answer = await browser.post(f"/charts/{chart.id}/haste", data={"stat": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{place}/{chart.id}")
        assert "No longer STAT" in (await browser.get(f"/{place}/{chart.id}")).text
        await browser.post(f"/charts/{chart.id}/haste", data={"stat": "0"})
    history = (await (await web("clara")).get(f"/charts/{chart.id}")).text
    assert history.count("Made STAT") == 2
    cody = await web("cody")
    assert (await cody.post(f"/charts/{chart.id}/haste", data={"stat": "1"})).status_code == 403

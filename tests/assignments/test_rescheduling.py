"""Another due time for one chart: agreed for a reason, followed by its place in line, undone."""

import asyncio
from datetime import datetime, timedelta

import pytest

from assignments.hastening import change_haste
from assignments.promises import at_risk_from
from assignments.rescheduling import agree_due_time, keep_promise
from assignments.rules import rank
from portal.clock import utc_now
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart

LATER = NOW + timedelta(hours=50)


async def facts(sql: Sql, chart: MadeChart) -> tuple[datetime, datetime | None, datetime | None]:
    [row] = await sql(
        "SELECT c.due_at, c.agreed_due_at, q.due_at AS in_line, q.rank FROM chart c JOIN queue_entry q"
        " ON q.chart_id = c.id WHERE c.id = $1",
        chart.id,
    )
    assert row["in_line"] == row["due_at"]
    return row["due_at"], row["agreed_due_at"], row["rank"]


async def test_an_agreed_time_holds_in_line_and_is_kept_with_its_reason_and_undone(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    promised, _, _ = await facts(sql, chart)
    for _ in range(2):
        await agree_due_time(house.mona, chart_id=chart.id, due=LATER, reason="volume", now=NOW)
    assert await facts(sql, chart) == (LATER, LATER, rank(LATER))

    for _ in range(2):
        await keep_promise(house.mona, chart_id=chart.id, now=NOW)
    assert await facts(sql, chart) == (promised, None, rank(promised))

    events = await sql("SELECT kind, details->>'reason' AS reason, actor_id FROM chart_event"
                       " WHERE kind LIKE 'due%' ORDER BY recorded_at")  # fmt: skip
    assert [tuple(event) for event in events] == [
        ("due_agreed", "volume", house.mona.person_id), ("due_as_promised", "as promised", house.mona.person_id),
    ]  # fmt: skip
    logged = await sql("SELECT patient_id FROM access_event WHERE action = 'chart:rescheduled'")
    assert [row["patient_id"] for row in logged] == [chart.patient_id] * 2


async def test_what_is_no_longer_late_takes_its_step_back(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, received_at=NOW - timedelta(hours=30), text=None)
    await sql("UPDATE queue_entry SET boosted_at = $1, rank = rank + interval '48 hours'", NOW)
    await change_haste(house.clara, chart_id=chart.id, is_stat=True, now=NOW)
    [late] = await sql("SELECT boosted_at FROM queue_entry")
    await agree_due_time(house.mona, chart_id=chart.id, due=LATER, reason="volume", now=NOW)
    [in_time] = await sql("SELECT boosted_at FROM queue_entry")
    assert (late["boosted_at"], in_time["boosted_at"]) == (NOW, None)


async def test_it_changes_who_comes_first(house: House, sql: Sql) -> None:
    first = await make_chart(sql, house, received_at=NOW - timedelta(hours=5))
    second = await make_chart(sql, house, received_at=NOW - timedelta(hours=1))
    await agree_due_time(house.mona, chart_id=first.id, due=LATER, reason="client asked", now=NOW)
    assert (await pull_chart(house.cody)).chart_id == second.id


async def test_stat_and_an_agreed_time_go_together(house: House, sql: Sql) -> None:
    """STAT is never later than what was agreed; agreed again, what is agreed holds; both undone, the promise does."""
    chart = await make_chart(sql, house)
    promised, _, _ = await facts(sql, chart)
    await agree_due_time(house.mona, chart_id=chart.id, due=LATER, reason="volume", now=NOW)
    assert await change_haste(house.clara, chart_id=chart.id, is_stat=True, now=NOW) == NOW + timedelta(hours=4)
    assert await change_haste(house.clara, chart_id=chart.id, is_stat=False, now=NOW) == LATER
    await change_haste(house.clara, chart_id=chart.id, is_stat=True, now=NOW)
    await agree_due_time(house.mona, chart_id=chart.id, due=LATER, reason="volume", now=NOW)
    assert (await facts(sql, chart))[0] == LATER
    await keep_promise(house.mona, chart_id=chart.id, now=NOW)
    assert (await facts(sql, chart))[0] == NOW + timedelta(hours=4)
    assert await change_haste(house.clara, chart_id=chart.id, is_stat=False, now=NOW) == promised


async def test_what_cannot_be_agreed(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    done = await make_chart(sql, house, state="delivered", coder=house.cody, text=None)
    for due, reason in ((NOW, "volume"), (NOW + timedelta(days=400), "volume"), (LATER, "because"), (LATER, "")):
        with pytest.raises(Invalid):
            await agree_due_time(house.mona, chart_id=chart.id, due=due, reason=reason, now=NOW)
    with pytest.raises(Conflict, match="out of our hands"):
        await agree_due_time(house.mona, chart_id=done.id, due=LATER, reason="volume", now=NOW)
    with pytest.raises(Conflict, match="out of our hands"):
        await keep_promise(house.mona, chart_id=done.id, now=NOW)
    with pytest.raises(NotFound):
        await agree_due_time(house.mona, chart_id=new_id(), due=LATER, reason="volume", now=NOW)


async def test_two_managers_and_a_pull_at_once_agree_in_the_end(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    sooner = LATER - timedelta(hours=1)
    await asyncio.gather(
        agree_due_time(house.mona, chart_id=chart.id, due=LATER, reason="volume", now=NOW),
        agree_due_time(house.mona, chart_id=chart.id, due=sooner, reason="outage", now=NOW), pull_chart(house.cody),
    )  # fmt: skip
    due, agreed, _ = await facts(sql, chart)
    assert due == agreed
    assert due in (LATER, sooner)
    assert len(await sql("SELECT FROM chart_event WHERE kind = 'due_agreed'")) == 2


async def test_the_form_takes_the_clients_wall_clock_and_says_what_is_wrong(web: Web, house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, received_at=utc_now(), text=None)
    mona, place = await web("mona"), f"/floor/charts/{chart.id}"
    day = (utc_now() + timedelta(days=9)).date()
    refused = await mona.post(f"{place}/due", data={"due": f"{day}T17:00", "reason": ""})
    assert refused.status_code == 422
    assert "Choose why it is due" in refused.text
    assert f"{day}T17:00" in refused.text, "what was entered is still there"
    past = await mona.post(f"{place}/due", data={"due": "2020-01-01T10:00", "reason": "outage"})
    assert (past.status_code, "lies ahead" in past.text) == (422, True)
    assert (await mona.post(f"{place}/due", data={"due": "soon", "reason": "outage"})).status_code == 422

    agreed = await mona.post(f"{place}/due", data={"due": f"{day}T17:00", "reason": "outage"})
    assert (agreed.status_code, agreed.headers["location"]) == (303, place)
    shown = (await mona.get(place)).text
    assert f"{day} 17:00" in shown
    assert "due agreed: A system was down" in shown
    assert "Another due time was agreed" in (await (await web("clara")).get(f"/charts/{chart.id}")).text
    await mona.post(f"{place}/due", data={"as_promised": "1"})
    assert "Due as promised again" in (await (await web("clara")).get(f"/charts/{chart.id}")).text
    assert (await (await web("clara")).post(f"{place}/due", data={"as_promised": "1"})).status_code == 403


async def test_at_risk_is_the_same_in_the_rules_in_sql_and_on_the_pages(web: Web, house: House, sql: Sql) -> None:
    for hours in (1, 4, 19, 20, 24, 2000):
        for minutes in (None, 1, 90, 20160):
            [row] = await sql("SELECT at_risk_from($1, $2, $3) AS moment", LATER, hours, minutes)
            assert row["moment"] == at_risk_from(LATER, promise_hours=hours, at_risk_minutes=minutes), (hours, minutes)
    now = utc_now()
    at_risk = await make_chart(sql, house, received_at=now - timedelta(hours=21), text=None)
    in_time = await make_chart(sql, house, received_at=now - timedelta(hours=19), text=None)
    mona = await web("mona")

    listed = (await mona.get("/floor/charts?due=risk")).text
    assert at_risk.number in listed
    assert in_time.number not in listed
    assert '<span class="chip warn">at risk</span>' in listed
    assert '<span class="chip warn">at risk</span>' not in (await mona.get(f"/floor/charts/{in_time.id}")).text
    await sql("UPDATE service_line SET at_risk_minutes = 360")
    assert in_time.number in (await mona.get("/floor/charts?due=risk")).text
    assert "2 at risk" in (await mona.get("/floor")).text

"""A client's calendar, a service line's own, public holidays, and what a service line promises."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from assignments.promising import get_terms, promise
from portal.database import acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.calendars import Week, adopt_holidays, get_days, keep_clients_week, set_line_week, set_week
from portal.tenancy.public_holidays import find_public_holidays
from portal.tenancy.queries import get_service_line
from portal.tenancy.terms import LineTerms, set_terms
from tests.cast import NOW, House
from tests.conftest import Sql, Web

OFFICE = Week(17 * 60, (1, 2, 3, 4, 5), 8 * 60, 17 * 60)


async def test_a_promise_in_working_hours_ends_in_the_clients_working_hours(house: House) -> None:
    """Friday 16:00 in New York, with Monday off: 8 working hours are over on Tuesday at 15:00."""
    line = house.north.lines["radiology"]
    await set_week(house.mona, client_id=house.north.id, week=OFFICE, now=NOW)
    await set_terms(
        house.mona, client_id=house.north.id, service_line_id=line, terms=LineTerms(8, 4, in_working_hours=True)
    )
    await adopt_holidays(house.mona, client_id=house.north.id, year=2026, state="")  # 7 September is Labor Day
    came = datetime(2026, 9, 4, 20, 0, tzinfo=UTC)
    async with acting_as(house.clara):
        ordinary = await promise(service_line_id=line, received_at=came, is_stat=False)
        stat = await promise(service_line_id=line, received_at=came, is_stat=True)
    assert ordinary.due_at == ordinary.promised_due_at == datetime(2026, 9, 8, 19, 0, tzinfo=UTC)
    assert (stat.due_at, stat.promised_due_at) == (came + timedelta(hours=4), ordinary.due_at)


async def test_a_service_line_has_its_own_calendar_until_it_keeps_its_clients_again(house: House, sql: Sql) -> None:
    north, line = house.north.id, house.north.lines["emergency"]
    await set_week(house.mona, client_id=north, week=OFFICE, now=NOW)
    await adopt_holidays(house.mona, client_id=north, year=2026, state="")
    always = Week(None, range(1, 8), 0, 1440)
    for keeps_holidays in (False, True):
        await set_line_week(
            house.mona, client_id=north, service_line_id=line, week=always, keeps_holidays=keeps_holidays, now=NOW
        )
        async with acting_as(house.clara):
            own, clients = await get_days(north, service_line_id=line), await get_days(north)
            terms = await get_terms(line)
        assert (own.is_own, list(own.week.working_days), bool(own.holidays)) == (True, [*range(1, 8)], keeps_holidays)
        assert (clients.is_own, list(clients.week.working_days)) == (False, [1, 2, 3, 4, 5])
        assert terms.calendar.is_working(date(2026, 9, 7)) is not keeps_holidays

    for _ in range(2):
        await keep_clients_week(house.mona, client_id=north, service_line_id=line)
    async with acting_as(house.clara):
        assert (await get_days(north, service_line_id=line)).week == (await get_days(north)).week
    assert len(await sql("SELECT FROM access_event WHERE object_id = $1", line)) == 3


async def test_another_clients_line_is_not_found_and_a_week_without_working_time_is_refused(house: House) -> None:
    foreign = house.south.lines["emergency"]
    with pytest.raises(NotFound):
        await set_line_week(
            house.mona, client_id=house.north.id, service_line_id=foreign, week=OFFICE, keeps_holidays=True, now=NOW
        )
    with pytest.raises(NotFound):
        await keep_clients_week(house.mona, client_id=house.north.id, service_line_id=foreign)
    with pytest.raises(NotFound):
        await set_terms(house.mona, client_id=house.north.id, service_line_id=foreign, terms=LineTerms(24, 4))
    with pytest.raises(NotFound):
        await set_week(house.mona, client_id=new_id(), week=OFFICE, now=NOW)
    for week in (Week(None, ()), Week(None, (0, 1)), Week(None, (1,), 600, 650), Week(None, (1,), 600, 1441)):
        with pytest.raises(Invalid):
            await set_week(house.mona, client_id=house.north.id, week=week, now=NOW)
    for terms in (LineTerms(0, 4), LineTerms(24, 169), LineTerms(24, 4, False, 0), LineTerms(24, 4, False, None, 4)):
        with pytest.raises(Invalid):
            await set_terms(
                house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"], terms=terms
            )


def test_the_public_holidays_of_the_federation_and_of_a_state() -> None:
    """5 U.S.C. 6103: eleven days; one on a weekend is observed on the nearest weekday."""
    federal = dict(find_public_holidays(2026))
    assert date(2026, 9, 7) in federal
    assert date(2026, 11, 26) in federal
    assert date(2026, 7, 3) in federal, "the fourth is a Saturday"
    assert date(2026, 3, 2) in dict(find_public_holidays(2026, "TX")), "Texas Independence Day"
    with pytest.raises(Invalid):
        find_public_holidays(2026, "XX")


async def test_public_holidays_are_adopted_with_one_click_and_keep_what_is_there(
    web: Web, house: House, sql: Sql
) -> None:
    mona, place = await web("mona"), f"/clients/{house.north.id}"
    await mona.post(f"{place}/holidays", data={"holiday": "2026-12-25", "name": "Our own Christmas"})
    first = await mona.post(f"{place}/holidays/public", data={"year": "2026", "state": ""})
    assert first.headers["location"] == f"{place}/days#holidays"
    page = (await mona.get(f"{place}/days")).text
    assert "public holidays of 2026 were added" in page
    assert "Labor Day" in page
    assert "Our own Christmas" in page
    count = len(await sql("SELECT FROM client_holiday"))
    assert count == len(find_public_holidays(2026))
    await mona.post(f"{place}/holidays/public", data={"year": "2026", "state": ""})
    assert len(await sql("SELECT FROM client_holiday")) == count
    assert len(await sql("SELECT FROM access_event WHERE action = 'client:changed'")) == 2
    refused = await mona.post(f"{place}/holidays/public", data={"year": "2026", "state": "ZZ"})
    assert refused.status_code == 422
    assert "a state from the list" in refused.text


async def test_a_manager_sets_the_calendar_and_a_lines_promise_by_their_pages(web: Web, house: House, sql: Sql) -> None:
    mona, place = await web("mona"), f"/clients/{house.north.id}"
    line = f"{place}/service-lines/{house.north.lines['radiology']}"
    week = {"cut_off": "17:00", "opens": "08:00", "closes": "18:30", **{f"day{n}": "1" for n in range(1, 7)}}
    assert (await mona.post(f"{place}/days", data=week)).status_code == 303
    [row] = await sql("SELECT cut_off_minute, working_days, opens_minute, closes_minute FROM client_calendar")
    assert tuple(row) == (1020, [1, 2, 3, 4, 5, 6], 480, 1110)
    for wrong in ({"closes": "08:30"}, {"opens": "nine"}, {"cut_off": "00:00"}):
        refused = await mona.post(f"{place}/days", data=week | wrong)
        assert refused.status_code == 422, wrong
        assert 'value="17:00"' in refused.text or "cut_off" in wrong
    assert (await mona.post(f"{place}/days", data={"opens": "08:00"})).status_code == 422

    terms = {
        "promise_hours": "16",
        "hours": "working",
        "stat_hours": "2",
        "at_risk_minutes": "90",
        "widen_minutes": "45",
    }
    assert (await mona.post(f"{line}/promise", data=terms)).headers["location"] == f"{line}/promise"
    async with acting_as(house.mona):
        kept = await get_service_line(house.north.id, house.north.lines["radiology"])
    assert (kept.promise_hours, kept.in_working_hours, kept.stat_hours) == (16, True, 2)
    assert (kept.at_risk_minutes, kept.widen_minutes) == (90, 45)
    shown = (await mona.get(f"{line}/promise")).text
    assert re.search(r'value="working" checked', shown)
    assert "16 working hours" in (await mona.get(f"{place}/days")).text
    refused = await mona.post(f"{line}/promise", data=terms | {"promise_hours": "0"})
    assert (refused.status_code, 'value="90"' in refused.text) == (422, True)

    await mona.post(f"{line}/calendar", data={"opens": "06:00", "day7": "1", "keeps_holidays": "1"})
    [own] = await sql("SELECT working_days, opens_minute, closes_minute, keeps_holidays FROM service_line_calendar")
    assert tuple(own) == ([7], 360, 1440, True)
    assert "Keep its client’s calendar instead" in (await mona.get(f"{line}/promise")).text
    assert (await mona.post(f"{line}/calendar", data={"opens": "06:00"})).status_code == 422
    await mona.post(f"{line}/calendar", data={"as_client": "1"})
    assert await sql("SELECT FROM service_line_calendar") == []
    assert (await (await web("clara")).get(f"{line}/promise")).status_code == 403
    assert (await mona.get(f"{place}/service-lines/{new_id()}/promise")).status_code == 404

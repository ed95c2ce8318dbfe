"""No agreement, no upload; the register; warnings before an end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules import ChartState
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.agreements import add_agreement, end_agreement, find_warnings, has_agreement
from portal.tenancy.rules import AgreementKind, Standing, ensure_term, standing
from tests.assignments.sending import encounter, send, text
from tests.cast import House
from tests.conftest import Sql, Web


async def put_on_file(house: House, first: date, last: date | None = None, kind: AgreementKind = AgreementKind.BAA):  # type: ignore[no-untyped-def]
    return await add_agreement(
        house.connie, client_id=house.north.id, kind=kind, reference="Cabinet 9", signed_on=date(2026, 1, 1),
        effective_on=first, expires_on=last, now=utc_now(),
    )  # fmt: skip


async def test_without_an_agreement_nothing_is_received_and_nothing_typed_is_lost(
    web: Web, house: House, sql: Sql
) -> None:
    await sql("DELETE FROM agreement WHERE client_id = $1", house.north.id)
    clara = await web("clara")

    answer = await send(clara, encounter(house.north, provider="Kept, Typed"), text())

    assert answer.status_code == 422
    assert "No business associate agreement" in answer.text
    assert "Kept, Typed" in answer.text
    assert not await sql("SELECT FROM chart")
    assert not await sql("SELECT FROM blob WHERE state = 'stored'")
    assert "Uploads are refused" in (await clara.get("/charts")).text

    await put_on_file(house, utc_now().date() - timedelta(days=2), kind=AgreementKind.CONTRACT)  # no BAA
    assert (await send(clara, encounter(house.north), text())).status_code == 422
    await put_on_file(house, utc_now().date() - timedelta(days=2))
    assert (await send(clara, encounter(house.north), text())).status_code == 303
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == [ChartState.RECEIVED]


async def test_first_and_last_day_are_the_clients_own(house: House, sql: Sql) -> None:
    """In New York 2026-09-14 begins at 04:00 UTC and ends at 04:00 of the next day."""
    await sql("DELETE FROM agreement WHERE client_id = $1", house.north.id)
    await put_on_file(house, date(2026, 9, 14), date(2026, 9, 14))
    for moment, there in (
        (datetime(2026, 9, 14, 3, 59, tzinfo=UTC), False), (datetime(2026, 9, 14, 4, 0, tzinfo=UTC), True),
        (datetime(2026, 9, 15, 3, 59, tzinfo=UTC), True), (datetime(2026, 9, 15, 4, 0, tzinfo=UTC), False),
    ):  # fmt: skip
        async with acting_as(house.clara):
            assert await has_agreement(house.north.id, now=moment) == there, moment


async def test_an_end_comes_early_and_only_once(house: House, sql: Sql) -> None:
    today = utc_now().date()
    await sql("DELETE FROM agreement")
    agreement_id = await put_on_file(house, today - timedelta(days=9))
    with pytest.raises(Invalid):
        await end_agreement(house.adam, agreement_id=agreement_id, ended_on=today - timedelta(days=10))
    for _ in range(2):
        await end_agreement(house.adam, agreement_id=agreement_id, ended_on=today - timedelta(days=2))
    with pytest.raises(Conflict):
        await end_agreement(house.adam, agreement_id=agreement_id, ended_on=today)
    with pytest.raises(NotFound):
        await end_agreement(house.adam, agreement_id=new_id(), ended_on=today)
    async with acting_as(house.clara):
        assert not await has_agreement(house.north.id, now=utc_now())
    actions = [row["action"] for row in await sql("SELECT action FROM access_event WHERE object_id = $1", agreement_id)]
    assert sorted(actions) == ["agreement:added", "agreement:ended"]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], -1),
        ([(-90, 30)], 30),
        ([(-90, 60)], 60),
        ([(-90, 61)], None),
        ([(-90, None)], None),
        ([(-90, 30), (31, None)], None),  # goes on without a gap
        ([(-90, 30), (32, None)], 30),  # a day without
        ([(-90, 10), (-5, 50)], 50),
        ([(-90, -1)], -1),
        ([(5, None)], -1),
    ],
)
async def test_warnings(house: House, sql: Sql, terms: list[tuple[int, int | None]], expected: int | None) -> None:
    now = datetime(2026, 9, 14, 16, tzinfo=UTC)
    await sql("DELETE FROM agreement WHERE client_id = $1", house.north.id)
    for first, last in terms:
        await put_on_file(
            house, now.date() + timedelta(days=first), None if last is None else now.date() + timedelta(days=last)
        )
    async with acting_as(house.connie):
        warnings = {one.client_id: one for one in await find_warnings(now=now)}
    assert house.south.id not in warnings
    assert (warnings[house.north.id].days if house.north.id in warnings else None) == expected


async def test_the_register_on_screen(web: Web, house: House, sql: Sql) -> None:
    today = utc_now().astimezone(ZoneInfo(house.north.time_zone)).date()
    connie = await web("connie")
    fields = {
        "client": str(house.north.id), "kind": "baa", "reference": "Drawer 12", "signed_on": "2026-01-05",
        "effective_on": "2026-01-10", "expires_on": str(today + timedelta(days=20)),
    }  # fmt: skip
    for field, value, said in (
        ("client", "", "Choose a client"), ("kind", "other", "Choose what it is"), ("reference", "", "missing"),
        ("signed_on", "2099-01-01", "cannot lie ahead"), ("expires_on", "2026-01-09", "before the first"),
        ("effective_on", "soon", "not a date"),
    ):  # fmt: skip
        answer = await connie.post("/agreements", data={**fields, field: value})
        assert (answer.status_code, said in answer.text) == (422, True), field
        assert "Drawer 12" in answer.text or field == "reference"
    assert (await connie.post("/agreements", data=fields)).status_code == 303

    page = (await connie.get("/agreements")).text
    assert "Drawer 12" in page
    assert "expires soon" in page
    assert "Drawer 12" in (await connie.get("/agreements.csv")).text
    await sql("DELETE FROM agreement WHERE reference = 'Cabinet 4' AND client_id = $1", house.north.id)
    for name, path in (("connie", "/agreements"), ("connie", "/access-log"), ("adam", "/people")):
        assert "in 20 days" in (await (await web(name)).get(path)).text, path
    for name in ("clara", "cody", "mona"):
        assert (await (await web(name)).get("/agreements")).status_code == 403
    await sql("DELETE FROM agreement WHERE client_id = $1", house.north.id)
    assert "No agreement in force" in (await (await web("mona")).get(f"/clients/{house.north.id}")).text


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(days, st.none() | days, st.none() | days, days)
def test_standing_agrees_with_the_days(first: date, last: date | None, ended: date | None, today: date) -> None:
    in_force = first <= today and (last is None or today <= last) and (ended is None or today <= ended)
    assert (standing(first, last, ended, today=today) in (Standing.IN_FORCE, Standing.EXPIRES_SOON)) == in_force


def test_a_paper_that_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid, match="before it was signed"):
        ensure_term(date(2026, 9, 1), date(2026, 1, 1), date(2026, 8, 1), today=date(2026, 9, 14))


async def test_whoever_keeps_papers_and_people_has_a_page_of_each_client(web: Web, house: House) -> None:
    place = f"/agreements/clients/{house.north.id}"
    adam, connie = await web("adam"), await web("connie")
    assert f'href="{place}"' in (await adam.get("/agreements")).text
    seen, without_tokens = (await adam.get(place)).text, (await connie.get(place)).text
    for told in (seen, without_tokens):
        assert "clara@" in told, "their people"
        assert "Cora" in told, "who works for them"
        assert "Business associate agreement" in told
    assert "No program of theirs has access." in seen
    assert "API tokens" not in without_tokens
    assert (await adam.get(f"/agreements/clients/{new_id()}")).status_code == 404

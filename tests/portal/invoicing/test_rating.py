"""Rates, and the one rated event that each delivered chart earns."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from assignments.events import hand_out
from portal.errors import Conflict, Invalid, NotFound
from portal.invoicing.issuing import issue_invoice
from portal.invoicing.rating import set_rate
from portal.invoicing.reactions import SUBSCRIPTIONS
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.portal.invoicing.delivering import AUGUST, OCTOBER, SEPTEMBER, deliver_chart


async def _set(house: House, amount: str, on: date, *, specialty: str = "radiology", **changed: Any) -> Any:
    return await set_rate(
        house.mona,
        **{
            "client_id": house.north.id, "service_line_id": house.north.lines[specialty], "amount": Decimal(amount),
            "effective_on": on, "now": NOW, **changed,
        },
    )  # fmt: skip


async def test_a_delivered_chart_is_rated_once_at_the_rate_of_its_day(house: House, sql: Sql, work: Any) -> None:
    await _set(house, "1.2550", date(2026, 9, 1))
    august, september = await deliver_chart(sql, house, at=AUGUST), await deliver_chart(sql, house, at=SEPTEMBER)

    await work()
    for event in await sql("SELECT id FROM chart_event WHERE kind = 'delivered'"):
        await hand_out(event["id"], SUBSCRIPTIONS)  # handed out again

    rows = await sql("SELECT chart_id, amount, quantity, earned_on FROM rated_event ORDER BY earned_on")
    assert [tuple(row) for row in rows] == [
        (august.id, Decimal("1.10"), 1, date(2026, 8, 14)),
        (september.id, Decimal("1.26"), 1, date(2026, 9, 14)),
    ]


async def test_the_day_is_the_clients(house: House, sql: Sql, work: Any) -> None:
    moment = datetime(2026, 9, 1, 4, 30, tzinfo=UTC)  # September in New York, still August in Chicago
    await deliver_chart(sql, house, at=moment)
    await deliver_chart(sql, house, at=moment, client=house.south)

    await work()

    rows = await sql("SELECT client_id, earned_on FROM rated_event")
    assert {row["client_id"]: row["earned_on"] for row in rows} == {
        house.north.id: date(2026, 9, 1),
        house.south.id: date(2026, 8, 31),
    }


async def test_without_a_rate_a_chart_waits_and_is_rated_when_one_is_set(house: House, sql: Sql, work: Any) -> None:
    await sql("ALTER TABLE rate DISABLE TRIGGER rate_keeps_its_rows")
    await sql("DELETE FROM rate WHERE client_id = $1", house.north.id)
    chart = await deliver_chart(sql, house, at=AUGUST)
    other = await deliver_chart(sql, house, at=AUGUST, specialty="emergency")
    await work()
    assert not await sql("SELECT FROM rated_event")

    await _set(house, "2.0000", date(2026, 8, 15))  # a day too late
    assert not await sql("SELECT FROM rated_event")
    await _set(house, "3.0000", date(2026, 8, 1))

    rows = await sql("SELECT chart_id, amount, earned_on FROM rated_event")
    assert [tuple(row) for row in rows] == [(chart.id, Decimal("3.00"), date(2026, 8, 14))]
    assert other.id not in {row["chart_id"] for row in rows}


async def test_a_new_rate_leaves_rated_charts_alone(house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house, at=AUGUST)
    await work()

    await _set(house, "9.0000", date(2026, 8, 1))

    assert [row["amount"] for row in await sql("SELECT amount FROM rated_event")] == [Decimal("1.10")]


async def test_setting_a_rate_is_recorded_and_repeating_it_changes_nothing(house: House, sql: Sql) -> None:
    first = await _set(house, "2.5000", date(2026, 9, 1))
    again = await _set(house, "2.5000", date(2026, 9, 1))

    assert first == again
    events = await sql("SELECT actor_id, client_id, object_id FROM access_event WHERE action = 'rate:changed'")
    assert [tuple(row) for row in events] == [(house.mona.person_id, house.north.id, first)]


async def test_two_rates_cannot_begin_on_one_day(house: House) -> None:
    await _set(house, "2.5000", date(2026, 9, 1))
    with pytest.raises(Conflict, match="another day"):
        await _set(house, "2.6000", date(2026, 9, 1))


async def test_a_service_line_of_another_client_is_not_found(house: House, sql: Sql) -> None:
    with pytest.raises(NotFound):
        await _set(house, "2.5000", date(2026, 9, 1), service_line_id=house.south.lines["radiology"])
    assert not await sql("SELECT FROM rate WHERE amount = 2.5")


async def test_an_unusable_rate_is_refused(house: House) -> None:
    with pytest.raises(Invalid):
        await _set(house, "-1", date(2026, 9, 1))


async def test_a_rate_and_a_delivery_at_the_same_moment_never_miss_each_other(house: House, sql: Sql) -> None:
    await sql("ALTER TABLE rate DISABLE TRIGGER rate_keeps_its_rows")
    await sql("DELETE FROM rate WHERE client_id = $1", house.north.id)
    for _ in range(4):
        await deliver_chart(sql, house, at=AUGUST)
    events = [row["id"] for row in await sql("SELECT id FROM chart_event WHERE kind = 'delivered'")]

    await asyncio.gather(*(hand_out(event, SUBSCRIPTIONS) for event in events), _set(house, "1.5000", date(2026, 8, 1)))

    assert [row["amount"] for row in await sql("SELECT amount FROM rated_event")] == [Decimal("1.50")] * 4


async def test_neither_the_database_nor_a_manager_changes_what_was_rated(house: House, sql: Sql, work: Any) -> None:
    from asyncpg import InsufficientPrivilegeError

    from portal.database import DB, acting_as

    await deliver_chart(sql, house)
    await work()
    with pytest.raises(InsufficientPrivilegeError):
        async with acting_as(house.mona):
            await DB.execute("UPDATE rated_event SET amount = 0")
    with pytest.raises(InsufficientPrivilegeError):
        await sql("UPDATE rated_event SET amount = 0")


async def test_stat_costs_its_surcharge_as_a_line_of_its_own(house: House, sql: Sql, work: Any, web: Web) -> None:
    """Thirty per cent of 1.25 is 0.375, which is charged as 0.38; an ordinary chart pays the rate alone."""
    await _set(house, "1.25", date(2026, 8, 1), stat_percent=Decimal(30))
    ordinary, hurried = await deliver_chart(sql, house), await deliver_chart(sql, house)
    await sql("UPDATE chart SET is_stat = true WHERE id = $1", hurried.id)
    await work()
    for event in await sql("SELECT id FROM chart_event WHERE kind = 'delivered'"):
        await hand_out(event["id"], SUBSCRIPTIONS)

    rows = await sql("SELECT chart_id, kind, amount FROM rated_event ORDER BY chart_id, kind")
    assert sorted(tuple(row) for row in rows) == sorted(
        [(ordinary.id, "chart", Decimal("1.25")), (hurried.id, "chart", Decimal("1.25")),
         (hurried.id, "stat", Decimal("0.38"))]
    )  # fmt: skip

    invoice_id = await issue_invoice(house.mona, client_id=house.north.id, month=date(2026, 8, 1), now=OCTOBER)
    [invoice] = await sql("SELECT total, chart_count FROM invoice")
    assert tuple(invoice) == (Decimal("2.88"), 2)
    for name in ("mona", "clara"):
        page = (await (await web(name)).get(f"/invoices/{invoice_id}")).text
        assert "Radiology, STAT surcharge" in page
        assert "0.375" in page
    backup = (await (await web("mona")).get(f"/invoices/{invoice_id}/backup.csv")).text.splitlines()
    assert len(backup) == 4


async def test_the_same_rate_with_another_surcharge_is_another_rate(house: House) -> None:
    first = await _set(house, "1.25", date(2026, 9, 1), stat_percent=Decimal(30))
    assert await _set(house, "1.25", date(2026, 9, 1), stat_percent=Decimal(30)) == first
    with pytest.raises(Conflict):
        await _set(house, "1.25", date(2026, 9, 1))

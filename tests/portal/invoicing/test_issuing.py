"""Issuing: a month once, everything that stands open, nothing twice."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal.errors import Conflict, NotFound
from portal.ids import new_id
from portal.invoicing.issuing import issue_invoice
from portal.invoicing.rating import set_rate
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.portal.invoicing.delivering import AUGUST, OCTOBER, SEPTEMBER, deliver_chart

AUGUST_2026, SEPTEMBER_2026 = date(2026, 8, 1), date(2026, 9, 1)


async def _issue(house: House, month: date = AUGUST_2026, now: datetime = OCTOBER) -> Any:
    return await issue_invoice(house.mona, client_id=house.north.id, month=month, now=now)


async def test_an_invoice_holds_the_months_charts_of_its_client_alone(house: House, sql: Sql, work: Any) -> None:
    for line in ("radiology", "emergency"):
        await deliver_chart(sql, house, specialty=line)
    await deliver_chart(sql, house, at=SEPTEMBER)
    await deliver_chart(sql, house, client=house.south)
    await work()

    invoice_id = await _issue(house)

    [invoice] = await sql("SELECT number, month, total, chart_count, issued_by FROM invoice")
    assert tuple(invoice) == ("NOR-2026-08", AUGUST_2026, Decimal("2.20"), 2, house.mona.person_id)
    lines = await sql("SELECT amount, position FROM invoice_line WHERE invoice_id = $1 ORDER BY position", invoice_id)
    assert [tuple(line) for line in lines] == [(Decimal("1.10"), 1), (Decimal("1.10"), 2)]
    events = await sql("SELECT actor_id, client_id, object_id FROM access_event WHERE action = 'invoice:issued'")
    assert [tuple(event) for event in events] == [(house.mona.person_id, house.north.id, invoice_id)]


async def test_issuing_twice_changes_nothing(house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house)
    await work()
    first = await _issue(house)
    await deliver_chart(sql, house)  # comes late
    await work()

    assert await _issue(house) == first

    assert [row["chart_count"] for row in await sql("SELECT chart_count FROM invoice")] == [1]
    assert len(await sql("SELECT FROM access_event WHERE action = 'invoice:issued'")) == 1


async def test_what_came_late_stands_on_the_next_invoice(house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house)
    await work()
    await _issue(house)
    await deliver_chart(sql, house)
    await deliver_chart(sql, house, at=SEPTEMBER)
    await work()

    await _issue(house, SEPTEMBER_2026)

    counts = await sql("SELECT number, chart_count FROM invoice ORDER BY month")
    assert [tuple(row) for row in counts] == [("NOR-2026-08", 1), ("NOR-2026-09", 2)]
    assert len(await sql("SELECT DISTINCT rated_event_id FROM invoice_line")) == 3


async def test_a_delivery_whose_job_is_behind_is_not_left_out(house: House, sql: Sql) -> None:
    await deliver_chart(sql, house)  # and the worker does nothing

    await _issue(house)

    assert [row["chart_count"] for row in await sql("SELECT chart_count FROM invoice")] == [1]


async def test_a_running_month_is_refused_until_the_clients_midnight(house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house)
    await work()
    with pytest.raises(Conflict, match="August 2026 is not over yet"):
        await _issue(house, now=datetime(2026, 9, 1, 3, 59, tzinfo=UTC))  # 31 August in New York
    assert not await sql("SELECT FROM invoice")

    await _issue(house, now=datetime(2026, 9, 1, 4, 0, tzinfo=UTC))
    assert await sql("SELECT FROM invoice")


async def test_an_empty_month_is_refused(house: House) -> None:
    with pytest.raises(Conflict, match="nothing to invoice for August 2026"):
        await _issue(house)


async def test_a_month_before_one_that_is_issued_is_refused(house: House, sql: Sql, work: Any) -> None:
    await deliver_chart(sql, house, at=SEPTEMBER)
    await work()
    await _issue(house, SEPTEMBER_2026)
    await deliver_chart(sql, house)
    await work()
    with pytest.raises(Conflict, match="goes on the next invoice"):
        await _issue(house)


async def test_an_unknown_client_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        await issue_invoice(house.mona, client_id=new_id(), month=AUGUST_2026, now=OCTOBER)


async def test_two_managers_at_once_issue_one_invoice(house: House, sql: Sql, work: Any) -> None:
    for _ in range(3):
        await deliver_chart(sql, house)
    await work()

    issued = await asyncio.gather(*(_issue(house) for _ in range(6)))

    assert len(set(issued)) == 1
    assert [tuple(row) for row in await sql("SELECT total, chart_count FROM invoice")] == [(Decimal("3.30"), 3)]
    assert len(await sql("SELECT FROM invoice_line")) == 3
    assert len(await sql("SELECT FROM access_event WHERE action = 'invoice:issued'")) == 1


async def test_the_total_is_the_sum_of_the_lines_whatever_the_rates(house: House, sql: Sql, work: Any) -> None:
    await set_rate(
        house.mona, client_id=house.north.id, service_line_id=house.north.lines["radiology"],
        amount=Decimal("0.3350"), effective_on=AUGUST_2026, now=NOW,
    )  # fmt: skip
    for line in ("radiology", "emergency", "radiology"):
        await deliver_chart(sql, house, specialty=line, at=AUGUST)
    await work()

    invoice_id = await _issue(house)

    [sums] = await sql(
        "SELECT i.total, (SELECT sum(amount) FROM invoice_line WHERE invoice_id = i.id) AS lines,"
        " (SELECT sum(amount) FROM rated_event) AS events FROM invoice i WHERE id = $1",
        invoice_id,
    )
    assert sums["total"] == sums["lines"] == sums["events"] == Decimal("1.78")


async def test_the_database_refuses_a_chart_on_a_second_invoice(house: House, sql: Sql, work: Any) -> None:
    from asyncpg import UniqueViolationError

    await deliver_chart(sql, house)
    await work()
    invoice_id = await _issue(house)
    with pytest.raises(UniqueViolationError):
        await sql(
            "INSERT INTO invoice_line SELECT invoice_id, client_id, rated_event_id, 2, amount FROM invoice_line"
            " WHERE invoice_id = $1",
            invoice_id,
        )

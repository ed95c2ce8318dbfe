"""Prices, months and sums, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Conflict, Invalid
from portal.invoicing.rules import (
    Charge,
    DatedRate,
    billing_month,
    by_service_line,
    ensure_can_issue,
    ensure_rate,
    invoice_number,
    is_over,
    last_day,
    local_day,
    month_after,
    month_of,
    price,
    rate_in_force,
    sections,
    total,
)

rates = st.decimals(min_value=0, max_value=10_000, places=4)
cents = st.decimals(min_value=-10_000, max_value=10_000, places=2)
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2199, 12, 31))
charges = st.builds(
    Charge, location=st.sampled_from("ABC"), service_line=st.sampled_from("XYZ"), rate=rates,
    count=st.integers(1, 5000), amount=cents,
)  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "amount"),
    [("1.1000", "1.10"), ("0.0050", "0.01"), ("0.0049", "0.00"), ("2.6750", "2.68"), ("12.4999", "12.50")],
)
def test_half_a_cent_goes_away_from_zero(rate: str, amount: str) -> None:
    assert price(Decimal(rate), Decimal(1)) == Decimal(amount)
    assert price(Decimal(rate), Decimal(-1)) == -Decimal(amount)


@given(rates)
def test_a_price_is_whole_cents_and_at_most_half_a_cent_off(rate: Decimal) -> None:
    amount = price(rate, Decimal(1))
    assert amount == amount.quantize(Decimal("0.01"))
    assert abs(amount - rate) <= Decimal("0.005")


@given(st.lists(rates, max_size=60))
def test_the_total_is_the_sum_of_the_lines(of: list[Decimal]) -> None:
    lines = [price(rate, Decimal(1)) for rate in of]
    assert total(lines) == sum((int(line * 100) for line in lines), 0) / Decimal(100)


@given(st.lists(charges, max_size=40))
def test_subtotals_by_location_and_by_service_line_add_up_to_the_total(of: list[Charge]) -> None:
    amount = total(charge.amount for charge in of)
    assert total(section.amount for section in sections(of)) == amount
    assert total(part for _, _, part in by_service_line(of)) == amount
    assert sum(section.count for section in sections(of)) == sum(charge.count for charge in of)
    assert [section.location for section in sections(of)] == sorted({charge.location for charge in of})


@given(days)
def test_a_month_ends_the_day_before_the_next_begins(day: date) -> None:
    month = month_of(day)
    assert month <= day <= last_day(month)
    assert last_day(month) + timedelta(days=1) == month_after(month)
    assert month_after(month).day == 1


def test_the_day_is_the_clients_not_ours() -> None:
    just_after_midnight_utc = datetime(2026, 9, 1, 3, 59, tzinfo=UTC)
    assert local_day(just_after_midnight_utc, "America/New_York") == date(2026, 8, 31)
    assert local_day(just_after_midnight_utc, "UTC") == date(2026, 9, 1)


def test_a_month_is_over_at_the_clients_midnight() -> None:
    august, midnight = date(2026, 8, 1), datetime(2026, 9, 1, 4, tzinfo=UTC)  # in New York
    assert not is_over(august, now=midnight - timedelta(seconds=1), zone="America/New_York")
    assert is_over(august, now=midnight, zone="America/New_York")
    assert not is_over(august, now=midnight, zone="America/Los_Angeles")


def test_the_rate_in_force_is_the_latest_that_has_begun() -> None:
    old, new = (DatedRate(UUID(int=n), date(2026, n, 1), Decimal(n)) for n in (3, 6))
    assert rate_in_force([new, old], date(2026, 2, 28)) is None
    assert rate_in_force([new, old], date(2026, 3, 1)) == old
    assert rate_in_force([new, old], date(2026, 5, 31)) == old
    assert rate_in_force([old, new], date(2026, 6, 1)) == new


def test_what_comes_late_stands_on_the_first_open_month() -> None:
    assert billing_month(date(2026, 8, 14), None) == date(2026, 8, 1)
    assert billing_month(date(2026, 8, 14), date(2026, 8, 1)) == date(2026, 9, 1)
    assert billing_month(date(2026, 8, 14), date(2026, 12, 1)) == date(2027, 1, 1)
    assert billing_month(date(2026, 8, 14), date(2026, 6, 1)) == date(2026, 8, 1)


def test_months_are_issued_in_order_and_when_they_are_over() -> None:
    august, october = date(2026, 8, 1), datetime(2026, 10, 5, tzinfo=UTC)
    ensure_can_issue(august, last_issued=date(2026, 7, 1), now=october, zone="UTC")
    with pytest.raises(Conflict, match="not over yet"):
        ensure_can_issue(date(2026, 10, 1), last_issued=None, now=october, zone="UTC")
    with pytest.raises(Conflict, match="next invoice"):
        ensure_can_issue(august, last_issued=date(2026, 9, 1), now=october, zone="UTC")


def test_an_invoice_is_numbered_by_client_and_month() -> None:
    assert invoice_number("RAD", date(2026, 9, 1)) == "RAD-2026-09"


@pytest.mark.parametrize("amount", ["-0.01", "1.00001", "10000.01", "NaN", "Infinity"])
def test_an_unusable_rate_is_refused(amount: str) -> None:
    with pytest.raises(Invalid, match="at most four decimals"):
        ensure_rate(Decimal(amount))

"""The rules of invoicing: prices, months, numbers and what an invoice adds up to. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.errors import Conflict, Invalid

CENT = Decimal("0.01")
#: From the day of issue until an invoice is due.
TERMS = timedelta(days=30)
#: The highest rate that is believed; more is a slip of the finger.
HIGHEST_RATE = Decimal(10_000)
HIGHEST_STAT_PERCENT = Decimal(500)


def price(rate: Decimal, quantity: Decimal) -> Decimal:
    """What `quantity` at `rate` costs, in US dollars and whole cents; half a cent goes away from zero.

    Rounded once for each chart, so that an invoice is exactly the sum of what stands on it.
    """
    return (rate * quantity).quantize(CENT, ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts that are in whole cents already; nothing is rounded here."""
    return sum(amounts, Decimal("0.00"))


def ensure_rate(amount: Decimal) -> Decimal:
    """The rate as it may be kept: US dollars per chart, at most four decimals. Raises Invalid for anything else."""
    if not amount.is_finite() or not 0 <= amount <= HIGHEST_RATE or amount != round(amount, 4):
        raise Invalid(f"A rate is a number of dollars from 0 to {HIGHEST_RATE:,} with at most four decimals.")
    return amount


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate (US dollars per chart), the first day on which it holds, and what STAT adds to it, per cent."""

    id: UUID
    effective_on: date
    amount: Decimal
    stat_percent: Decimal = Decimal(0)


def stat_surcharge(rate: DatedRate) -> Decimal:
    """What a STAT chart costs on top of its rate, US dollars, to four decimals."""
    return (rate.amount * rate.stat_percent / 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def rate_in_force(rates: Iterable[DatedRate], day: date) -> DatedRate | None:
    """The rate that holds on `day`: the latest that took effect by then, or None before the first."""
    return max((rate for rate in rates if rate.effective_on <= day), key=lambda rate: rate.effective_on, default=None)


def local_day(moment: datetime, zone: str) -> date:
    """The day it is at `moment` on the wall clock of an IANA time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def month_of(day: date) -> date:
    """The first day of the month of `day`, which stands for the month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return month_of(month + timedelta(days=31))


def last_day(month: date) -> date:
    """The last day of a month."""
    return month_after(month) - timedelta(days=1)


def is_over(month: date, *, now: datetime, zone: str) -> bool:
    """True once the month has ended on the client's wall clock."""
    return local_day(now, zone) >= month_after(month)


def ensure_can_issue(month: date, *, last_issued: date | None, now: datetime, zone: str) -> None:
    """Raise Conflict unless a month that is not yet invoiced can be: over, and none after it issued."""
    if not is_over(month, now=now, zone=zone):
        raise Conflict(
            f"{month:%B %Y} is not over yet for this client. It can be invoiced from {month_after(month)} on, {zone}."
        )
    if last_issued and last_issued > month:
        raise Conflict(
            f"{last_issued:%B %Y} has been invoiced already, so what is left of {month:%B %Y} goes on the next invoice."
        )


def billing_month(earned_on: date, last_issued: date | None) -> date:
    """The month on whose invoice something stands: its own, or the first that is still open."""
    own = month_of(earned_on)
    return own if last_issued is None else max(own, month_after(last_issued))


def invoice_number(code: str, month: date) -> str:
    """The number of a client's invoice for a month: `RAD-2026-09`."""
    return f"{code}-{month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Charge:
    """Charts of one location and service line at one rate, and what they cost together."""

    location: str
    service_line: str
    rate: Decimal
    count: int
    amount: Decimal
    is_surcharge: bool = False  # on charts that are counted with their own charge


@dataclass(frozen=True, slots=True)
class Section:
    """The charges of one location with their subtotal."""

    location: str
    charges: tuple[Charge, ...]
    count: int
    amount: Decimal


def sections(charges: Iterable[Charge]) -> Sequence[Section]:
    """Charges by location, each with its subtotal; in the order of names."""
    ordered = sorted(charges, key=lambda charge: (charge.location, charge.service_line, charge.rate))
    found = []
    for location, group in groupby(ordered, key=lambda charge: charge.location):
        members = tuple(group)
        found.append(
            Section(
                location,
                members,
                sum(charge.count for charge in members if not charge.is_surcharge),
                total(charge.amount for charge in members),
            )
        )
    return found


def by_service_line(charges: Iterable[Charge]) -> Sequence[tuple[str, int, Decimal]]:
    """Name, charts and amount of each service line over all locations; in the order of names."""
    ordered = sorted(charges, key=lambda charge: charge.service_line)
    found = []
    for name, group in groupby(ordered, key=lambda charge: charge.service_line):
        members = tuple(group)
        found.append((name, sum(charge.count for charge in members), total(charge.amount for charge in members)))
    return found

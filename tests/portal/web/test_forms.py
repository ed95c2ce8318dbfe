"""Forms: usable values or sentences, and everything that was entered kept for the next try."""

from datetime import date
from decimal import Decimal

import pytest

from portal.web.forms import Form, FormError

YEAR = {"earliest": date(2026, 1, 1), "latest": date(2026, 12, 31)}
MONEY = {"low": Decimal(0), "high": Decimal(1000), "places": 2}


def test_good_values_are_read() -> None:
    form = Form(
        {"name": "  Ann  ", "on": "2026-09-14", "units": "3", "amount": "$10.50", "stat": "on", "csrf_token": "x"}
    )
    assert form.text("name", "Name") == "Ann"
    assert form.date("on", "Date", **YEAR) == date(2026, 9, 14)
    assert form.integer("units", "Units", low=1, high=9) == 3
    assert form.decimal("amount", "Amount", **MONEY) == Decimal("10.50")
    assert form.flag("stat")
    assert not form.flag("other")
    form.ensure()
    assert "csrf_token" not in form.values


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost() -> None:
    typed = {"name": "", "on": "14.9.2026", "units": "12", "amount": "1.234", "id": "x", "kind": "king"}
    form = Form(dict(typed))
    form.text("name", "Name")
    form.date("on", "Date of service", **YEAR)
    form.integer("units", "Units", low=1, high=9)
    form.decimal("amount", "Amount", **MONEY)
    form.uuid("id", "a client")
    form.choice("kind", "a kind", ("coder", "auditor"))
    with pytest.raises(FormError) as raised:
        form.ensure()
    assert set(raised.value.errors) == set(typed)
    assert raised.value.values == typed
    assert all(sentence.endswith(".") for sentence in raised.value.errors.values())


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "1e3", "1001", "", "1_0", "１０.999", "0x10", "1e-3"])
def test_numbers_that_are_none_are_refused(amount: str) -> None:
    form = Form({"amount": amount})
    value = form.decimal("amount", "Amount", **MONEY)
    assert form.errors or (value.is_finite() and 0 <= value <= 1000 and amount in ("1e3", "1_0"))


@pytest.mark.parametrize("units", ["-1", "1.0", "", "9" * 400, "１２３４５", "1e1", "+3", " "])
def test_whole_numbers_that_are_none_are_refused(units: str) -> None:
    form = Form({"units": units})
    form.integer("units", "Units", low=1, high=99)
    assert form.errors


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "x" * 201])
def test_text_that_cannot_be_shown_is_refused(text: str) -> None:
    form = Form({"name": text})
    form.text("name", "Name")
    assert form.errors


def test_a_day_outside_its_bounds_is_refused() -> None:
    for day in ("2025-12-31", "2027-01-01", "2026-02-30", "2026-9-1"):
        form = Form({"on": day})
        form.date("on", "Date", **YEAR)
        assert form.errors, day


@pytest.mark.parametrize(("typed", "read"), [("1,204.50", "1204.50"), ("$3.75", "3.75"), ("1,000", "1000")])
def test_a_comma_between_thousands_is_read(typed: str, read: str) -> None:
    form = Form({"rate": typed})
    assert form.decimal("rate", "The rate", low=Decimal(0), high=Decimal(10_000), places=4) == Decimal(read)
    form.ensure()


@pytest.mark.parametrize("typed", ["1,10", "1,1", "12,34.5", ",5", "1,0000"])
def test_a_comma_that_could_mean_a_point_is_refused(typed: str) -> None:
    form = Form({"rate": typed})
    form.decimal("rate", "The rate", low=Decimal(0), high=Decimal(10_000), places=4)
    with pytest.raises(FormError, match=r"such as 1\.10"):
        form.ensure()

"""What is read as an NPI, as a drug, as minutes, as a payer; and what is refused with a sentence."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.codesets.procedures import LineError
from assignments.drafting.claim_facts import guess_payer_class, is_npi, read_drug, read_minutes, read_npi, write_drug
from tests.assignments.drafting.drawing import NPIS, drugs

UNHURRIED = settings(deadline=None)


def test_the_published_example_of_an_npi_is_one() -> None:
    assert all(map(is_npi, NPIS))
    assert is_npi("1234567893")  # the example of CMS's own description of the check digit
    assert read_npi(" 1234 567-893 ") == "1234567893"
    assert read_npi("") == ""


@UNHURRIED
@given(st.from_regex(r"\A[12][0-9]{8}\Z"), st.data())
def test_one_wrong_digit_or_two_swapped_are_no_npi(body: str, data: st.DataObject) -> None:
    [npi] = [body + last for last in "0123456789" if is_npi(body + last)]
    at = data.draw(st.integers(0, 9))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != npi[at]]))
    assert not is_npi(npi[:at] + other + npi[at + 1 :])
    swap = data.draw(st.integers(0, 8))
    one, two = npi[swap : swap + 2]
    if {one, two} not in ({"0", "9"}, {one}):  # the one swap that Luhn does not see
        assert not is_npi(npi[:swap] + two + one + npi[swap + 2 :])


@UNHURRIED
@given(drugs)
def test_a_drug_comes_back_as_it_was_written(drug: tuple[str, str, Decimal | None]) -> None:
    assert read_drug(write_drug(*drug)) == drug


@pytest.mark.parametrize(
    ("typed", "ndc"),
    [
        ("0409-4713-32", "00409471332"), ("12345-678-90", "12345067890"), ("12345-6789-0", "12345678900"),
        ("12345-6789-01 ml 2.5", "12345678901"), ("12345678901/UN1", "12345678901"),
    ],
)  # fmt: skip
def test_a_zero_goes_where_the_hyphens_say(typed: str, ndc: str) -> None:
    assert read_drug(typed)[0] == ndc


@pytest.mark.parametrize("typed", ["0409471332", "123-45-678901", "12345678901 XX2", "12345678901 ML0", "abc"])
def test_what_is_no_drug_is_refused(typed: str) -> None:
    with pytest.raises(LineError, match="NDC"):
        read_drug(typed)


@pytest.mark.parametrize("typed", ["0", "1441", "1.5", "ten", "-3"])
def test_minutes_end_with_the_day(typed: str) -> None:
    assert (read_minutes(""), read_minutes("1440")) == (None, 1440)
    with pytest.raises(LineError, match="whole number"):
        read_minutes(typed)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Medicare", "medicare"), ("Humana Medicare Advantage", "medicare-advantage"), ("State Medicaid", "medicaid"),
        ("TRICARE East", "military"), ("Workers Comp Fund", "work"), ("Self-pay", "self-pay"),
        ("Blue Cross PPO", "commercial"), ("Valley Health", ""), (None, ""),
    ],
)  # fmt: skip
def test_a_payer_is_guessed_by_its_name_or_not_at_all(name: str | None, found: str) -> None:
    assert guess_payer_class(name) == found

"""Procedure lines by their form: numbers, modifiers, pointers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.codesets.procedures import (
    LineError,
    ProcedureCode,
    classify_procedure,
    explain_procedure,
    parse_modifiers,
    parse_pointers,
    write_pointers,
)


@pytest.mark.parametrize("typed", ["12345", "00100", "0001F", "0999t", "0001u", " 12 345 "])
def test_numbers_of_the_form_of_cpt(typed: str) -> None:
    assert classify_procedure(typed) == ProcedureCode("CPT", typed.replace(" ", "").upper())
    assert explain_procedure(typed) is None


@pytest.mark.parametrize("typed", ["G0463", "g0105", "J1885", "V2020"])
def test_numbers_of_the_form_of_hcpcs(typed: str) -> None:
    assert classify_procedure(typed) == ProcedureCode("HCPCS", typed.upper())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("D0120", "dental"),
        ("O0463", "check for a 0"),
        ("I0463", "check for a 1"),
        ("1234", "5 digits"),
        ("", "5 digits"),
    ],
)
def test_other_numbers_are_refused_with_the_reason(typed: str, said: str) -> None:
    assert classify_procedure(typed) is None
    assert said in str(explain_procedure(typed))


@pytest.mark.parametrize("typed", ["25,59", "25 59", "-25-59", "25, 59", "25;59", " 25/59 "])
def test_modifiers_are_read_however_they_are_separated(typed: str) -> None:
    assert parse_modifiers(typed) == ("25", "59")


def test_modifiers_keep_their_order_and_become_upper_case() -> None:
    assert parse_modifiers("rt,59,xs,f1") == ("RT", "59", "XS", "F1")
    assert parse_modifiers(" ") == ()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2559", "2 letters or digits"),
        ("5", "2 letters or digits"),
        ("25,25", "twice"),
        ("25,59,LT,RT,76", "room for 4"),
    ],
)
def test_modifiers_that_can_not_be_read_say_why(typed: str, said: str) -> None:
    with pytest.raises(LineError, match=said):
        parse_modifiers(typed)


@pytest.mark.parametrize("typed", ["AB", "ab", "A,B", "A B", "1,2", "1 2"])
def test_pointers_are_letters_or_numbers(typed: str) -> None:
    assert parse_pointers(typed, diagnoses=2) == (1, 2)


def test_pointers_keep_their_order() -> None:
    assert parse_pointers("CAB", diagnoses=3) == (3, 1, 2)
    assert parse_pointers("12", diagnoses=12) == (12,)
    assert parse_pointers("", diagnoses=3) == ()


@pytest.mark.parametrize(
    ("typed", "diagnoses", "said"),
    [
        ("C", 2, r"There is no diagnosis C on this chart, A to B \(1 to 2\)\."),
        ("12", 2, "Separate numbers with a comma"),
        ("B", 1, r"only A \(1\)"),
        ("A", 0, "add one first"),
        ("0", 3, "no diagnosis 0"),
        ("AA", 3, "Diagnosis A is pointed to twice"),
        ("ABCDE", 12, "at most 4"),
        ("Z", 3, "letters A to L"),
        ("A1", 3, "letters A to L"),
    ],
)
def test_pointers_that_can_not_be_read_say_why(typed: str, diagnoses: int, said: str) -> None:
    with pytest.raises(LineError, match=said):
        parse_pointers(typed, diagnoses=diagnoses)


@given(
    st.lists(st.from_regex("[0-9A-Z]{2}", fullmatch=True), max_size=4, unique=True), st.sampled_from([",", " ", "-"])
)
def test_modifiers_come_back_as_written(modifiers: list[str], separator: str) -> None:
    assert parse_modifiers(separator.join(modifiers)) == tuple(modifiers)


@given(st.lists(st.integers(1, 12), max_size=4, unique=True), st.booleans())
def test_pointers_come_back_as_written(numbers: list[int], as_letters: bool) -> None:
    written = write_pointers(tuple(numbers)) if as_letters else ",".join(map(str, numbers))

    assert parse_pointers(written, diagnoses=12) == tuple(numbers)


@given(st.text(max_size=20), st.integers(-1, 15))
def test_any_text_is_read_or_refused_with_a_sentence(text: str, diagnoses: int) -> None:
    assert (classify_procedure(text) is None) == (explain_procedure(text) is not None)
    for answer in (answer_of(parse_modifiers, text), answer_of(parse_pointers, text, diagnoses)):
        assert isinstance(answer, tuple) or answer.endswith(".")
        assert isinstance(answer, str) or len(set(answer)) == len(answer) <= 4


def answer_of(parse: Callable[..., tuple[object, ...]], *typed: object) -> tuple[object, ...] | str:
    try:
        return parse(*typed)
    except LineError as refusal:
        return str(refusal)

"""ICD-10-CM by number: the release that ships, what can be billed when, and what a refused code is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.codesets.icd10cm import (
    Code,
    children_of,
    explain_date,
    explain_invalid,
    get_code,
    is_billable_on,
    load_release,
    release_in_force,
)
from assignments.codesets.tabular import load_tabular

MAY = date(2026, 5, 4)


def test_the_release_has_exactly_the_published_billable_codes() -> None:
    table = load_tabular()
    leaves = [row for row in range(len(table.codes)) if table.is_leaf(row)]
    billable = sum(len(table.sevenths[row]) or 1 for row in leaves)

    assert billable == load_release().billable == 74_719
    assert len(leaves) == 36_343
    assert len([row for row in leaves if table.sevenths[row]]) == 12_929


def test_sevenths_stand_only_on_leaves_and_all_have_a_meaning() -> None:
    table = load_tabular()
    stems = [row for row, characters in enumerate(table.sevenths) if characters]

    assert all(table.is_leaf(row) for row in stems)
    assert all(table.meanings[table.tables[row]][character] for row in stems for character in table.sevenths[row])


def test_death_codes_of_head_injuries_take_no_subsequent_encounter() -> None:
    assert get_code("S06.1X7D", MAY) is None
    assert not is_billable_on("S06.307D", MAY)
    assert get_code("S06.1X7A", MAY) is not None
    assert explain_invalid("S06.1X7D", MAY) == "S06.1X7 does not take the 7th character D: choose A."


@pytest.mark.parametrize("typed", ["E11.9", "e119", " E11 .9 ", "e11.9\n"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert get_code(typed, MAY) == Code("E11.9", "Type 2 diabetes mellitus without complications", billable=True)
    assert explain_invalid(typed, MAY) is None


def test_a_code_with_placeholders_and_a_seventh_character_has_its_full_title() -> None:
    assert get_code("t1490xa", MAY) == Code("T14.90XA", "Injury, unspecified, initial encounter", billable=True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("E11", "E11 is a category. Choose one of its 4 to 7 character codes, e.g. E11.9."),
        ("E11.2", "E11.2 is a subcategory. Choose one of its 5 character codes, e.g. E11.29."),
        ("T14.90", "T14.90 needs a 7th character: A, D, S, after X in the empty places, e.g. T14.90XA."),
        ("T14.90A", "T14.90A lacks its X: write T14.90XA."),
        ("E11.99", "E11.99 is not a code of FY2026 (April 2026): E11.9 is complete without more characters."),
        ("E1", "E1 is the beginning of a code. Go on typing, e.g. E10."),
        ("B12", "B12 is not a code of FY2026 (April 2026). Search by words to find the one that is meant."),
        ("", "An ICD-10-CM code is a letter and 2 to 6 more letters or digits, e.g. E11.9."),
        ("Mrs Somebody", "An ICD-10-CM code is a letter and 2 to 6 more letters or digits, e.g. E11.9."),
    ],
)
def test_a_code_that_can_not_be_billed_is_told_why_and_what_next(typed: str, sentence: str) -> None:
    assert explain_invalid(typed, MAY) == sentence
    assert not is_billable_on(typed, MAY)


def test_a_fracture_stem_lists_its_seventh_characters() -> None:
    sentence = explain_invalid("S72.001", MAY)

    assert sentence is not None
    assert sentence.startswith("S72.001 needs a 7th character: A, B, C, D, ")
    assert sentence.endswith("e.g. S72.001A.")


@pytest.mark.parametrize("on", [date(2025, 10, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30)])
def test_the_whole_fiscal_year_is_served(on: date) -> None:
    assert release_in_force(on) == load_release()
    assert explain_date(on) is None
    assert is_billable_on("I10", on)


@pytest.mark.parametrize("on", [date(2025, 9, 30), date(2026, 10, 1), date(2026, 11, 21)])
def test_outside_the_release_nothing_is_valid(on: date) -> None:
    assert release_in_force(on) is None
    assert get_code("I10", on) is None
    assert not is_billable_on("I10", on)


def test_a_later_date_of_service_is_told_which_release_is_missing() -> None:
    assert explain_invalid("I10", date(2026, 10, 14)) == (
        "Date of service 2026-10-14 is outside the release in force here: FY2026 (April 2026), "
        "valid 2025-10-01 to 2026-09-30; FY2027 is not loaded."
    )


def test_children_lead_from_category_to_billable_code() -> None:
    assert "E11.2" in [child.code for child in children_of("e11")]
    assert [child.code for child in children_of("E11.2")] == ["E11.21", "E11.22", "E11.29"]
    assert [child.code for child in children_of("T14.90")] == ["T14.90XA", "T14.90XD", "T14.90XS"]
    assert children_of("E11.9") == ()
    assert children_of("no such code") == ()


@given(st.sampled_from(load_tabular().codes))
def test_every_listed_code_is_billable_or_has_children_one_step_on(code: str) -> None:
    found = get_code(code, MAY)

    assert found is not None
    assert found.title
    assert found.billable == (explain_invalid(code, MAY) is None)
    assert found.billable != bool(children_of(code))
    assert all(child.code.startswith(found.code) for child in children_of(code))
    assert get_code(found.code.lower(), MAY) == found


@given(st.text(max_size=12) | st.from_regex(r"[A-Za-z][0-9A-Za-z.]{0,8}", fullmatch=True), st.dates())
def test_any_text_on_any_day_is_billable_or_explained(text: str, on: date) -> None:
    assert is_billable_on(text, on) == (explain_invalid(text, on) is None)

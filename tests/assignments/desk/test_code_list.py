"""What the entry box offers while somebody types."""

import re
from datetime import date

import pytest

from assignments.desk.searching import Option, find_options
from tests.cast import House
from tests.conftest import Web
from tests.factories import SERVICE_ON


def _first(text: str, diagnoses: int = 3) -> Option:
    return find_options(text, on=SERVICE_ON, diagnoses=diagnoses)[0]


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("E11.22", "take E11.22"),
        ("e1122", "take E11.22"),
        ("n18 3b", "take N18.32"),
        ("pneumonia", "take J18.9"),
        ("99214-25 AB", "add procedure"),
        ("G0463", "add procedure"),
        ("J1100 x2", "add procedure"),
    ],
)
def test_enter_takes_what_is_meant(text: str, op: str) -> None:
    assert _first(text).op == op


def test_a_number_that_is_both_offers_both() -> None:
    assert [option.op for option in find_options("J1100", on=SERVICE_ON)[:2]] == ["take J11.00", "add procedure"]


@pytest.mark.parametrize("text", ["E11.2", "S52.501", "S52", "99214 D", "zzqx zzqy"])
def test_enter_on_what_cannot_be_added_takes_nothing(text: str) -> None:
    first = _first(text)

    assert first.kind == "note"
    assert first.op == ""
    assert first.text.endswith(".")


def test_below_the_reason_stands_what_could_be_meant() -> None:
    assert "take E11.22" in [option.op for option in find_options("E11.2", on=SERVICE_ON)]
    assert "take S52.501A" in [option.op for option in find_options("S52.501", on=SERVICE_ON)]


def test_a_stem_found_by_words_is_filled_in_for_its_seventh_character() -> None:
    options = find_options("fracture lower end of right radius", on=SERVICE_ON)
    fills = [option for option in options if option.kind == "fill"]

    assert fills
    assert all(option.op == f"look {option.code}" for option in fills)


def test_outside_the_release_the_list_says_so_and_takes_a_code_unchecked() -> None:
    note, unchecked = find_options("E11.22", on=date(2031, 1, 5))

    assert "outside the release in force" in note.text
    assert unchecked.op == "take E11.22"
    assert "unchecked" in unchecked.text
    assert [option.kind for option in find_options("pneumonia", on=date(2031, 1, 5))] == ["note"]


def test_nothing_typed_is_nothing_offered() -> None:
    assert find_options("  ", on=SERVICE_ON) == []


async def test_the_list_says_what_it_answers(house: House, web: Web) -> None:
    for name, status in (("cody", 200), ("audrey", 200), ("clara", 403), ("mona", 403)):
        answer = await (await web(name)).post("/codes/search", data={"on": "2026-09-10", "entry": "n18 3b"})
        assert answer.status_code == status
        if status == 200:
            assert 'data-query="n18 3b"' in answer.text
            assert re.search(r'value="take N18.32"[^>]* role="option" id="hit-1" aria-selected="true"', answer.text)

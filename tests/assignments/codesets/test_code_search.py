"""Search of codes as coders type, judged by queries.tsv beside this file."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.codesets.icd10cm import children_of, get_code, is_billable_on
from assignments.codesets.index import load_index
from assignments.codesets.search import Hit, search
from assignments.codesets.tabular import load_tabular
from assignments.codesets.words import load_wordbook

MAY = date(2026, 5, 4)
ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "queries.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
SHORTHAND = sorted({word for query, _, _ in ROWS for word in query.split()})


def codes_of(query: str, limit: int = 10) -> list[str]:
    return [hit.code for hit in search(query, on=MAY, limit=limit)]


def place_of(query: str, wanted: str) -> int:
    places = [place for place, code in enumerate(codes_of(query), start=1) if code in wanted.split()]
    return min(places, default=99)


def test_coders_shorthand_finds_its_code_among_the_first_ten() -> None:
    missed = [query for query, wanted, _ in ROWS if place_of(query, wanted) > 10]

    assert len(ROWS) >= 120
    assert len(missed) <= 0.1 * len(ROWS), missed


def test_the_plain_ones_come_first() -> None:
    plain = [(query, wanted) for query, wanted, among in ROWS if among == "1"]
    missed = [query for query, wanted in plain if place_of(query, wanted) > 1]

    assert len(missed) <= 0.1 * len(plain), missed


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("htn", "I10"),
        ("annual physical", "Z00.00"),
        ("ruq pain", "R10.11"),
        ("flu vaccine", "Z23"),
        ("e1122", "E11.22"),
    ],
)
def test_what_a_coder_types_every_hour_comes_first(query: str, first: str) -> None:
    assert codes_of(query)[0] == first


def test_one_typo_is_forgiven() -> None:
    assert codes_of("hypertenson")[0] == "I10"
    assert "I50.9" in codes_of("hart failure")
    assert "J44.9" in codes_of("cpod")


def test_with_comes_before_without() -> None:
    found = codes_of("acute cystitis with hematuria")

    assert found.index("N30.01") < found.index("N30.00")


def test_the_beginning_of_a_number_drills_down() -> None:
    assert codes_of("E11.2") == ["E11.21", "E11.22", "E11.29"]
    headers = [hit for hit in search("e11", on=MAY) if hit.is_header]
    assert "E11.2" in [hit.code for hit in headers]
    assert all(children_of(hit.code) for hit in headers)


def test_a_number_and_a_word_search_below_the_number() -> None:
    assert codes_of("n18 3b") == ["N18.32"]
    assert codes_of("e11 foot ulcer")[0] == "E11.621"
    assert codes_of("e11 nonsense") == codes_of("e11")


def test_words_list_a_stem_once_and_offer_its_seventh_characters() -> None:
    hits = search("right hip fracture", on=MAY)
    stem = hits[0]

    assert stem.code == "S72.001"
    assert not stem.billable
    assert len(stem.needs_seventh) == 16
    assert stem.needs_seventh[0].code == "S72.001A"
    assert stem.needs_seventh[0].meaning == "initial encounter for closed fracture"
    assert [hit.code for hit in hits].count("S72.001") == 1


def test_the_number_of_a_stem_lists_its_full_codes() -> None:
    assert codes_of("t14.90") == codes_of("t1490x") == ["T14.90XA", "T14.90XD", "T14.90XS"]
    assert codes_of("T14.90XD") == ["T14.90XD"]


@pytest.mark.parametrize("on", [date(2025, 9, 30), date(2026, 10, 1)])
def test_nothing_is_found_for_a_date_that_no_release_serves(on: date) -> None:
    assert search("htn", on=on) == []
    assert search("I10", on=on) == []


def test_the_limit_holds() -> None:
    assert len(search("fracture", on=MAY, limit=3)) == 3
    assert search("fracture", on=MAY, limit=0) == []


def assert_usable(hit: Hit) -> None:
    found = get_code(hit.code, MAY)
    assert found is not None
    assert found.title == hit.title
    assert hit.billable == is_billable_on(hit.code, MAY)
    assert all(is_billable_on(seventh.code, MAY) for seventh in hit.needs_seventh)
    assert hit.billable or hit.needs_seventh or children_of(hit.code)


@settings(deadline=None)
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(SHORTHAND), max_size=4).map(" ".join)
    | st.from_regex(r"[A-Za-z][0-9A-Za-z .]{0,8}", fullmatch=True)
)
def test_any_text_gives_usable_answers_or_none(text: str) -> None:
    hits = search(text, on=MAY, limit=20)

    assert len(hits) <= 20
    assert len({hit.code for hit in hits}) == len(hits)
    for hit in hits:
        assert_usable(hit)


@settings(deadline=None)
@given(st.sampled_from(load_tabular().codes))
def test_every_listed_number_finds_itself_or_what_is_below(code: str) -> None:
    hits = search(code, on=MAY, limit=20)

    assert hits
    assert all(hit.code.replace(".", "").startswith(code) for hit in hits)


def test_every_phrase_of_the_wordbook_leads_to_codes_that_exist() -> None:
    table = load_tabular()
    codes = {code for codes in load_wordbook().phrases.values() for code in codes}
    rows = {code: table.rows.get(code.replace(".", "")) for code in codes}

    assert len(load_wordbook().phrases) > 300
    assert [code for code, row in rows.items() if row is None or not table.is_leaf(row)] == []


def test_every_reading_of_the_wordbook_is_said_in_the_tabular_list() -> None:
    readings = load_wordbook().readings
    unsaid = {
        word for choices in readings.values() for reading in choices for word in reading if not load_index().knows(word)
    }

    assert len(readings) > 150
    assert unsaid == set()

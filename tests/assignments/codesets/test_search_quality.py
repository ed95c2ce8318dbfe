"""How well the search finds, on the queries that `chartway bench search` asks: floors to fall through."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.codesets.icd10cm import squeeze
from assignments.codesets.index import load_index
from assignments.codesets.search import search
from assignments.codesets.spelling import instead, join, mend
from portal.commands.bench.search import command
from portal.commands.bench.search.measuring import HELD_OUT, Measured, Query, choose, read_queries, summary
from tests.conftest import REPOSITORY

MAY = date(2026, 5, 4)
FILE = REPOSITORY / "portal" / "commands" / "bench" / "search" / "queries.jsonl"
QUERIES = read_queries(FILE.read_text("utf-8"))
TITLE_WORDS = sorted(word for word in load_index().ids if word.isalpha() and len(word) >= 7)


def rates(part: str) -> tuple[float, float]:
    """The share of a part's queries whose code comes first, and is among the first ten; every fourth query."""
    asked = [query for query in QUERIES if query.part == part][::4]
    places = []
    for query in asked:
        codes = [squeeze(hit.code) for hit in search(query.text, on=MAY, limit=10)]
        places.append(next((at for at, code in enumerate(codes) if code.startswith(query.code)), 99))
    return sum(place == 0 for place in places) / len(asked), sum(place < 10 for place in places) / len(asked)


@pytest.mark.parametrize(
    ("part", "first", "among_ten"),
    [
        ("shorthand", 0.88, 0.95),
        ("lay words", 0.80, 0.90),
        ("any order", 0.75, 0.85),
        ("typing errors", 0.87, 0.93),
    ],
)
def test_the_search_finds_at_least_this(part: str, first: float, among_ten: float) -> None:
    found = rates(part)

    assert found[0] >= first, found
    assert found[1] >= among_ten, found


def test_the_shipped_file_holds_terms_out_and_names_codes_that_exist() -> None:
    table = load_index().table
    parts = {query.part for query in QUERIES}

    assert parts == {"shorthand", "lay words", "any order", "typing errors", HELD_OUT}
    assert [query for query in QUERIES if not table.below(query.code[:6]) and query.code not in table.rows] == []
    held = [query for query in QUERIES if query.part == HELD_OUT]
    assert len(held) >= 300
    assert all(query.text in table.terms[table.rows[query.code]].split("|") for query in held)


def test_a_file_that_is_none_is_refused_with_its_line() -> None:
    good = '{"query": "htn", "code": "I10"}\n'
    for bad in ('{"query": "x"}', '{"query": "x", "code": " . "}', '{"query": null, "code": "I10"}', "[1]", '{"query"'):
        with pytest.raises(ValueError, match="Line 2 is no"):
            read_queries(good + bad)
    with pytest.raises(ValueError, match="no queries"):
        read_queries("\n")
    assert command.__name__ == "portal.commands.bench.search.command"


def test_files_of_others_are_read_as_they_come_and_a_long_one_is_sampled() -> None:
    said: list[str] = []
    odd = read_queries('\ufeff{"query": "a\u2028b\\u0000 \\ud800", "code": "s72.001a", "part": 7}\r\n\n')
    many = [*odd, *(Query(str(at), "ZZ9" if at % 2 else "I10", "all") for at in range(9_000))]
    chosen = choose(many, load_index().table, said.append)

    assert odd == [Query("a\u2028b  ?", "S72001A", "all")]
    assert (len(chosen), chosen[0].code, chosen[-1].text) == (3000, "S72001", "8996")
    assert {query.code for query in chosen[1:]} == {"I10", "ZZ9"}
    assert [sentence.split(" queries")[0] for sentence in said] == ["3,000 of 9,001", "1,499"]


def test_the_summary_has_exactly_what_was_promised() -> None:
    one = Measured({"all": [4, 1, 3]}, [1.0, 2.0, 3.0])

    assert summary({"own": one, "trgm": Measured(missing="not here")}) == {
        "own": {"hit1": 0.25, "hit10": 0.75, "p50_ms": 2.0, "p99_ms": 3.0},
        "trgm": {"hit1": None, "hit10": None, "p50_ms": None, "p99_ms": None},
    }


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(TITLE_WORDS), st.data())
def test_one_typo_is_mended_to_words_one_typo_away(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    kind = data.draw(st.sampled_from(["drop", "swap", "double", "other"]))
    letter = data.draw(st.sampled_from("aeioust"))
    typed = {
        "drop": word[:at] + word[at + 1 :],
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "double": word[:at] + word[at] + word[at:],
        "other": word[:at] + letter + word[at + 1 :],
    }[kind]
    index = load_index()
    found = mend(index, typed, is_last=False)

    assert found
    assert all(abs(len(candidate) - len(typed)) <= 2 for candidate, _ in found)
    assert [factor for _, factor in found] == sorted((factor for _, factor in found), reverse=True)
    assert len(found) == 4 or word in [candidate for candidate, _ in found]


def test_words_are_joined_and_taken_apart_only_into_known_ones() -> None:
    index = load_index()

    assert join(index, ["cellul", "itis"]) == ["cellulitis"]
    assert join(index, ["heart", "failure"]) == ["heart", "failure"]
    assert ("heart", "failure") in instead(index, "heartfailure")


def test_use_raises_a_code_and_invents_none() -> None:
    plain = [hit.code for hit in search("contusion wrist", on=MAY, limit=10)]
    weights = {squeeze(plain[3]): 2.0, "A000": 2.0}
    raised = [hit.code for hit in search("contusion wrist", on=MAY, limit=10, weights=weights)]

    assert raised.index(plain[3]) < 3
    assert "A00.0" not in raised

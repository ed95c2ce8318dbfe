"""What holds a chart, what only warns, and when two numbers are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.duplicates.rules import HOLDING, REASONS, Pair, Rule, Standing, Verdict, loose_number, standing

PAIRS = st.builds(
    Pair, st.frozensets(st.sampled_from(Rule), min_size=1), st.one_of(st.none(), st.sampled_from(Verdict))
)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("ACC-1042", "acc 1042", True),
        ("ACC-1042", "ACC1042", True),
        ("ACC-0042", "ACC-42", True),
        ("0042", "42", True),
        ("A.1/2", "a-1-2", True),
        ("ＡＣＣ1", "ACC-1", True),
        ("ACC-1042", "ACC-1043", False),
        ("ACC-100", "ACC-1", False),
        ("ACC-10042", "ACC-1042", False),
        ("0", "00", True),
    ],
)
def test_a_number_is_the_same_however_it_is_punctuated(one: str, other: str, is_same: bool) -> None:
    assert (loose_number(one) == loose_number(other)) is is_same


@given(st.text())
def test_a_loose_number_is_made_of_letters_and_digits_and_stays_what_it_is(number: str) -> None:
    loose = loose_number(number)
    assert loose == "" or loose.isalnum() or any(character.isalnum() for character in loose)
    assert " " not in loose
    assert "-" not in loose


@given(st.lists(PAIRS))
def test_a_chart_goes_on_only_when_nothing_that_holds_is_open_or_the_same(pairs: list[Pair]) -> None:
    may_go = all(
        pair.verdict is Verdict.SEPARATE or pair.is_text_alone or (pair.verdict is None and not pair.rules & HOLDING)
        for pair in pairs
    )
    assert (standing(pairs) is Standing.CLEAR) is may_go


@given(st.lists(PAIRS), PAIRS)
def test_another_pair_never_sets_a_chart_free(pairs: list[Pair], another: Pair) -> None:
    if standing(pairs) is not Standing.CLEAR:
        assert standing([*pairs, another]) is not Standing.CLEAR


def test_alike_texts_alone_never_hold_or_cancel() -> None:
    for verdict in (None, *Verdict):
        assert standing([Pair(frozenset({Rule.NEAR_TEXT}), verdict)]) is Standing.CLEAR


def test_each_verdict_has_reasons() -> None:
    assert {reason.verdict for reason in REASONS.values()} == set(Verdict)

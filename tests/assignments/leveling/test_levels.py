"""The level of a visit: worked examples of ours, and that more never lowers it."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.leveling.rules import Answers, Patient, Risk, Setting, counts_time, from_plain, level, to_plain
from assignments.leveling.words import GROUPS, compare

COUNTS = ("minor", "stable_chronic", "acute_simple", "unstable_chronic", "unclear", "systemic", "complicated_injury",
          "severe_chronic", "threatening", "notes", "results", "orders")  # fmt: skip
FLAGS = ("historian", "interpretation", "discussion")

#: What was done, in our own words, and what it comes to. Office and established unless it says otherwise.
EXAMPLES: list[tuple[str, dict[str, Any], int | None, str]] = [
    ("nothing is filled in", {}, None, "No level yet"),
    ("an insect bite, nothing prescribed", {"minor": 1, "risk": "minimal"}, 2, "decision making"),
    ("a cold and a wart, medicine from the shelf", {"minor": 2, "risk": "low"}, 3, "decision making"),
    ("cystitis, dipstick and culture, antibiotic", {"acute_simple": 1, "orders": 2, "risk": "moderate"}, 3,
     "all three reach low"),
    ("diabetes out of range, insulin changed", {"unstable_chronic": 1, "risk": "moderate"}, 4, "two of three"),
    ("two long-term illnesses at goal, refills", {"stable_chronic": 2, "risk": "moderate"}, 4, "two of three"),
    ("one long-term illness at goal, refill", {"stable_chronic": 1, "risk": "moderate"}, 3, "two of three"),
    ("one at goal, two tests read, refill", {"stable_chronic": 1, "results": 2, "risk": "moderate"}, 3, "all three"),
    ("breast lump, imaging ordered, its result discussed", {"unclear": 1, "orders": 1, "discussion": True,
                                                             "risk": "low"}, 4, "reach moderate"),
    ("chest pain sent to hospital", {"threatening": 1, "risk": "high"}, 5, "reach high"),
    ("chest pain, tracing read here, cardiologist called", {"threatening": 1, "interpretation": True,
                                                            "discussion": True, "risk": "moderate"}, 5, "reach high"),
    ("three tests and a call are two kinds of data", {"orders": 3, "discussion": True, "risk": "high"}, 5, "extensive"),
    ("a child whose mother tells the history", {"acute_simple": 1, "historian": True, "risk": "low"}, 3, "all three"),
    ("a simple illness over 42 minutes", {"acute_simple": 1, "risk": "low", "minutes": 42}, 5, "begins at 40"),
    ("9 minutes reach nothing", {"minutes": 9}, None, "No level yet"),
    ("a new patient over 44 minutes", {"patient": "new", "minutes": 44}, 3, "begins at 30"),
    ("a new patient over 45 minutes", {"patient": "new", "minutes": 45}, 4, "begins at 45"),
    ("time is no help in an emergency department", {"setting": "emergency", "minutes": 300}, None, "No level yet"),
    ("there, sprain with a film read here", {"setting": "emergency", "acute_simple": 1, "interpretation": True,
                                             "risk": "low", "minutes": 300}, 3, "reach low"),
    ("there, sepsis admitted", {"setting": "emergency", "threatening": 1, "risk": "high"}, 5, "reach high"),
    ("hospital, first day, simple", {"setting": "hospital-first", "acute_simple": 1, "risk": "low"}, 1, "reach low"),
    ("hospital, later day, 36 minutes", {"setting": "hospital-later", "minutes": 36}, 2, "begins at 35"),
    ("consultation, 55 minutes", {"setting": "consult-office", "minutes": 55}, 5, "begins at 55"),
    ("consultation in hospital, 55 minutes", {"setting": "consult-hospital", "minutes": 55}, 3, "begins at 45"),
    ("at home, new, moderate", {"setting": "home", "patient": "new", "unstable_chronic": 1, "risk": "moderate"}, 4,
     "new patient"),
    ("at home, known, moderate", {"setting": "home", "unstable_chronic": 1, "risk": "moderate"}, 3, "established"),
]  # fmt: skip


def _answers(given: dict[str, Any]) -> Answers:
    return from_plain({"setting": "office", "patient": "established", "risk": "", **given})


@pytest.mark.parametrize(("story", "given", "expected", "words"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_worked_examples(story: str, given: dict[str, Any], expected: int | None, words: str) -> None:
    result = level(_answers(given))
    assert result.level == expected, (story, result.sentence)
    assert words in result.sentence or words in result.by or words in [one.words for one in result.elements]


_ANSWERS = st.builds(
    Answers,
    setting=st.sampled_from(Setting), patient=st.sampled_from(Patient), risk=st.sampled_from(Risk),
    minutes=st.integers(0, 120), **{name: st.integers(0, 4) for name in COUNTS},
    **{name: st.booleans() for name in FLAGS},
)  # fmt: skip


@given(_ANSWERS, st.sampled_from((*COUNTS, *FLAGS, "risk", "minutes")), st.integers(1, 90))
def test_more_of_anything_never_lowers_the_level(answers: Answers, name: str, by: int) -> None:
    before = getattr(answers, name)
    risks = list(Risk)
    more: Any = (
        True if name in FLAGS else risks[min(risks.index(answers.risk) + 1, 4)] if name == "risk" else before + by
    )
    after = level(replace(answers, **{name: more}))
    assert (after.level or 0) >= (level(answers).level or 0)


@given(_ANSWERS)
def test_each_result_says_how_it_was_reached(answers: Answers) -> None:
    result = level(answers)
    assert from_plain(to_plain(answers)) == answers
    assert (result.level is None) == result.sentence.startswith("No level yet")
    assert bool(result.missing) or result.level is not None
    if result.by == "decision making":
        assert sum(element.degree >= result.decision for element in result.elements) >= 2
    if not counts_time(answers.setting):
        assert result.by != "total time"
        assert level(replace(answers, minutes=0)).level == result.level


def test_the_worksheet_asks_for_everything_that_counts() -> None:
    asked = [question.name for _, questions in GROUPS for question in questions]
    assert sorted(asked) == sorted(field.name for field in fields(Answers))


def test_differences_are_named() -> None:
    rows = {row.label: row for row in compare(_answers({"results": 2, "risk": "low"}), _answers({"results": 1}))}
    assert rows["Results read, each test once"].differs
    assert (rows["Risk of how it is managed"].coder, rows["Risk of how it is managed"].auditor) == (
        "low", "not judged yet",
    )  # fmt: skip
    assert not rows["Where"].differs

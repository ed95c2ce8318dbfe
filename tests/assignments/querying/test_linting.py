"""The linter: every rule by its line in docs/queries.md, good queries that pass in silence, and what blocks sending."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.querying.linting import RULES, find_obstacles, lint
from assignments.querying.rules import (
    STANDING,
    Content,
    Indicator,
    Means,
    Option,
    Purpose,
    Shape,
    arrange,
    from_plain,
    to_plain,
)
from portal.ids import new_id
from tests.conftest import REPOSITORY

PAGE = new_id()


def quoted(*quotes: str) -> tuple[Indicator, ...]:
    return tuple(Indicator(PAGE, 0, len(quote), quote, 1) for quote in quotes if quote)


def options(*texts: str) -> tuple[Option, ...]:
    """`other`, `undetermined` and `not significant` are the standing options, the rest is offered."""
    words = {means.value: means for means in STANDING}
    return tuple(
        Option(words[text], STANDING[words[text]]) if text in words else Option(Means.OFFERED, text)
        for text in texts
        if text
    )


BASIC = Content(
    Purpose.SPECIFICITY, Shape.CHOICE, "Finding on the chest image",
    "Which of these does the finding on the chest image stand for?",
    options("Atelectasis", "Pneumonia", "other", "undetermined"),
    quoted("right lower lobe opacity", "started on ceftriaxone"),
)  # fmt: skip


def changed(example: str) -> Content:
    """The basic query with what an example of the docs changes: `field: value` in backticks."""
    content = BASIC
    for field, value in re.findall(r"`(\w+): ([^`]*)`", example):
        parts = [part.strip() for part in value.split(" / ")]
        match field:
            case "title":
                content = replace(content, title=value)
            case "question":
                content = replace(content, question=value)
            case "purpose":
                content = replace(content, purpose=Purpose(value))
            case "shape":
                content = replace(content, shape=Shape(value))
            case "options":
                content = replace(content, options=options(*parts))
            case "quotes":
                content = replace(content, indicators=quoted(*parts))
            case _:
                raise AssertionError(f"the docs change {field}, which a query does not have")
    return content


def documented() -> list[list[str]]:
    lines = (REPOSITORY / "docs/queries.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| Q")]


def test_docs_list_every_rule_as_it_is() -> None:
    assert [row[:4] for row in documented()] == [[rule.number, rule.level, rule.title, rule.source] for rule in RULES]


@pytest.mark.parametrize("row", documented(), ids=lambda row: row[0])
def test_each_rule_speaks_where_the_docs_say_so_and_is_silent_beside_it(row: list[str]) -> None:
    number, speaks, silent = row[0], changed(row[4]), changed(row[5])
    assert number in [remark.number for remark in lint(speaks)]
    assert number not in [remark.number for remark in lint(silent)]
    assert speaks != silent


#: Queries as they should be: nothing stands against sending any of them.
GOOD = {
    "conflict": Content(
        Purpose.CONFLICT, Shape.CHOICE, "Cause of the collapse",
        "The emergency note and the consult differ. Based on your clinical judgment, which describes this visit?",
        options("Orthostatic hypotension", "Vasovagal syncope", "other", "undetermined"),
        quoted("impression: vasovagal syncope", "consult: orthostatic hypotension after new diuretic"),
    ),
    "significance": Content(
        Purpose.SIGNIFICANCE, Shape.CHOICE, "Potassium of 2.9",
        "What is the clinical significance of the potassium value quoted below?",
        options("Hypokalemia", "Laboratory error", "not significant", "other", "undetermined"),
        quoted("K 2.9", "KCl 40 mEq given"),
    ),
    "laterality": Content(
        Purpose.SPECIFICITY, Shape.CHOICE, "Side of the wrist fracture",
        "Which side was treated at this visit?", options("Left", "Right", "other", "undetermined"),
        quoted("distal radius fracture, closed", "splint applied"),
    ),
    "type": Content(
        Purpose.SPECIFICITY, Shape.CHOICE, "Heart failure: type and acuity",
        "The record has heart failure. Which type and acuity did you treat at this visit?",
        options("Acute diastolic heart failure", "Acute on chronic systolic heart failure", "Chronic systolic heart"
                " failure", "other", "undetermined"),
        quoted("history of heart failure", "EF 30 %", "furosemide 40 mg IV"),
    ),
    "acuity": Content(
        Purpose.SPECIFICITY, Shape.OPEN, "Asthma: severity and control",
        "Please clarify the severity and control of the asthma that was treated at this visit.", (),
        quoted("asthma, wheezing", "albuterol x2"),
    ),
    "cause": Content(
        Purpose.CAUSE, Shape.YES_NO, "Foot ulcer and diabetes",
        "Is the foot ulcer related to the type 2 diabetes that is documented?",
        options("Yes", "No", "other", "undetermined"), quoted("foot ulcer, plantar", "type 2 diabetes, A1c 9.1"),
    ),
    "procedure": Content(
        Purpose.PROCEDURE, Shape.OPEN, "Depth of the debridement",
        "What was the deepest layer of tissue that was removed, and over which area?", (),
        quoted("wound debrided sharply"),
    ),
    "diagnosis": Content(
        Purpose.DIAGNOSIS, Shape.CHOICE, "Hemoglobin and transfusion",
        "Which condition, if any, was the transfusion quoted below given for?",
        options("Acute blood loss anemia", "Anemia of chronic disease", "Expected blood loss without anemia",
                "not significant", "other", "undetermined"),
        quoted("Hgb 7.1, was 11.4", "2 units PRBC given"),
    ),
    "sepsis": Content(
        Purpose.DIAGNOSIS, Shape.CHOICE, "Response to infection",
        "Based on the findings quoted, which describes the patient’s condition on this day?",
        options("Localized infection only", "Sepsis", "other", "undetermined"),
        quoted("lactate 3.8", "WBC 21", "HR 124, patient denies pain", "CC: fever"),
    ),
    "score": Content(
        Purpose.SPECIFICITY, Shape.CHOICE, "Stroke: deficit",
        "Which deficit does the NIHSS score of 6 stand for?",
        options("Left-sided weakness", "Speech disturbance", "other", "undetermined"),
        quoted("acute stroke, NIHSS 6"),
    ),
    "range of motion": Content(
        Purpose.SPECIFICITY, Shape.CHOICE, "Knee: cause of the effusion",
        "Which cause of the knee effusion did you treat?",
        options("Osteoarthritis", "Traumatic effusion", "other", "undetermined"),
        quoted("effusion R knee, range of motion 0-90", "patient charged with own exercises"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_good_queries_pass_without_a_word(name: str) -> None:
    assert lint(GOOD[name]) == ()


def test_a_warning_is_overcome_by_a_reason_and_an_error_by_none() -> None:
    one = replace(BASIC, options=options("Pneumonia", "other", "undetermined"))
    assert [remark.number for remark in find_obstacles(lint(one), {})] == ["Q05"]
    assert [remark.number for remark in find_obstacles(lint(one), {"Q05": "  "})] == ["Q05"]
    assert find_obstacles(lint(one), {"Q05": "The record supports this alone."}) == ()
    bare = replace(one, indicators=())
    assert [r.number for r in find_obstacles(lint(bare), {"Q01": "none needed", "Q05": "the only one"})] == ["Q01"]


def test_every_remark_says_what_to_write_and_where() -> None:
    for row in documented():
        for remark in lint(changed(row[4])):
            assert remark.field in {"title", "question", "options", "indicators", "shape"}
            assert len(remark.message) > 30


_texts = st.text(max_size=60)
_contents = st.builds(
    Content, st.sampled_from(Purpose), st.sampled_from(Shape), _texts, _texts,
    st.lists(st.builds(Option, st.sampled_from(Means), _texts), max_size=6).map(tuple),
    st.lists(st.builds(Indicator, st.just(PAGE), st.integers(0, 9), st.integers(9, 99), _texts, st.integers(1, 9)),
             max_size=3).map(tuple),
)  # fmt: skip


@given(_contents)
def test_any_content_is_linted_and_survives_being_kept(content: Content) -> None:
    assert from_plain(to_plain(content)) == content
    assert {remark.number for remark in lint(content)} <= {rule.number for rule in RULES}


@given(st.sampled_from(Shape), st.lists(_texts, max_size=5).map(tuple), st.frozensets(st.sampled_from(Means)))
def test_standing_options_come_last(shape: Shape, offered: tuple[str, ...], standing: frozenset[Means]) -> None:
    arranged = arrange(shape, offered, standing)
    places = [option.means is not Means.OFFERED for option in arranged]
    assert places == sorted(places)
    assert (arranged == ()) if shape is Shape.OPEN else {o.means for o in arranged} >= standing - {Means.OFFERED}

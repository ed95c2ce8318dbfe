"""Properties of the code lines: whatever is done to them, pointers go on meaning the diagnoses they meant."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assignments.drafting.plain import from_plain, to_plain
from assignments.drafting.rules import (
    MOST_LINES,
    MOST_PAST,
    DiagnosisLine,
    Draft,
    Lines,
    ProcedureLine,
    add_diagnosis,
    add_procedure,
    change,
    letter,
    move_diagnosis,
    move_procedure,
    remove_diagnosis,
    remove_procedure,
    replace_diagnosis,
    replace_procedure,
    undo,
)
from portal.errors import Invalid
from tests.assignments.drafting.drawing import codes, some_lines

#: A busy machine is no failure.
UNHURRIED = settings(deadline=None)


def meanings(lines: Lines) -> list[tuple[str, ...]]:
    """The codes that each procedure points to."""
    return [tuple(lines.diagnoses[at - 1].code for at in line.pointers) for line in lines.procedures]


@UNHURRIED
@given(some_lines())
def test_what_is_stored_comes_back_the_same(lines: Lines) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(lines)))) == lines


def test_a_draft_from_before_lines_had_more_to_say_is_read() -> None:
    old = {
        "diagnoses": ["J18.9", "I10"],
        "procedures": [{"system": "CPT", "code": "71046", "modifiers": ["26"], "units": 2, "pointers": [2, 1]}],
    }

    assert from_plain(old) == Lines(
        (DiagnosisLine("J18.9"), DiagnosisLine("I10")), (ProcedureLine("CPT", "71046", ("26",), 2, (2, 1)),)
    )


@UNHURRIED
@given(some_lines(), st.data())
def test_moving_changes_the_order_and_nothing_else(lines: Lines, data: st.DataObject) -> None:
    if not lines.diagnoses:
        return
    at = data.draw(st.integers(1, len(lines.diagnoses)))
    to = data.draw(st.integers(-3, len(lines.diagnoses) + 3))

    moved = move_diagnosis(lines, at, to)

    place = min(max(to, 1), len(lines.diagnoses))
    assert moved.diagnoses[place - 1] == lines.diagnoses[at - 1]
    assert Counter(moved.diagnoses) == Counter(lines.diagnoses)
    assert meanings(moved) == meanings(lines)
    assert move_diagnosis(moved, place, at) == lines


@UNHURRIED
@given(some_lines(), st.data())
def test_removing_a_diagnosis_takes_its_pointers_along_and_leaves_the_others(lines: Lines, data: st.DataObject) -> None:
    if not lines.diagnoses:
        return
    at = data.draw(st.integers(1, len(lines.diagnoses)))

    left = remove_diagnosis(lines, at)

    assert left.diagnoses == lines.diagnoses[: at - 1] + lines.diagnoses[at:]
    expected = [tuple(lines.diagnoses[to - 1].code for to in line.pointers if to != at) for line in lines.procedures]
    assert meanings(left) == expected
    assert [(line.code, line.modifiers, line.units) for line in left.procedures] == [
        (line.code, line.modifiers, line.units) for line in lines.procedures
    ]


@UNHURRIED
@given(some_lines(), codes, st.data())
def test_replacing_a_code_keeps_its_place_and_who_points_there(lines: Lines, code: str, data: st.DataObject) -> None:
    if not lines.diagnoses:
        return
    at = data.draw(st.integers(1, len(lines.diagnoses)))

    after = replace_diagnosis(lines, at, DiagnosisLine(code))

    assert after.diagnoses[at - 1].code == code
    assert after.procedures == lines.procedures


@UNHURRIED
@given(some_lines(), st.integers(-2, 20))
def test_a_line_that_is_not_there_is_refused_with_a_sentence(lines: Lines, at: int) -> None:
    if 1 <= at <= len(lines.diagnoses):
        return
    for operation in (remove_diagnosis, lambda lines, at: move_diagnosis(lines, at, 1)):
        with pytest.raises(Invalid):
            operation(lines, at)


def test_a_procedure_without_pointers_points_to_the_only_diagnosis() -> None:
    one = add_diagnosis(Lines(), DiagnosisLine("J18.9"))
    two = add_diagnosis(one, DiagnosisLine("I10"))

    assert add_procedure(one, ProcedureLine("CPT", "71046")).procedures[0].pointers == (1,)
    assert add_procedure(two, ProcedureLine("CPT", "71046")).procedures[0].pointers == ()


def test_a_stuck_key_finds_an_end() -> None:
    lines = Lines(tuple(DiagnosisLine("I10") for _ in range(MOST_LINES)))

    with pytest.raises(Invalid):
        add_diagnosis(lines, DiagnosisLine("I10"))


def test_letters_are_those_of_the_claim() -> None:
    assert [letter(at) for at in (1, 12, 13)] == ["A", "L", "13"]


class Desk(RuleBasedStateMachine):
    """Any sequence of changes and undos, against a model that keeps whole states in a list."""

    @initialize(lines=some_lines())
    def begin(self, lines: Lines) -> None:
        self.draft = Draft(lines)
        self.states = [lines]

    def put(self, lines: Lines) -> None:
        self.draft = change(self.draft, lines)
        if lines != self.states[-1]:
            self.states.append(lines)

    @rule(code=codes)
    def add_a_diagnosis(self, code: str) -> None:
        self.put(add_diagnosis(self.draft.lines, DiagnosisLine(code)))

    @rule(units=st.integers(1, 3))
    def add_a_procedure(self, units: int) -> None:
        self.put(add_procedure(self.draft.lines, ProcedureLine("CPT", "99213", units=units)))

    @precondition(lambda self: self.draft.lines.diagnoses)
    @rule(data=st.data())
    def change_a_diagnosis(self, data: st.DataObject) -> None:
        count = len(self.draft.lines.diagnoses)
        at, to = data.draw(st.integers(1, count)), data.draw(st.integers(1, count))
        choices = [remove_diagnosis(self.draft.lines, at), move_diagnosis(self.draft.lines, at, to)]
        self.put(data.draw(st.sampled_from(choices)))

    @precondition(lambda self: self.draft.lines.procedures)
    @rule(data=st.data())
    def change_a_procedure(self, data: st.DataObject) -> None:
        count = len(self.draft.lines.procedures)
        at, to = data.draw(st.integers(1, count)), data.draw(st.integers(1, count))
        pointers = tuple(range(1, min(len(self.draft.lines.diagnoses), 4) + 1))
        self.put(
            data.draw(
                st.sampled_from(
                    [
                        remove_procedure(self.draft.lines, at),
                        move_procedure(self.draft.lines, at, to),
                        replace_procedure(self.draft.lines, at, ProcedureLine("CPT", "99214", ("25",), 1, pointers)),
                    ]
                )
            )
        )

    @rule()
    def take_back(self) -> None:
        could = bool(self.draft.past)
        self.draft = undo(self.draft)
        if could:
            self.states.pop()

    @invariant()
    def is_the_state_that_was_left(self) -> None:
        if hasattr(self, "draft"):
            assert self.draft.lines == self.states[-1]

    @invariant()
    def every_pointer_points_somewhere(self) -> None:
        if hasattr(self, "draft"):
            there = len(self.draft.lines.diagnoses)
            assert all(1 <= at <= there for line in self.draft.lines.procedures for at in line.pointers)

    @invariant()
    def the_past_has_an_end(self) -> None:
        if hasattr(self, "draft"):
            assert len(self.draft.past) <= MOST_PAST


TestDesk = Desk.TestCase
TestDesk.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)

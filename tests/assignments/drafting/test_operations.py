"""What a posted form does to the lines."""

from datetime import date

import pytest

from assignments.drafting.entries import read_lines
from assignments.drafting.operations import Refused, apply_operation
from assignments.drafting.rules import Lines
from portal.errors import Invalid
from tests.factories import SERVICE_ON

LINES = read_lines(["J18.9", "I10", "E11.9", "71046-26 AB", "99214-25 C"])


def _diagnoses(lines: Lines) -> list[str]:
    return [line.code for line in lines.diagnoses]


def _do(op: str, **values: str) -> Lines:
    return apply_operation(LINES, {"op": op, **values}, SERVICE_ON).lines


def test_an_entry_is_added_and_told_of() -> None:
    done = apply_operation(LINES, {"op": "add", "entry": "e1122"}, SERVICE_ON)

    assert _diagnoses(done.lines)[-1] == "E11.22"
    assert done.said.startswith("Added D: E11.22, Type 2 diabetes")
    assert done.focus == "d4"


def test_a_number_that_is_both_is_the_diagnosis_unless_it_is_asked_for_as_a_procedure() -> None:
    assert _diagnoses(_do("add", entry="e1122"))[-1] == "E11.22"
    assert _do("add procedure", entry="e1122").procedures[-1].code == "E1122"
    assert _do("add", entry="G0463 A").procedures[-1].code == "G0463"


@pytest.mark.parametrize(
    ("entry", "says", "look"),
    [
        ("E11.2", "is a subcategory", True),
        ("S52.501", "needs a 7th character", True),
        ("E11.2X9", "is not a code of", True),
        ("chest pain", "is not a code", True),
        ("99214 Z", "2 letters or digits", False),
        ("", "Type a code", False),
    ],
)
def test_what_cannot_be_added_says_why(entry: str, says: str, look: bool) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        _do("add", entry=entry)

    assert refusal.value.look is look
    assert list(refusal.value.errors) == ["entry"]


def test_what_was_there_at_admission_is_typed_where_it_is_asked() -> None:
    def poa(lines: Lines) -> list[str]:
        return [line.poa for line in lines.diagnoses]

    assert poa(_do("add", entry="e1122 y", asks_poa="1"))[-1] == "Y"
    assert poa(_do("take E11.22 1", asks_poa="1"))[-1] == "1"
    assert poa(_do("add", entry="E11.22", asks_poa="1"))[-1] == ""
    changed = _do("save", a1=" w ", asks_poa="1")
    assert poa(changed)[0] == "W"
    again = apply_operation(changed, {"op": "take I25.10", "replaces": f"d1 {changed.diagnoses[0].code}"}, SERVICE_ON)
    assert poa(again.lines)[0] == "W", "another code in its place says no less"
    with pytest.raises(Refused, match="Present on admission is one of") as refusal:
        _do("save", a1="X", asks_poa="1")
    assert list(refusal.value.errors) == ["a1"]
    with pytest.raises(Refused, match="is not a code"):
        _do("add", entry="E11.22 Y")


def test_outside_the_release_nothing_can_be_known_so_the_form_alone_counts() -> None:
    after = apply_operation(Lines(), {"op": "add", "entry": "Q99.999"}, date(2031, 1, 5)).lines

    assert _diagnoses(after) == ["Q99.999"]


def test_lines_are_moved_and_removed_by_place_and_code() -> None:
    assert _diagnoses(_do("up d3 E11.9")) == ["J18.9", "E11.9", "I10"]
    assert _diagnoses(_do("down d1 J18.9")) == ["I10", "J18.9", "E11.9"]
    assert _diagnoses(_do("up d1 J18.9")) == ["J18.9", "I10", "E11.9"]
    assert _do("remove d1 J18.9").procedures[0].pointers == (1,)
    assert [line.code for line in _do("remove p1 71046").procedures] == ["99214"]
    assert [line.code for line in _do("down p1").procedures] == ["99214", "71046"]


def test_a_second_press_does_not_hit_the_next_line() -> None:
    after = _do("remove d2 I10")

    with pytest.raises(Invalid):
        apply_operation(after, {"op": "remove d2 I10"}, SERVICE_ON)


def test_a_code_is_replaced_where_it_stands() -> None:
    after = _do("take E11.22", replaces="d3 E11.9")
    assert _diagnoses(after) == ["J18.9", "I10", "E11.22"]
    assert after.procedures == LINES.procedures

    procedure = _do("add", entry="71045", replaces="p1 71046").procedures[0]
    assert (procedure.code, procedure.modifiers, procedure.pointers) == ("71045", ("26",), (1, 2))


def test_fields_of_the_lines_are_saved_with_whatever_is_done() -> None:
    fields = {"m1": "tc", "u1": "3", "p1": "ca", "m2": "25,57", "u2": "", "p2": "C"}

    after = _do("save", **fields)
    first, second = after.procedures
    assert (first.modifiers, first.units, first.pointers) == (("TC",), 3, (3, 1))
    assert (second.modifiers, second.units) == (("25", "57"), 1)

    removed = _do("remove d1 J18.9", **fields)
    assert removed.procedures[0].pointers == (2,)


@pytest.mark.parametrize(("field", "text"), [("m1", "2"), ("u1", "0"), ("u1", "many"), ("p1", "Z"), ("p1", "D")])
def test_a_field_that_cannot_be_read_is_named(field: str, text: str) -> None:
    fields = {"m1": "26", "u1": "1", "p1": "AB", field: text}

    with pytest.raises(Refused) as refusal:
        _do("save", **fields)

    assert list(refusal.value.errors) == [field]


@pytest.mark.parametrize("op", ["", "drop", "remove", "remove x1", "remove d99", "up d0"])
def test_nonsense_is_refused(op: str) -> None:
    with pytest.raises(Invalid):
        _do(op)

"""What is checked beside each line."""

from datetime import date

import pytest

from assignments.coding.checks import Level, check_lines, has_errors
from assignments.drafting.entries import read_lines
from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from tests.factories import SERVICE_ON


def _found(lines: Lines, on: date = SERVICE_ON) -> set[tuple[str, str, Level]]:
    return {(check.rule, check.line, check.level) for check in check_lines(lines, on=on)}


def test_a_right_coding_has_nothing_against_it() -> None:
    lines = read_lines(["J18.9", "I10", "71046-26 AB", "99214-25 A"])

    assert {check.level for check in check_lines(lines, on=SERVICE_ON)} <= {Level.INFO}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], ("D6", "", Level.ERROR)),
        (["J18.9"], ("P8", "", Level.WARNING)),
        (["E11.2"], ("D1", "d1", Level.ERROR)),
        (["J18.9", "S52.501"], ("D1", "d2", Level.ERROR)),
        (["J18.9", "Q99.999"], ("D1", "d2", Level.ERROR)),
        (["J18.9", "I10", "J18.9"], ("D3", "d3", Level.ERROR)),
        (["W19.XXXA", "S52.501A"], ("D5", "d1", Level.ERROR)),
        (["Y92.009"], ("D5", "d1", Level.ERROR)),
        (["J18.9", "I10", "99214"], ("P2", "p1", Level.ERROR)),
        (["J18.9", "71046 A", "71046 A"], ("P5", "p2", Level.WARNING)),
        (["J18.9", "71046-26 A", "71046-26 A"], ("P5", "p2", Level.WARNING)),
    ],
)
def test_each_rule_names_its_line_and_level(entries: list[str], expected: tuple[str, str, Level]) -> None:
    assert expected in _found(read_lines(entries))


def test_an_external_cause_after_the_injury_is_right() -> None:
    assert not {rule for rule, _, _ in _found(read_lines(["S52.501A", "W19.XXXA", "99283 AB"]))} & {"D5"}


def test_the_same_procedure_with_another_modifier_is_not_a_duplicate() -> None:
    assert "P5" not in {rule for rule, _, _ in _found(read_lines(["J18.9", "71046-26 A", "71046-59 A"]))}


def test_a_claim_has_room_for_twelve_diagnoses() -> None:
    codes = ["A09", "I10", "J18.9", "R05.9", "R51.9", "R42", "R11.0", "R10.9", "N39.0", "M54.50", "K21.9", "E11.9"]

    assert not has_errors(check_lines(read_lines([*codes, "99283 A"]), on=SERVICE_ON))
    assert ("D4", "d13", Level.ERROR) in _found(read_lines([*codes, "E78.5", "99283 A"]))


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (ProcedureLine("CPT", "992", (), 1, (1,)), "P1"),
        (ProcedureLine("CPT", "99283", (), 1, (2,)), "P3"),
        (ProcedureLine("CPT", "99283", (), 1, (1, 1, 1, 1, 1)), "P4"),
        (ProcedureLine("CPT", "99283", ("25", "25"), 1, (1,)), "P6"),
        (ProcedureLine("CPT", "99283", (), 0, (1,)), "P7"),
    ],
)
def test_what_the_entry_box_would_not_take_is_checked_all_the_same(line: ProcedureLine, rule: str) -> None:
    assert (rule, "p1", Level.ERROR) in _found(Lines((DiagnosisLine("J18.9"),), (line,)))


def test_a_date_outside_the_release_is_never_silently_right() -> None:
    checks = check_lines(read_lines(["J18.9", "99283 A"]), on=date(2031, 1, 5))

    assert [(check.rule, check.level) for check in checks] == [("D2", Level.WARNING)]
    assert "outside the release in force" in checks[0].text
    assert not has_errors(checks)

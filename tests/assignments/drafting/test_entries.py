"""What is typed into the entry box, and what is read out of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.codesets.procedures import LineError, write_pointers
from assignments.drafting.entries import parse_entry, read_lines, write_procedure
from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from tests.assignments.drafting.drawing import some_lines

ON = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E11.22", "E11.22"), ("e11.22", "E11.22"), ("e1122", "E11.22"), (" i10 ", "I10"), ("S52501A", "S52.501A"),
        ("c7a.00", "C7A.00"), ("z3a01", "Z3A.01"),
    ],
)  # fmt: skip
def test_a_diagnosis_by_its_number(text: str, code: str) -> None:
    assert parse_entry(text, diagnoses=0).diagnosis == DiagnosisLine(code)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("99214", ProcedureLine("CPT", "99214")),
        ("99214-25 AB", ProcedureLine("CPT", "99214", ("25",), 1, (1, 2))),
        ("99214 -25 ba", ProcedureLine("CPT", "99214", ("25",), 1, (2, 1))),
        ("99214 25,59 AB", ProcedureLine("CPT", "99214", ("25", "59"), 1, (1, 2))),
        ("99214 25 59 AB", ProcedureLine("CPT", "99214", ("25", "59"), 1, (1, 2))),
        ("99214-25-59 C", ProcedureLine("CPT", "99214", ("25", "59"), 1, (3,))),
        ("99214-GC AB", ProcedureLine("CPT", "99214", ("GC",), 1, (1, 2))),
        ("G0463 x2 A", ProcedureLine("HCPCS", "G0463", (), 2, (1,))),
        ("g0463 ×12 lt", ProcedureLine("HCPCS", "G0463", ("LT",), 12)),
        ("j1100 x4", ProcedureLine("HCPCS", "J1100", (), 4)),
        ("0042t", ProcedureLine("CPT", "0042T")),
        ("99213-25 x1 AB @10/03", ProcedureLine("CPT", "99213", ("25",), 1, (1, 2), date(2026, 10, 3))),
        ("99213 @12/30", ProcedureLine("CPT", "99213", service_on=date(2025, 12, 30))),
        ("99213 @ 9/8/26 A", ProcedureLine("CPT", "99213", pointers=(1,), service_on=date(2026, 9, 8))),
        ("00810 45m by 1234567893", ProcedureLine("CPT", "00810", rendering="1234567893", minutes=45)),
        (
            "J1100 x4 n0409-4713-32/ml2.5 A",
            ProcedureLine("HCPCS", "J1100", (), 4, (1,), None, "", "00409471332", "ML", Decimal("2.5")),
        ),
    ],
)
def test_a_procedure_with_what_belongs_to_it(text: str, line: ProcedureLine) -> None:
    entry = parse_entry(text, diagnoses=3, on=date(2026, 3, 10) if "12/30" in text else ON)

    assert entry.procedure == line
    assert entry.diagnosis is None


def test_some_numbers_are_both() -> None:
    entry = parse_entry("J1100", diagnoses=0)

    assert entry.diagnosis == DiagnosisLine("J11.00")
    assert entry.procedure == ProcedureLine("HCPCS", "J1100")


@pytest.mark.parametrize("text", ["n18 3b", "chest pain", "e11 foot ulcer", "", "12345678", "992"])
def test_anything_else_is_words(text: str) -> None:
    entry = parse_entry(text, diagnoses=3)

    assert entry.diagnosis is None
    assert entry.procedure is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("99214 D", "no diagnosis D"),
        ("99214 GC", "If GC is a modifier, write -GC."),
        ("99214 A B", "both read as pointers"),
        ("99214 2", "write x2"),
        ("99214 x2 x3", "twice"),
        ("99214 x0 A", "from 1 to 9999"),
        ("99214-255 A", "2 letters or digits"),
        ("99214 25,25 A", "twice"),
        ("99214 25,59,LT,RT,76", "room for 4"),
        ("9921A x2", "5 digits"),
        ("99214 @13/40", "month and day"),
        ("99214 @", "comes the day"),
        ("99214 @1/1/2020", "more than a year"),
        ("99214 @9/1 @9/2", "day is there twice"),
        ("99214 by1234567890", "check digit"),
        ("99214 n123", "eleven digits"),
        ("99214 1441m", "1 to 1440"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(text: str, says: str) -> None:
    with pytest.raises(LineError, match=says):
        parse_entry(text, diagnoses=3, on=ON)


@settings(deadline=None)
@given(some_lines())
def test_whatever_a_procedure_says_can_be_typed(lines: Lines) -> None:
    for line in lines.procedures:
        typed = write_procedure(line, write_pointers(line.pointers))
        read = parse_entry(typed, diagnoses=len(lines.diagnoses)).procedure
        system = "HCPCS" if line.code.startswith("J") else "CPT"
        assert read == replace(line, system=system, evidence=()), typed


@settings(deadline=None)
@given(st.text(alphabet="9214AGX@/-. x2bynmlML", max_size=30))
def test_what_is_typed_after_a_number_is_a_line_or_refused_with_a_sentence(rest: str) -> None:
    with suppress(LineError):
        assert parse_entry(f"99214 {rest}", diagnoses=3, on=ON).procedure is not None


def test_several_lines_are_read_as_if_typed_one_after_the_other() -> None:
    lines = read_lines(["J18.9", "71046", "I10", "99214-25 BA"])

    assert [line.code for line in lines.diagnoses] == ["J18.9", "I10"]
    assert [line.pointers for line in lines.procedures] == [(1,), (2, 1)]
    with pytest.raises(LineError):
        read_lines(["pneumonia"])


def test_a_procedure_is_written_as_it_is_typed() -> None:
    line = ProcedureLine("CPT", "99214", ("25", "GC"), 2, (1, 2))

    assert write_procedure(line, "AB") == "99214-25-GC x2 AB"
    assert parse_entry("99214-25-GC x2 AB", diagnoses=2).procedure == line

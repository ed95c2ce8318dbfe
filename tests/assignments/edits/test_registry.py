"""Each edit fires on its examples in docs/edits.md and not on the others; the table says what the registry says."""

import re
from dataclasses import replace
from datetime import date

import pytest

from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from assignments.edits.context import Context, Pair, UnitLimit
from assignments.edits.gathering import plain_context
from assignments.edits.registry import BY_NUMBER, EDITS
from assignments.edits.rules import Ask, Level, level_of, run_edits
from tests.conftest import REPOSITORY
from tests.factories import SERVICE_ON

TABLE = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (REPOSITORY / "docs/edits.md").read_text().splitlines()
    if re.match(r"\| [A-Z]\d+ \|", line)
]
PAIRS = (Pair("G0463", "G0101", 0, "Misuse"), Pair("G0402", "Q0091", 1))
LIMITS = {"J1885": UnitLimit(4, 1, "Clinical: data"), "Q0091": UnitLimit(1, 2), "J0696": UnitLimit(16, 3)}
EXAMPLES = [
    pytest.param(row[0], example, fires, id=f"{row[0]} {'fires' if fires else 'is silent'}: {example}")
    for row in TABLE
    for cell, fires in ((row[4], True), (row[5], False))
    for example in re.findall("`([^`]+)`", cell)
]


def read_example(example: str) -> Context:
    """Lines as they are typed, also those that the entry box would not take, and what is known besides."""
    typed, _, known = example.partition("; ")
    diagnoses, procedures = [], []
    for text in typed.split(", "):
        if re.fullmatch(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?", text):
            diagnoses.append(DiagnosisLine(text))
            continue
        first, *rest = text.split()
        code, *modifiers = first.split("-")
        units = next((int(one[1:]) for one in rest if one.startswith("x")), 1)
        pointers = tuple("ABCDEFGHIJKL".index(one) + 1 for word in rest if word.isupper() for one in word)
        procedures.append(
            ProcedureLine("CPT" if code[0].isdigit() else "HCPCS", code, tuple(modifiers), units, pointers)
        )
    on = date.fromisoformat(known[3:]) if known.startswith("on ") else SERVICE_ON
    context = plain_context(Lines(tuple(diagnoses), tuple(procedures)), on=on)
    return replace(
        context, pairs=PAIRS, limits=LIMITS, age=int(known[4:]) if known.startswith("age ") else None,
        sex=known[4:] if known.startswith("sex ") else "",
        asks_poa=known == "POA asked",
        unseen=frozenset({known[11:]} if known.startswith("never seen ") else ()),
        unchecked=("No table is loaded.",) if known == "no tables" else (),
    )  # fmt: skip


@pytest.mark.parametrize(("number", "example", "fires"), EXAMPLES)
def test_every_example_does_what_the_table_says(number: str, example: str, fires: bool) -> None:
    found = [check for check in run_edits(read_example(example), EDITS) if check.rule == number]

    assert bool(found) is fires
    for check in found:
        assert check.level is BY_NUMBER[number].level
        assert check.text.strip()
        assert "{" not in check.text
        if fires and check.line:
            assert int(check.line[1:]) >= 1


def test_the_table_says_what_the_registry_says() -> None:
    def said(number: str) -> list[str]:
        edit = BY_NUMBER[number]
        more = ", fixed" if edit.fixed else ", with a reason" if edit.wants_reason and edit.level == "warning" else ""
        return [number, f"{edit.level.value}{more}", edit.title, edit.source]

    assert [row[:4] for row in TABLE] == [said(edit.number) for edit in EDITS]
    assert {number for number, _, fires in (one.values for one in EXAMPLES) if fires} == set(BY_NUMBER)
    assert {number for number, _, fires in (one.values for one in EXAMPLES) if not fires} == set(BY_NUMBER)


def test_what_the_claim_refuses_no_client_takes_lightly() -> None:
    for edit in EDITS:
        for level in ("off", *Level):
            weighs = level_of(edit, level)
            if edit.fixed:
                assert weighs is Level.ERROR
            else:
                assert weighs == (None if level == "off" else level)


def test_a_level_decides_what_is_asked() -> None:
    context = read_example("J96.01, R06.02, 99283 A")
    asked = {
        level: [(check.level, check.ask) for check in run_edits(context, EDITS, {"T1": level}) if check.rule == "T1"]
        for level in ("off", "info", "warning", "critical", "error")
    }

    assert asked["off"] == []
    assert asked["info"] == [(Level.INFO, Ask.NOTHING)]
    assert asked["warning"] == [(Level.WARNING, Ask.REASON)]
    assert asked["critical"] == [(Level.CRITICAL, Ask.REASON)]
    assert asked["error"] == [(Level.ERROR, Ask.NOTHING)]


def test_an_answer_belongs_to_the_rule_and_its_codes_wherever_they_stand() -> None:
    one, other = (
        [check for check in run_edits(read_example(example), EDITS) if check.rule == "T1"]
        for example in ("J96.01, R06.02, 99283 A", "R06.02, I10, J96.01, 99283 A")
    )

    assert [check.mark for check in one] == [check.mark for check in other] == ["T1 J96.01+R06.02"]
    assert one[0].line != other[0].line

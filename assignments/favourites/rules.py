"""What putting a set on a chart does to its lines, and how much use raises a code in the search. Pure."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine, add_diagnosis, add_procedure

#: Why a line cannot be coded on the chart's date of service; None if it can.
Explain = Callable[[DiagnosisLine | ProcedureLine], str | None]

STARRED = 0.5  # what a star adds to a code's weight in the search
MOST_BY_SPECIALTY = 0.35
MOST_BY_OWN_USE = 0.35


@dataclass(frozen=True, slots=True)
class Applied:
    """The lines with a set put on them, how many are new, and which of its codes were left out and why."""

    lines: Lines
    added: int
    left_out: tuple[str, ...]


def plain_lines(lines: Lines) -> Lines:
    """What a set keeps of a chart's lines: codes, modifiers, units and pointers; nothing of the chart itself."""
    return Lines(
        tuple(DiagnosisLine(line.code) for line in lines.diagnoses),
        tuple(
            ProcedureLine(line.system, line.code, line.modifiers, line.units, line.pointers)
            for line in lines.procedures
        ),
    )


def apply_set(lines: Lines, members: Lines, explain: Explain) -> Applied:
    """Add what the chart does not have yet; what is not valid on its date stays out and is named.

    Pointers of the set's procedures follow its diagnoses to where they stand on the chart.
    """
    places: dict[int, int] = {}
    left_out: list[str] = []
    before = len(lines.diagnoses) + len(lines.procedures)
    for at, diagnosis in enumerate(members.diagnoses, start=1):
        there = [line.code for line in lines.diagnoses]
        if diagnosis.code not in there:
            if explain(diagnosis):
                left_out.append(diagnosis.code)
                continue
            lines = add_diagnosis(lines, DiagnosisLine(diagnosis.code))
            there.append(diagnosis.code)
        places[at] = there.index(diagnosis.code) + 1
    for procedure in members.procedures:
        if explain(procedure):
            left_out.append(procedure.code)
            continue
        pointers = tuple(places[at] for at in procedure.pointers if at in places)
        added = replace(procedure, pointers=pointers)
        if (procedure.system, procedure.code) not in {(line.system, line.code) for line in lines.procedures}:
            lines = add_procedure(lines, added)
    return Applied(lines, len(lines.diagnoses) + len(lines.procedures) - before, tuple(left_out))


def weigh(starred: frozenset[str], own: Mapping[str, int], specialty: Mapping[str, int]) -> dict[str, float]:
    """How much each squeezed code is raised: 1 is not at all; use counts by its logarithm, and at most doubles it."""
    total = sum(specialty.values()) or 1
    weights: dict[str, float] = {}
    for code in {*starred, *own, *specialty}:
        shared = min(MOST_BY_SPECIALTY, 0.07 * math.log1p(1000 * specialty.get(code, 0) / total))
        personal = min(MOST_BY_OWN_USE, 0.1 * math.log1p(own.get(code, 0)))
        weights[code] = 1.0 + shared + personal + (STARRED if code in starred else 0.0)
    return weights

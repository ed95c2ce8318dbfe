"""What putting a set on a chart does to its lines. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine, add_diagnosis, add_procedure

#: Why a line cannot be coded on the chart's date of service; None if it can.
Explain = Callable[[DiagnosisLine | ProcedureLine], str | None]


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

"""What of an earlier coding can be copied into the present one, and how. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assignments.drafting.rules import DiagnosisLine, Lines, add_diagnosis, add_procedure

#: A line of an earlier coding, by its kind and place there: `d1`, `p2`.
Name = str


@dataclass(frozen=True, slots=True)
class Copied:
    """The lines after copying, how many came, and the codes that were there already."""

    lines: Lines
    count: int
    there: tuple[str, ...] = ()


def copy_lines(lines: Lines, earlier: Lines, wanted: Sequence[Name]) -> Copied:
    """Add the wanted lines of an earlier coding with all that they say but their day and their evidence.

    Both belong to the earlier visit. A pointer leads to the same diagnosis if that is here by now, else it is gone.
    """
    there: list[str] = []
    count = 0
    for line in (line for at, line in enumerate(earlier.diagnoses, start=1) if f"d{at}" in wanted):
        if any(other.code == line.code for other in lines.diagnoses):
            there.append(line.code)
            continue
        lines = add_diagnosis(lines, replace(line, evidence=()))
        count += 1
    for at, procedure in enumerate(earlier.procedures, start=1):
        if f"p{at}" not in wanted:
            continue
        pointers = _led(procedure.pointers, earlier.diagnoses, lines.diagnoses)
        copied = replace(procedure, service_on=None, evidence=(), pointers=pointers)
        if any(replace(other, service_on=None, evidence=()) == copied for other in lines.procedures):
            there.append(copied.code)
            continue
        lines = add_procedure(lines, copied)
        count += 1
    return Copied(lines, count, tuple(there))


def _led(pointers: Sequence[int], before: Sequence[DiagnosisLine], now: Sequence[DiagnosisLine]) -> tuple[int, ...]:
    places = {line.code: at for at, line in reversed(list(enumerate(now, start=1)))}
    codes = [before[at - 1].code for at in pointers if at <= len(before)]
    return tuple(places[code] for code in dict.fromkeys(codes) if code in places)

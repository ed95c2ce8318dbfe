"""What an answer changed: the codes before it was asked for, against those that came after. Pure."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from assignments.drafting.rules import Lines, letter


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the comparison, as it is written."""

    text: str
    kind: Literal["same", "added", "removed"]


def compare(before: Lines, after: Lines) -> tuple[Change, ...]:
    """Every line of either side: what stayed and what was added in the order of after, then what was removed."""
    left, changes = Counter(_written(before)), []
    for text in _written(after):
        changes.append(Change(text, "same" if left[text] else "added"))
        left[text] -= 1 if left[text] else 0
    return (*changes, *(Change(text, "removed") for text in left.elements()))


def _written(lines: Lines) -> list[str]:
    diagnoses = [line.code for line in lines.diagnoses]
    procedures = [
        "-".join((line.code, *line.modifiers))
        + (f" on {line.service_on}" if line.service_on else "")
        + (f" ×{line.units}" if line.units != 1 else "")
        + (f" → {', '.join(_pointed(lines, line.pointers))}" if line.pointers else "")
        for line in lines.procedures
    ]
    return [*diagnoses, *procedures]


def _pointed(lines: Lines, pointers: tuple[int, ...]) -> list[str]:
    """The codes that a procedure points to: a letter would change with every diagnosis that comes before."""
    return [lines.diagnoses[at - 1].code if at <= len(lines.diagnoses) else letter(at) for at in pointers]

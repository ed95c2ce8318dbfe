"""What is checked before a coding may be submitted: each result has a rule, a level and the line it stands beside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assignments.codesets.icd10cm import explain_date, explain_invalid
from assignments.codesets.procedures import classify_procedure, explain_procedure
from assignments.drafting.rules import (
    MOST_DIAGNOSES,
    MOST_MODIFIERS,
    MOST_POINTERS,
    MOST_UNITS,
    Lines,
    ProcedureLine,
    letter,
)


class Level(StrEnum):
    """How much a result weighs: errors block the submission."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Check:
    """One result. `line` is `d2` for the second diagnosis, `p1` for the first procedure, empty for the whole coding."""

    rule: str
    level: Level
    text: str
    line: str = ""


def check_lines(lines: Lines, *, on: date) -> tuple[Check, ...]:
    """Everything there is to say about these lines for this date of service, in the order of the lines."""
    return (*_whole(lines, on), *_diagnoses(lines, on), *_procedures(lines))


def has_errors(checks: tuple[Check, ...]) -> bool:
    """True if any of them blocks the submission."""
    return any(check.level is Level.ERROR for check in checks)


def _whole(lines: Lines, on: date) -> Iterator[Check]:
    outside = explain_date(on)
    if outside and lines.diagnoses:
        yield Check("D2", Level.WARNING, f"{outside} The diagnoses could not be checked: check them by hand.")
    if not lines.diagnoses:
        yield Check("D6", Level.ERROR, "A coding needs at least one diagnosis.")
    if not lines.procedures:
        yield Check("P8", Level.WARNING, "No procedure is coded. Submit it like this only if nothing is to be billed.")


def _diagnoses(lines: Lines, on: date) -> Iterator[Check]:
    codes = [line.code for line in lines.diagnoses]
    for at, code in enumerate(codes, start=1):
        place = f"d{at}"
        if explain_date(on) is None and (reason := explain_invalid(code, on)):
            yield Check("D1", Level.ERROR, reason, place)
        if code in codes[: at - 1]:
            first = letter(codes.index(code) + 1)
            yield Check("D3", Level.ERROR, f"{code} is there already, as {first}. Remove one of them.", place)
        if at == MOST_DIAGNOSES + 1:
            yield Check("D4", Level.ERROR, f"A claim has {MOST_DIAGNOSES} diagnoses at most: remove some.", place)
        if at == 1 and code[:1] in tuple("VWXY"):
            yield Check("D5", Level.ERROR, "An external cause is never listed first. Put the injury before it.", place)


def _procedures(lines: Lines) -> Iterator[Check]:
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for at, line in enumerate(lines.procedures, start=1):
        place = f"p{at}"
        if classify_procedure(line.code) is None:
            yield Check("P1", Level.ERROR, explain_procedure(line.code) or "This is not a procedure number.", place)
        yield from _pointers(line, len(lines.diagnoses), place)
        if len(line.modifiers) > MOST_MODIFIERS or len(set(line.modifiers)) < len(line.modifiers):
            yield Check("P6", Level.ERROR, f"A line has room for {MOST_MODIFIERS} modifiers, each of them once.", place)
        if not 1 <= line.units <= MOST_UNITS:
            yield Check("P7", Level.ERROR, f"Units are a whole number from 1 to {MOST_UNITS}.", place)
        before = seen.setdefault((line.code, frozenset(line.modifiers)), at)
        if before != at:
            text = f"{line.code} is on line {before} too. If it was done twice, use units, or a modifier such as 59."
            yield Check("P5", Level.WARNING, text, place)


def _pointers(line: ProcedureLine, diagnoses: int, place: str) -> Iterator[Check]:
    if not line.pointers:
        yield Check("P2", Level.ERROR, "Point to the diagnoses that the service was for, e.g. A or AB.", place)
    absent = [letter(pointer) for pointer in line.pointers if not 1 <= pointer <= min(diagnoses, MOST_DIAGNOSES)]
    if absent:
        yield Check("P3", Level.ERROR, f"There is no diagnosis {', '.join(absent)} to point to.", place)
    if len(line.pointers) > MOST_POINTERS:
        yield Check("P4", Level.ERROR, f"A line points to at most {MOST_POINTERS} diagnoses.", place)

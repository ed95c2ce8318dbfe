"""One line as it is typed: `E11.22`, `e1122`, `99214-25 AB`, `G0463 x2 A`, `99214 25,59 AB`. Pure.

Letters A to L that stand alone are pointers wherever they stand; a modifier made of such letters is written with its
hyphen (`99214-GC AB`). So nothing is guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assignments.codesets.procedures import (
    LineError,
    classify_procedure,
    explain_procedure,
    parse_modifiers,
    parse_pointers,
)
from assignments.drafting.rules import (
    MOST_UNITS,
    DiagnosisLine,
    Lines,
    ProcedureLine,
    add_diagnosis,
    add_procedure,
)

_DIAGNOSIS = re.compile(r"([A-Z][0-9][0-9A-Z])(?:(\.?)([0-9A-Z]{1,4}))?")
_LOOKS_LIKE_PROCEDURE = re.compile(r"[0-9]{4,5}[A-Z]?")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed, read: a diagnosis, a procedure, either of them (`J1100`), or neither but words."""

    text: str
    diagnosis: DiagnosisLine | None = None
    procedure: ProcedureLine | None = None


def parse_entry(text: str, *, diagnoses: int) -> Entry:
    """Read one typed line; `diagnoses` is how many there are to point to.

    Raises LineError when it begins with a procedure and goes on with something that cannot be read.
    """
    typed = re.sub(r"\s*[-–]\s*", "-", " ".join(text.split()))
    first, _, rest = typed.partition(" ")
    number, hyphen, modifiers = first.partition("-")
    procedure = classify_procedure(number)
    alone = not hyphen and not rest
    diagnosis = read_diagnosis(number) if alone else None
    if procedure is None:
        if not alone and _LOOKS_LIKE_PROCEDURE.fullmatch(number.upper()):
            raise LineError(explain_procedure(number) or "")
        return Entry(text, diagnosis)
    return Entry(text, diagnosis, _procedure(procedure.system, procedure.code, modifiers, rest.split(), diagnoses))


def read_diagnosis(text: str) -> DiagnosisLine | None:
    """A diagnosis of the right form with its dot, whether or not the code exists; any case."""
    found = _DIAGNOSIS.fullmatch(text.strip().upper())
    if found is None or (found[3] and not found[2] and len(text.strip()) > 7):
        return None
    return DiagnosisLine(f"{found[1]}.{found[3]}" if found[3] else found[1])


def read_lines(entries: Iterable[str]) -> Lines:
    """The lines of several entries, diagnoses with their dots, as if typed one after the other; raises LineError."""
    lines = Lines()
    for text in entries:
        entry = parse_entry(text, diagnoses=len(lines.diagnoses))
        if entry.procedure:
            lines = add_procedure(lines, entry.procedure)
        elif entry.diagnosis:
            lines = add_diagnosis(lines, entry.diagnosis)
        else:
            raise LineError(f"“{text}” is neither a diagnosis nor a procedure.")
    return lines


def write_procedure(line: ProcedureLine, pointers: str) -> str:
    """A procedure as one types it, with these letters to point with."""
    parts = ["-".join((line.code, *line.modifiers)), f"x{line.units}" if line.units != 1 else "", pointers]
    return " ".join(part for part in parts if part)


def _procedure(system: str, code: str, attached: str, tokens: list[str], diagnoses: int) -> ProcedureLine:
    modifiers = [attached] if attached else []
    units: int | None = None
    pointers: str | None = None
    for token in (token.upper() for token in tokens):
        counted = re.fullmatch(r"[X×*]([0-9]{1,5})", token)
        if counted:
            if units is not None:
                raise LineError("The units are there twice: leave one of them.")
            units = int(counted[1])
        elif re.fullmatch("[A-L]+", token):
            if pointers is not None:
                raise LineError(f"{pointers} and {token} both read as pointers. Write a modifier with a hyphen: -GC.")
            pointers = token
        elif re.fullmatch("[0-9]", token):
            raise LineError(f"For {token} units write x{token}. Pointers are letters, e.g. AB.")
        else:
            modifiers.append(token)
    if units is not None and not 1 <= units <= MOST_UNITS:
        raise LineError(f"Units are a whole number from 1 to {MOST_UNITS}.")
    return ProcedureLine(
        system, code, parse_modifiers(",".join(modifiers)), units or 1, _pointers(pointers or "", diagnoses)
    )


def _pointers(letters: str, diagnoses: int) -> tuple[int, ...]:
    try:
        return parse_pointers(letters, diagnoses)
    except LineError as error:
        hint = f" If {letters} is a modifier, write -{letters}." if len(letters) == 2 else ""
        raise LineError(f"{error}{hint}") from None

"""One line as it is typed: `E11.22`, `99214-25 AB`, `G0463 x2 A @10/03`, `J1100 x4 n0409-4713-32/ML1 by1234567893`.

After a procedure come, in any order: modifiers, `x2` units, `AB` pointers, `@10/03` its day, `by` and an NPI, `n` and
an NDC with what was given of it, `45m` minutes. Letters A to L that stand alone are pointers wherever they stand; a
modifier made of such letters is written with its hyphen (`99214-GC AB`). So nothing is guessed.
Where inpatient stays are coded, a diagnosis may be followed by whether it was there at admission: `E11.22 Y`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from assignments.codesets.procedures import (
    LineError,
    classify_procedure,
    explain_procedure,
    parse_modifiers,
    parse_pointers,
)
from assignments.drafting.claim_facts import read_day, read_drug, read_minutes, read_npi, write_day, write_drug
from assignments.drafting.rules import (
    MOST_UNITS,
    POA,
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


def parse_entry(text: str, *, diagnoses: int, on: date | None = None, asks_poa: bool = False) -> Entry:
    """Read one typed line; `diagnoses` is how many there are to point to, `on` the date of service, `asks_poa` whether
    a diagnosis may say if it was there at admission.

    Raises LineError when it begins with a procedure and goes on with something that cannot be read.
    """
    typed = re.sub(r"\s*[-–]\s*", "-", " ".join(text.split()))
    # What has a sign before it may stand apart from it: `by 1234567893`, `@ 10/03`.
    typed = re.sub(r"(?i)(?<= )(@|by|n) (?=[0-9])", r"\1", typed)
    first, _, rest = typed.partition(" ")
    number, hyphen, modifiers = first.partition("-")
    if asks_poa and not hyphen and rest.upper() in POA and (there := read_diagnosis(number)):
        return Entry(text, replace(there, poa=rest.upper()))
    procedure = classify_procedure(number)
    alone = not hyphen and not rest
    diagnosis = read_diagnosis(number) if alone else None
    if procedure is None:
        if not alone and _LOOKS_LIKE_PROCEDURE.fullmatch(number.upper()):
            raise LineError(explain_procedure(number) or "")
        return Entry(text, diagnosis)
    return Entry(text, diagnosis, _procedure(procedure.system, procedure.code, modifiers, rest.split(), diagnoses, on))


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


def write_procedure(line: ProcedureLine, pointers: str, on: date | None = None) -> str:
    """A procedure as one types it, with these letters to point with."""
    drug = write_drug(line.ndc, line.ndc_unit, line.ndc_quantity).replace(" ", "/")
    parts = [
        "-".join((line.code, *line.modifiers)),
        f"x{line.units}" if line.units != 1 else "",
        pointers,
        f"@{write_day(line.service_on, on)}" if line.service_on else "",
        f"by{line.rendering}" if line.rendering else "",
        f"n{drug}" if drug else "",
        f"{line.minutes}m" if line.minutes else "",
    ]
    return " ".join(part for part in parts if part)


#: What a token after the number is, by its form; the first that fits. What is left over is a modifier.
_TOKENS = {
    "units": re.compile(r"[X×*]([0-9]{1,5})"),
    "pointers": re.compile(r"([A-L]+)"),
    "day": re.compile(r"@(.*)"),
    "NPI": re.compile(r"BY([0-9]{3,}.*)"),
    "drug": re.compile(r"N([0-9]{3,}.*)"),
    "minutes": re.compile(r"([0-9]{1,4})M(?:IN)?"),
}


def _procedure(
    system: str, code: str, attached: str, tokens: list[str], diagnoses: int, on: date | None
) -> ProcedureLine:
    modifiers = [attached] if attached else []
    said: dict[str, str] = {}
    for token in (token.upper() for token in tokens):
        kind, found = next(
            ((kind, hit) for kind, form in _TOKENS.items() if (hit := form.fullmatch(token))), ("", None)
        )
        if found is None and re.fullmatch("[0-9]", token):
            raise LineError(f"For {token} units write x{token}. Pointers are letters, e.g. AB.")
        if found is None:
            modifiers.append(token)
        elif kind == "pointers" and kind in said:
            raise LineError(f"{said[kind]} and {token} both read as pointers. Write a modifier with a hyphen: -GC.")
        elif kind in said:
            raise LineError(f"The {kind} {'is' if kind in ('day', 'NPI', 'drug') else 'are'} there twice: leave one.")
        else:
            said[kind] = found[1]
    units = int(said.get("units", "1"))
    if not 1 <= units <= MOST_UNITS:
        raise LineError(f"Units are a whole number from 1 to {MOST_UNITS}.")
    if "day" in said and not said["day"]:
        raise LineError("After @ comes the day of the line, e.g. @10/03.")
    return ProcedureLine(
        system, code, parse_modifiers(",".join(modifiers)), units, _pointers(said.get("pointers", ""), diagnoses),
        read_day(said.get("day", ""), on), read_npi(said.get("NPI", "")), *read_drug(said.get("drug", "")),
        read_minutes(said.get("minutes", "")),
    )  # fmt: skip


def _pointers(letters: str, diagnoses: int) -> tuple[int, ...]:
    try:
        return parse_pointers(letters, diagnoses)
    except LineError as error:
        hint = f" If {letters} is a modifier, write -{letters}." if len(letters) == 2 else ""
        raise LineError(f"{error}{hint}") from None

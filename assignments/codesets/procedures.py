"""Procedure lines by their form alone: CPT and HCPCS Level II numbers, modifiers and diagnosis pointers.

Which numbers exist, and what they mean, is not known here: CPT belongs to the American Medical Association.
"""

import re
from dataclasses import dataclass
from typing import Literal

MOST_MODIFIERS = 4
MOST_POINTERS = 4  # a service line of the claim has room for four
POINTER_LETTERS = "ABCDEFGHIJKL"  # the claim has twelve diagnoses


class LineError(ValueError):
    """What was typed on a procedure line can't be read; the message tells the coder what to do."""


@dataclass(frozen=True)
class ProcedureCode:
    """A procedure number of the right form for its system."""

    system: Literal["CPT", "HCPCS"]
    code: str


def classify_procedure(text: str) -> ProcedureCode | None:
    """The procedure number in this text, None where `explain_procedure` has a reason against it."""
    code = _squeeze(text)
    if re.fullmatch("[0-9]{5}|[0-9]{4}[FMTU]", code):
        return ProcedureCode("CPT", code)
    if re.fullmatch("[A-V][0-9]{4}", code) and code[0] not in "DIO":
        return ProcedureCode("HCPCS", code)
    return None


def explain_procedure(text: str) -> str | None:
    """None for a number of a right form, else a sentence that says what a right one looks like."""
    if classify_procedure(text):
        return None
    code = _squeeze(text)
    if re.fullmatch("D[0-9]{4}", code):
        return "Codes with D are dental (CDT), belong to the American Dental Association, and are not coded here."
    if re.fullmatch("[IO][0-9]{4}", code):
        return f"No HCPCS code begins with {code[0]}: check for a {'1' if code[0] == 'I' else '0'} in its place."
    return "A procedure is 5 digits, or 4 digits and F, M, T or U (CPT), or a letter and 4 digits (HCPCS), e.g. G0463."


def parse_modifiers(text: str) -> tuple[str, ...]:
    """The modifiers in `25,59`, `25 59` or `-25`, in their order; none in an empty text. Raises LineError."""
    found = re.split(r"[\s,;/\-]+", text.upper().strip(" \t\r\n,;/-")) if text.strip(" \t\r\n,;/-") else []
    for modifier in found:
        if not re.fullmatch("[A-Z0-9]{2}", modifier):
            raise LineError("A modifier has 2 letters or digits, e.g. 25 or LT: put a comma between two of them.")
        if found.count(modifier) > 1:
            raise LineError(f"Modifier {modifier} is there twice: leave one of them.")
    if len(found) > MOST_MODIFIERS:
        raise LineError(f"A line has room for {MOST_MODIFIERS} modifiers, and here are {len(found)}: leave some out.")
    return tuple(found)


def parse_pointers(text: str, diagnoses: int) -> tuple[int, ...]:
    """The diagnoses that `AB` or `1,2` points to, counted from 1, in their order; none in an empty text.

    `diagnoses` is how many the coding has. `12` is the twelfth diagnosis, not the first and second. Raises LineError.
    """
    typed = text.upper().strip()
    pieces = [piece for piece in re.split(r"[\s,;/\-]+", typed) if piece]
    if all(re.fullmatch("[0-9]{1,2}", piece) for piece in pieces):
        numbers = [int(piece) for piece in pieces]
    elif re.fullmatch("[A-L]+", "".join(pieces)):
        numbers = [POINTER_LETTERS.index(letter) + 1 for letter in "".join(pieces)]
    else:
        raise LineError("Point to diagnoses with letters A to L, e.g. AB, or with numbers, e.g. 1,2.")
    there = min(diagnoses, len(POINTER_LETTERS))
    for number in numbers:
        if not 1 <= number <= there:
            raise LineError(_absent(number, there))
        if numbers.count(number) > 1:
            raise LineError(f"Diagnosis {write_pointers((number,))} is pointed to twice: leave one of them.")
    if len(numbers) > MOST_POINTERS:
        raise LineError(f"A line points to at most {MOST_POINTERS} diagnoses: keep those that the service was for.")
    return tuple(numbers)


def write_pointers(numbers: tuple[int, ...]) -> str:
    """Pointers as the claim form has them: (1, 2) is AB."""
    return "".join(POINTER_LETTERS[number - 1] for number in numbers)


def _absent(number: int, there: int) -> str:
    if not there:
        return "There is no diagnosis to point to yet: add one first."
    name = write_pointers((number,)) if 1 <= number <= len(POINTER_LETTERS) else str(number)
    range_of = "only A (1)" if there == 1 else f"A to {POINTER_LETTERS[there - 1]} (1 to {there})"
    hint = " Separate numbers with a comma." if number > 9 else ""
    return f"There is no diagnosis {name} on this chart, {range_of}.{hint}"


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text).upper()

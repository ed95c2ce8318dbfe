"""What a posted form asks to be done to the lines: one operation, after what was typed into the lines themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Literal, TypeVar
from uuid import UUID

from assignments.codesets.icd10cm import explain_invalid, get_code, release_in_force
from assignments.codesets.procedures import LineError, parse_modifiers, parse_pointers, write_pointers
from assignments.drafting.entries import Entry, parse_entry, read_diagnosis
from assignments.drafting.fields import FieldError, read_further, read_header
from assignments.drafting.rules import (
    MOST_UNITS,
    POA,
    DiagnosisLine,
    Lines,
    Pin,
    ProcedureLine,
    add_diagnosis,
    add_procedure,
    ensure_there,
    letter,
    move_diagnosis,
    move_procedure,
    pin_line,
    remove_diagnosis,
    remove_procedure,
    replace_diagnosis,
    replace_procedure,
    unpin_line,
)
from portal.errors import Invalid

Value = TypeVar("Value")

#: The field of the one box that everything is typed into.
ENTRY = "entry"
#: The field that a form has where diagnoses say whether they were there at admission.
ASKS_POA = "asks_poa"

NO_PLACE = "That place is not on a page of this chart. Select some words on a page, and pin them again."


class Refused(Invalid):
    """An entry or a field cannot be used: a sentence for each, and whether the search has something to choose from."""

    def __init__(self, field: str, sentence: str, *, look: bool = False) -> None:
        super().__init__(sentence)
        self.errors = {field: sentence}
        self.look = look


@dataclass(frozen=True, slots=True)
class Spot:
    """A line by kind and place, with the code that stood there when the button was drawn."""

    kind: Literal["d", "p"]
    at: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The lines after an operation, what to say of it, and which line to look at."""

    lines: Lines
    said: str
    focus: str = ""


def apply_operation(lines: Lines, values: Mapping[str, str], on: date) -> Done:
    """Do what the form asks; raises Refused for what cannot be used and Invalid for a line that is gone.

    `op` is one of: `add` (the entry as it reads), `add diagnosis`, `add procedure` (the entry as this), `take CODE`
    (a diagnosis from the search), `line CODE` (a procedure from there); with a line such as `d2 E11.22`: `up`, `down`,
    `move` (to the place in `to`), `remove`, `pin` (the place in `pin_page`, `pin_start`, `pin_end`), `unpin` (and the
    number of the pin); and `save`. What is added takes the place along that stands in those fields.
    """
    lines = save_fields(lines, values, on)
    verb, _, rest = values.get("op", "").partition(" ")
    replaced, poa = _spot(values.get("replaces", ""), lines), ASKS_POA in values
    match verb:
        case "add":
            return _put(lines, read_entry(values.get(ENTRY, ""), rest, lines, on, poa), replaced, on, read_pin(values))
        case "take":
            return _put(lines, read_entry(rest, "diagnosis", lines, on, poa), replaced, on, read_pin(values))
        case "line":
            return _put(lines, read_entry(rest, "procedure", lines, on), replaced, on, read_pin(values))
        case "save":
            return Done(lines, "Saved.")
        case "unpin":
            line, _, number = rest.rpartition(" ")
            return _unpin(lines, _there(line, lines), number)
    spot = _there(rest, lines)
    match verb:
        case "up" | "down":
            return _move(lines, spot, spot.at + (-1 if verb == "up" else 1))
        case "move" if values.get("to", "").isdecimal():
            return _move(lines, spot, int(values["to"][:3]))
        case "remove":
            return _remove(lines, spot)
        case "pin" if pin := read_pin(values):
            return Done(pin_line(lines, spot.kind, spot.at, pin), f"Pinned to {_code(lines, spot)}.", _name(spot))
    raise Invalid


def read_pin(values: Mapping[str, str]) -> Pin | None:
    """The place in the record that came with a form, None if none did. Whether it is there is for others to see."""
    page, start, end = (values.get(f"pin_{name}", "") for name in ("page", "start", "end"))
    if not page:
        return None
    if not (start.isdecimal() and end.isdecimal() and len(end) < 9 and int(start) < int(end)):
        raise Invalid(NO_PLACE)
    try:
        return Pin(UUID(page), int(start), int(end))
    except ValueError:
        raise Invalid(NO_PLACE) from None


def save_fields(lines: Lines, values: Mapping[str, str], on: date) -> Lines:
    """The lines with what was typed into their fields (`a1`; `m1`, `u1`, `p1` for procedure 1) and the claim's."""
    try:
        lines = replace(lines, header=read_header(lines.header, values, on))
        for at, line in enumerate(lines.procedures, start=1):
            lines = replace_procedure(lines, at, read_further(line, values, at, on))
    except FieldError as error:
        raise Refused(error.field, str(error)) from None
    for at, diagnosis in enumerate(lines.diagnoses, start=1):
        poa = values.get(f"a{at}", diagnosis.poa).strip().upper()
        if poa not in ("", *POA):
            said = ", ".join(f"{sign} {words}" for sign, words in POA.items())
            raise Refused(f"a{at}", f"Present on admission is one of: {said}.")
        lines = replace_diagnosis(lines, at, replace(diagnosis, poa=poa))
    for at, line in enumerate(lines.procedures, start=1):
        modifiers, units, pointers = (values.get(f"{name}{at}") for name in "mup")
        if modifiers is None or units is None or pointers is None:
            continue
        saved = replace(
            line,
            modifiers=_parsed(f"m{at}", parse_modifiers, modifiers),
            units=_units(f"u{at}", units),
            # What points to a diagnosis that is gone may stay until it is changed: the checks say so.
            pointers=line.pointers
            if pointers.upper().strip() == pointer_letters(line.pointers)
            else _parsed(f"p{at}", partial(parse_pointers, diagnoses=len(lines.diagnoses)), pointers),
        )
        lines = replace_procedure(lines, at, saved)
    return lines


def pointer_letters(pointers: tuple[int, ...]) -> str:
    """Pointers as letters; one beyond L as its number."""
    return write_pointers(pointers) if all(at <= 12 for at in pointers) else ",".join(map(letter, pointers))


def read_entry(text: str, wanted: str, lines: Lines, on: date, asks_poa: bool = False) -> DiagnosisLine | ProcedureLine:
    """The line that was typed, read as `wanted` or as it reads best; raises Refused with a sentence.

    Where a number is both, such as E1122, the diagnosis is meant if it can be billed on the date of service.
    """
    if not text.strip():
        raise Refused(ENTRY, "Type a code or some words of a diagnosis.")
    try:
        entry = parse_entry(text, diagnoses=len(lines.diagnoses), on=on, asks_poa=asks_poa)
    except LineError as error:
        raise Refused(ENTRY, str(error)) from None
    if wanted == "diagnosis" and not (entry.diagnosis and entry.diagnosis.poa):
        entry = Entry(text, read_diagnosis(text))
    elif wanted == "procedure" or (entry.procedure and not _is_billable(entry.diagnosis, on)):
        entry = replace(entry, diagnosis=None)
    if entry.diagnosis:
        return _usable(entry.diagnosis, on)
    if entry.procedure:
        return entry.procedure
    raise Refused(ENTRY, f"“{text.strip()}” is not a code. Choose from the list, or type other words.", look=True)


def _is_billable(line: DiagnosisLine | None, on: date) -> bool:
    return line is not None and release_in_force(on) is not None and explain_invalid(line.code, on) is None


def _usable(line: DiagnosisLine, on: date) -> DiagnosisLine:
    """A diagnosis that can be billed; outside the release that ships nobody here can know, and a check says so."""
    if release_in_force(on) is None:
        return line
    reason = explain_invalid(line.code, on)
    if reason:
        raise Refused(ENTRY, reason, look=True)
    found = get_code(line.code, on)
    return replace(line, code=found.code) if found else line


def _put(lines: Lines, line: DiagnosisLine | ProcedureLine, replaced: Spot | None, on: date, pin: Pin | None) -> Done:
    if isinstance(line, DiagnosisLine):
        title = _title(line, on)
        if replaced and replaced.kind == "d":
            # What spoke for the old code may well speak for its successor: the coder sees it and can take it off.
            old = lines.diagnoses[replaced.at - 1]
            after = replace_diagnosis(lines, replaced.at, replace(old, code=line.code, poa=line.poa or old.poa))
            return _pinned(Done(after, f"{letter(replaced.at)} is now {line.code}{title}.", _name(replaced)), pin)
        after = add_diagnosis(lines, line)
        at = len(after.diagnoses)
        return _pinned(Done(after, f"Added {letter(at)}: {line.code}{title}.", f"d{at}"), pin)
    if replaced and replaced.kind == "p":
        after = replace_procedure(lines, replaced.at, _kept(lines.procedures[replaced.at - 1], line))
        return _pinned(Done(after, f"Procedure {replaced.at} is now {line.code}.", _name(replaced)), pin)
    after = add_procedure(lines, line)
    at = len(after.procedures)
    return _pinned(Done(after, f"Added procedure {at}: {line.code}.", f"p{at}"), pin)


def _kept(old: ProcedureLine, new: ProcedureLine) -> ProcedureLine:
    """The new line; what was not typed with it stays as it was."""
    drug = new if new.ndc else old
    return replace(
        new, modifiers=new.modifiers or old.modifiers, units=new.units if new.units != 1 else old.units,
        pointers=new.pointers or old.pointers, service_on=new.service_on or old.service_on,
        rendering=new.rendering or old.rendering, ndc=drug.ndc, ndc_unit=drug.ndc_unit, ndc_quantity=drug.ndc_quantity,
        minutes=new.minutes or old.minutes, evidence=old.evidence,
    )  # fmt: skip


def _pinned(done: Done, pin: Pin | None) -> Done:
    if pin is None:
        return done
    return replace(done, lines=pin_line(done.lines, done.focus[0], int(done.focus[1:]), pin))


def _unpin(lines: Lines, spot: Spot, number: str) -> Done:
    line = lines.diagnoses[spot.at - 1] if spot.kind == "d" else lines.procedures[spot.at - 1]
    if not (number.isdecimal() and 1 <= int(number[:3]) <= len(line.evidence)):
        raise Invalid("That place is not pinned any more. The lines below are as they stand now.")
    after = unpin_line(lines, spot.kind, spot.at, line.evidence[int(number) - 1])
    return Done(after, f"Taken off {line.code}.", _name(spot))


def _name(spot: Spot) -> str:
    return f"{spot.kind}{spot.at}"


def _remove(lines: Lines, spot: Spot) -> Done:
    code = _code(lines, spot)
    after = remove_diagnosis(lines, spot.at) if spot.kind == "d" else remove_procedure(lines, spot.at)
    left = after.diagnoses if spot.kind == "d" else after.procedures
    focus = f"{spot.kind}{min(spot.at, len(left))}" if left else ""
    return Done(after, f"Removed {code}.", focus)


def _move(lines: Lines, spot: Spot, to: int) -> Done:
    count = len(lines.diagnoses if spot.kind == "d" else lines.procedures)
    to = min(max(to, 1), count)
    after = move_diagnosis(lines, spot.at, to) if spot.kind == "d" else move_procedure(lines, spot.at, to)
    place = letter(to) if spot.kind == "d" else str(to)
    return Done(after, f"{_code(lines, spot)} is now {place}.", f"{spot.kind}{to}")


def _there(text: str, lines: Lines) -> Spot:
    spot = _spot(text, lines)
    if spot is None:
        raise Invalid("That line is not there any more. The lines below are as they stand now.")
    return spot


def _spot(text: str, lines: Lines) -> Spot | None:
    """The line that `d2 E11.22` names, None for an empty text; Invalid if another code stands there by now."""
    name, _, code = text.strip().partition(" ")
    if not name:
        return None
    if name[:1] not in "dp" or not name[1:].isdecimal():
        raise Invalid
    spot = Spot("d" if name[0] == "d" else "p", int(name[1:4]), code)
    if code and code != _code(lines, spot):
        raise Invalid("That line is not there any more. The lines below are as they stand now.")
    return spot


def _code(lines: Lines, spot: Spot) -> str:
    ensure_there(lines.diagnoses if spot.kind == "d" else lines.procedures, spot.at)
    return lines.diagnoses[spot.at - 1].code if spot.kind == "d" else lines.procedures[spot.at - 1].code


def _title(line: DiagnosisLine, on: date) -> str:
    found = get_code(line.code, on)
    return f", {found.title}" if found else ""


def _units(field: str, text: str) -> int:
    value = text.strip() or "1"
    if not value.isdecimal() or not 1 <= int(value[:6]) <= MOST_UNITS:
        raise Refused(field, f"Units are a whole number from 1 to {MOST_UNITS}.")
    return int(value)


def _parsed(field: str, parse: Callable[[str], tuple[Value, ...]], text: str) -> tuple[Value, ...]:
    try:
        return parse(text)
    except LineError as error:
        raise Refused(field, str(error)) from None

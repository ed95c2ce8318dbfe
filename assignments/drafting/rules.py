"""Code lines as values, and every change that can be made to them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.errors import Invalid

#: The claim has room for this many diagnoses, each with a letter that procedures point with.
LETTERS = "ABCDEFGHIJKL"
MOST_DIAGNOSES = len(LETTERS)
MOST_POINTERS = 4
MOST_MODIFIERS = 4
MOST_UNITS = 9999
#: What can be said of whether a diagnosis was there at admission (UB-04, item 67): where inpatient stays are coded.
POA = {"Y": "yes", "N": "no", "U": "the record does not say", "W": "cannot be told clinically", "1": "exempt"}
#: So many lines of a kind may be typed; far above what any claim takes, so that a stuck key does no harm.
MOST_LINES = 50
#: How many changes can be undone.
MOST_PAST = 20
#: So many places may speak for one line.
MOST_PINS = 20


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A place in the record that a line rests on: characters `start` to before `end` of a page's stored text.

    Characters are Unicode code points, counted from 0. What stands there is kept nowhere else than in the page.
    """

    page_id: UUID
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DiagnosisLine:
    """One diagnosis: an ICD-10-CM code as people write it. `poa` (present on admission) is for inpatient stays only."""

    code: str
    poa: str = ""
    evidence: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure. A pointer is the position of a diagnosis, counted from 1, most important first.

    `service_on` and `rendering` (an NPI) are given where they are not those of the whole chart; a drug has its NDC in
    eleven digits with unit and quantity, anesthesia its minutes.
    """

    system: str  # CPT or HCPCS
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    pointers: tuple[int, ...] = ()
    service_on: date | None = None
    rendering: str = ""
    ndc: str = ""
    ndc_unit: str = ""
    ndc_quantity: Decimal | None = None
    minutes: int | None = None
    evidence: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """What a claim says once for all of its lines; what is empty is not known. Providers are NPIs.

    A chart begins with what its encounter says. `service_from` and `service_until` are given where the service was not
    on the encounter's date alone.
    """

    payer_class: str = ""
    place: str = ""  # place of service, two digits
    acquaintance: str = ""  # new or established
    rendering: str = ""
    supervising: str = ""
    assistant: str = ""
    referring: str = ""
    service_from: date | None = None
    service_until: date | None = None


NO_HEADER = Header()


@dataclass(frozen=True, slots=True)
class Lines:
    """The code lines of a chart, in their order, and what is said once for all of them."""

    diagnoses: tuple[DiagnosisLine, ...] = ()
    procedures: tuple[ProcedureLine, ...] = ()
    header: Header = NO_HEADER

    @property
    def are_empty(self) -> bool:
        """True if nothing is coded."""
        return not self.diagnoses and not self.procedures


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines that are being worked on, with what they were before, newest last."""

    lines: Lines
    past: tuple[Lines, ...] = ()


def change(draft: Draft, lines: Lines) -> Draft:
    """The draft with these lines, the former ones kept for undo; the same draft if nothing changed."""
    return draft if lines == draft.lines else Draft(lines, (*draft.past, draft.lines)[-MOST_PAST:])


def undo(draft: Draft) -> Draft:
    """The draft before its last change; the same draft if there is nothing to undo."""
    return Draft(draft.past[-1], draft.past[:-1]) if draft.past else draft


def add_diagnosis(lines: Lines, line: DiagnosisLine) -> Lines:
    """A diagnosis more, the last in sequence."""
    _ensure_room(lines.diagnoses)
    return replace(lines, diagnoses=(*lines.diagnoses, line))


def add_procedure(lines: Lines, line: ProcedureLine) -> Lines:
    """A procedure more. Without pointers it points to the only diagnosis, where there is only one."""
    _ensure_room(lines.procedures)
    if not line.pointers and len(lines.diagnoses) == 1:
        line = replace(line, pointers=(1,))
    return replace(lines, procedures=(*lines.procedures, line))


def replace_diagnosis(lines: Lines, at: int, line: DiagnosisLine) -> Lines:
    """Another code in place `at`, counted from 1; procedures go on pointing there."""
    ensure_there(lines.diagnoses, at)
    return replace(lines, diagnoses=(*lines.diagnoses[: at - 1], line, *lines.diagnoses[at:]))


def replace_procedure(lines: Lines, at: int, line: ProcedureLine) -> Lines:
    """Another procedure in place `at`, counted from 1."""
    ensure_there(lines.procedures, at)
    return replace(lines, procedures=(*lines.procedures[: at - 1], line, *lines.procedures[at:]))


def remove_diagnosis(lines: Lines, at: int) -> Lines:
    """One diagnosis less; pointers to it go, pointers to those after it follow them."""
    ensure_there(lines.diagnoses, at)
    rest = lines.diagnoses[: at - 1] + lines.diagnoses[at:]
    places = {place: place - (place > at) for place in range(1, len(lines.diagnoses) + 1) if place != at}
    return _with_diagnoses(lines, rest, places)


def remove_procedure(lines: Lines, at: int) -> Lines:
    """One procedure less."""
    ensure_there(lines.procedures, at)
    return replace(lines, procedures=lines.procedures[: at - 1] + lines.procedures[at:])


def move_diagnosis(lines: Lines, at: int, to: int) -> Lines:
    """The diagnosis of place `at` in place `to`, both counted from 1; every pointer follows its diagnosis."""
    ensure_there(lines.diagnoses, at)
    order = _moved(len(lines.diagnoses), at, to)
    places = {old: new for new, old in enumerate(order, start=1)}
    return _with_diagnoses(lines, tuple(lines.diagnoses[old - 1] for old in order), places)


def move_procedure(lines: Lines, at: int, to: int) -> Lines:
    """The procedure of place `at` in place `to`, both counted from 1."""
    ensure_there(lines.procedures, at)
    order = _moved(len(lines.procedures), at, to)
    return replace(lines, procedures=tuple(lines.procedures[old - 1] for old in order))


def pin_line(lines: Lines, kind: str, at: int, pin: Pin) -> Lines:
    """A place that speaks for the line `at` of a kind, "d" or "p"; each once, in the order they were pinned."""
    line = _line(lines, kind, at)
    if pin in line.evidence:
        return lines
    if len(line.evidence) >= MOST_PINS:
        raise Invalid(f"{MOST_PINS} places are pinned to {line.code} already. Take one off first.")
    return _with_evidence(lines, kind, at, (*line.evidence, pin))


def unpin_line(lines: Lines, kind: str, at: int, pin: Pin) -> Lines:
    """The line without that place; the same lines if it is not pinned there."""
    return _with_evidence(lines, kind, at, tuple(one for one in _line(lines, kind, at).evidence if one != pin))


def ensure_there(of: Sequence[object], at: int) -> None:
    """Raise Invalid unless there is a line in place `at`, counted from 1."""
    if not 1 <= at <= len(of):
        raise Invalid("That line is not there any more. The lines below are as they stand now.")


def letter(at: int) -> str:
    """What a claim calls the diagnosis of this place: A to L; beyond that only its number."""
    return LETTERS[at - 1] if 1 <= at <= MOST_DIAGNOSES else str(at)


def _line(lines: Lines, kind: str, at: int) -> DiagnosisLine | ProcedureLine:
    of: Sequence[DiagnosisLine | ProcedureLine] = lines.diagnoses if kind == "d" else lines.procedures
    ensure_there(of, at)
    return of[at - 1]


def _with_evidence(lines: Lines, kind: str, at: int, pins: tuple[Pin, ...]) -> Lines:
    line = replace(_line(lines, kind, at), evidence=pins)
    return replace_diagnosis(lines, at, line) if isinstance(line, DiagnosisLine) else replace_procedure(lines, at, line)


def _ensure_room(of: Sequence[object]) -> None:
    if len(of) >= MOST_LINES:
        raise Invalid(f"There are {MOST_LINES} lines already. Remove some before you add another.")


def _moved(count: int, at: int, to: int) -> list[int]:
    """The old places in their new order; beyond either end is the end."""
    order = [place for place in range(1, count + 1) if place != at]
    order.insert(min(max(to, 1), count) - 1, at)
    return order


def _with_diagnoses(lines: Lines, diagnoses: tuple[DiagnosisLine, ...], places: dict[int, int]) -> Lines:
    """These diagnoses, pointers led from old places to new ones; a pointer to a place that is gone goes too."""
    procedures = tuple(
        replace(line, pointers=tuple(places[place] for place in line.pointers if place in places))
        for line in lines.procedures
    )
    return replace(lines, diagnoses=diagnoses, procedures=procedures)

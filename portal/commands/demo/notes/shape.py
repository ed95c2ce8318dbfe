"""What one made-up encounter document is: the patient, the note, its answer key, a plausible mistake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

# CPT belongs to the American Medical Association, so an answer key names no CPT number: the placeholder stands where
# one belongs, once for all licensed lines of a chart that share modifiers and pointers.
PLACEHOLDER = "00000"
PLACEHOLDER_LABEL = "Placeholder: the CPT number comes from your licensed book"

Layout = Literal["letterhead_pdf", "operative_pdf", "text", "scanned_fax_png"]
Sex = Literal["F", "M"]
Kind = Literal["specificity", "omitted", "e/m", "modifier", "pointer", "procedure", "units"]
Direction = Literal["under", "over", "neutral"]


@dataclass(frozen=True, slots=True)
class Patient:
    """One invented person as the chart names them; the record number is unique at its client."""

    name: str
    mrn: str
    born_on: date
    sex: Sex

    def age_on(self, day: date) -> int:
        """Completed years of life on `day`."""
        before_birthday = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - before_birthday


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure or supply line; `pointers` are letters into the diagnoses, as coders type them (`AB`)."""

    code: str
    pointers: str = "A"
    modifiers: tuple[str, ...] = ()
    units: int = 1

    @property
    def is_placeholder(self) -> bool:
        """Whether the code only marks the place of a licensed number."""
        return self.code == PLACEHOLDER

    @property
    def pointed(self) -> tuple[int, ...]:
        """Positions of the diagnoses pointed at, the first being 1."""
        return tuple(ord(letter) - ord("A") + 1 for letter in self.pointers)


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The lines that a certified coder would defend, diagnoses in their order, and the reasoning in a sentence."""

    diagnoses: tuple[str, ...]
    procedures: tuple[ProcedureLine, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A slip somebody could make on this note; a side left empty is coded as in the answer key."""

    kind: Kind
    direction: Direction
    comment: str
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[ProcedureLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """One encounter document of one chart; `body` is the light markup that `prose.blocks` reads.

    Signed on `finished_on` where it waited for pathology, else on the day of service.
    """

    client: str
    service_line: str
    location: str
    encounter: str
    seen_on: date
    provider: str
    patient: Patient
    payer: str
    title: str
    layout: Layout
    body: str
    answer: AnswerKey
    mistake: Mistake | None = None
    finished_on: date | None = None

    @property
    def slipped(self) -> AnswerKey:
        """The coding that holds the note's mistake, or the right one where it has none."""
        if self.mistake is None:
            return self.answer
        return AnswerKey(
            self.mistake.diagnoses or self.answer.diagnoses,
            self.mistake.procedures or self.answer.procedures,
            self.mistake.comment,
        )


def hcpcs(code: str, pointers: str = "A", *modifiers: str, units: int = 1) -> ProcedureLine:
    """A line with a real HCPCS Level II code."""
    return ProcedureLine(code, pointers, modifiers, units)


def placeholder(pointers: str = "A", *modifiers: str, units: int = 1) -> ProcedureLine:
    """A line whose number has to come from the reader's licensed CPT book."""
    return ProcedureLine(PLACEHOLDER, pointers, modifiers, units)


def key(because: str, diagnoses: str, *procedures: ProcedureLine) -> AnswerKey:
    """An answer key, its diagnoses written in order with spaces between."""
    return AnswerKey(tuple(diagnoses.split()), procedures, because)


def slip(
    kind: Kind, direction: Direction, comment: str, diagnoses: str = "", procedures: Sequence[ProcedureLine] = ()
) -> Mistake:
    """A mistake, its diagnoses written in order with spaces between."""
    return Mistake(kind, direction, comment, tuple(diagnoses.split()), tuple(procedures))

"""What a rule looks at: the lines, what the code sets say of their codes, CMS's tables, the patient's age. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assignments.drafting.rules import Lines


@dataclass(frozen=True, slots=True)
class NoteFact:
    """A note of the tabular list that holds for a code; `refs` are ranges of codes without dots, both ends included."""

    kind: str  # excludes1, excludes2, code_first, use_additional, code_also
    text: str
    refs: tuple[tuple[str, str], ...]
    at: str  # the code or block that carries it

    def names(self, bare: str) -> bool:
        """Whether the note points to this code, written without its dot, or to something it stands below."""
        for low, high in self.refs:  # noqa: SIM110  thousands of times for a chart: a generator takes twice as long
            if low <= bare[: len(low)] and bare[: len(high)] <= high:
                return True
        return False


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What is known of a diagnosis code on the date of service."""

    code: str
    bare: str = ""  # without its dot
    title: str = ""
    refusal: str = ""  # why it cannot be billed
    is_manifestation: bool = False
    ages: tuple[int, int, str] | None = None  # first and last year that it is for, and who that is
    sex: str = ""  # F or M, if it is for one only
    side: str = ""  # right, left, bilateral or unspecified
    sided: tuple[str, ...] = ()  # codes that say the side that this one leaves open
    bilateral: str = ""  # the code for both sides, of a code for one
    notes: tuple[NoteFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """NCCI: column two is part of column one. `indicator` 0: never paid beside it, 1: with a modifier that says why."""

    column1: str
    column2: str
    indicator: int
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """More units than this are hardly ever right; `indicator` 1: on a line, 2 and 3: on a day."""

    units: int
    indicator: int
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the rules look at, and nothing that they could change."""

    lines: Lines
    on: date
    outside: str = ""  # why no release of diagnoses answers for this date, if none does
    facts: Mapping[str, CodeFacts] = field(default_factory=dict)
    age: int | None = None  # in full years on the date of service
    sex: str = ""  # F or M, if it is known
    asks_poa: bool = False  # the client wants to know what was there at admission
    pairs: tuple[Pair, ...] = ()
    limits: Mapping[str, UnitLimit] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()  # sentences: what could not be checked here, and why
    unseen: frozenset[str] = frozenset()  # codes that this client's codings of the specialty never had
    refused: Mapping[str, str] = field(default_factory=dict)  # procedure numbers that are none, each with why
    strange: frozenset[str] = frozenset()  # modifiers that do not exist

    def known(self) -> list[tuple[int, CodeFacts]]:
        """Each diagnosis that is known, with its place counted from 1."""
        return [
            (at, self.facts[line.code])
            for at, line in enumerate(self.lines.diagnoses, start=1)
            if line.code in self.facts and not self.facts[line.code].refusal
        ]

"""What a provider query is: its purposes, forms and options, its states and the moves between them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal.errors import Conflict, Invalid


class State(StrEnum):
    """Where a query is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"


#: The whole life of a query; what is not here cannot happen.
MOVES: frozenset[tuple[State, State]] = frozenset(
    {
        (State.OPEN, State.ANSWERED),
        (State.OPEN, State.CANCELLED),
        (State.ANSWERED, State.CLOSED),
    }
)

STATES: dict[State, str] = {
    State.OPEN: "Open",
    State.ANSWERED: "Answered",
    State.CLOSED: "Closed",
    State.CANCELLED: "Cancelled",
}


class Purpose(StrEnum):
    """What a query is for; some rules of the linter depend on it."""

    CONFLICT = "conflict"
    SIGNIFICANCE = "significance"
    SPECIFICITY = "specificity"
    CAUSE = "cause"
    PROCEDURE = "procedure"
    DIAGNOSIS = "diagnosis"


PURPOSES: dict[Purpose, str] = {
    Purpose.CONFLICT: "Conflicting documentation",
    Purpose.SIGNIFICANCE: "Clinical significance of a finding",
    Purpose.SPECIFICITY: "More detail on something documented",
    Purpose.CAUSE: "Relation between two things documented",
    Purpose.PROCEDURE: "Detail of a procedure",
    Purpose.DIAGNOSIS: "Indicators without a diagnosis",
}


class Shape(StrEnum):
    """How a query can be answered."""

    CHOICE = "choice"
    YES_NO = "yes/no"
    OPEN = "open"


SHAPES: dict[Shape, str] = {
    Shape.CHOICE: "Multiple choice",
    Shape.YES_NO: "Yes or no",
    Shape.OPEN: "Open question",
}


class Means(StrEnum):
    """What an option stands for."""

    OFFERED = "offered"
    NOT_SIGNIFICANT = "not significant"
    OTHER = "other"
    UNDETERMINED = "undetermined"


#: The options that are no clinical statement, as the provider reads them.
STANDING: dict[Means, str] = {
    Means.NOT_SIGNIFICANT: "Not clinically significant",
    Means.OTHER: "Other (please specify)",
    Means.UNDETERMINED: "Unable to determine",
}

#: How a coder can close an answered query.
OUTCOMES: dict[str, str] = {
    "agreed": "Answered with one of the options",
    "other": "Answered otherwise",
    "no opinion": "Unable to determine",
    "insufficient": "The answer cannot be used",
}

CANCEL_REASONS: dict[str, str] = {
    "found in the record": "The answer was found in the record",
    "sent in error": "It was sent in error",
    "wrong provider": "It went to the wrong provider",
    "no answer": "No answer came; the chart is coded as documented",
    "not compliant": "It should not have been asked like this",
}

#: What counts as the answer, per client.
COUNTS: dict[str, str] = {
    "as it is": "The answer as it is: the client’s policy makes the query part of the record",
    "signed": "Only a signed and dated addendum",
}

MOST_OPTIONS = 12
MOST_INDICATORS = 20
LONGEST_QUOTE = 600
LONGEST_TITLE = 120
LONGEST_QUESTION = 2000
LONGEST_OPTION = 200
LONGEST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Indicator:
    """Words quoted from the record: characters `start` to before `end` of one page's text."""

    page_id: UUID
    start: int
    end: int
    quote: str
    page: int = 0  # its place among the chart's pages, from 1


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that the provider can choose."""

    means: Means
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """What the provider reads."""

    purpose: Purpose
    shape: Shape
    title: str
    question: str
    options: tuple[Option, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The clinical statements among the options."""
        return tuple(option.text for option in self.options if option.means is Means.OFFERED)

    def has(self, means: Means) -> bool:
        """True if an option of this meaning is offered."""
        return any(option.means is means for option in self.options)


@dataclass(frozen=True, slots=True)
class Ageing:
    """When a query is reminded of, due and escalated, each counted from sending; elapsed hours."""

    due_hours: int = 72
    remind_hours: int = 48
    escalate_hours: int = 96

    def due_at(self, sent_at: datetime) -> datetime:
        """When an answer is due."""
        return sent_at + timedelta(hours=self.due_hours)

    def remind_at(self, sent_at: datetime) -> datetime:
        """When the provider is reminded."""
        return sent_at + timedelta(hours=self.remind_hours)

    def escalate_at(self, sent_at: datetime) -> datetime:
        """When the managers are told."""
        return sent_at + timedelta(hours=self.escalate_hours)


def ensure_can_move(current: State, wanted: State) -> None:
    """Raise Conflict unless the move is written in MOVES."""
    if (current, wanted) not in MOVES:
        raise Conflict(f"This query is {STATES[current].lower()} by now, and nothing was changed.")


def arrange(shape: Shape, offered: tuple[str, ...], standing: frozenset[Means]) -> tuple[Option, ...]:
    """The options in their order: what is offered, then the standing ones. An open question has none."""
    if shape is Shape.OPEN:
        return ()
    if shape is Shape.YES_NO:
        offered = ("Yes", "No")
    texts = [" ".join(text.split()) for text in offered]
    return (
        *(Option(Means.OFFERED, text) for text in texts if text),
        *(Option(means, STANDING[means]) for means in STANDING if means in standing),
    )


def ensure_fits(content: Content) -> None:
    """Raise Invalid for a query that is too long anywhere."""
    if len(content.title) > LONGEST_TITLE or len(content.question) > LONGEST_QUESTION:
        raise Invalid(f"Keep the title within {LONGEST_TITLE} and the question within {LONGEST_QUESTION} characters.")
    if len(content.options) > MOST_OPTIONS or any(len(option.text) > LONGEST_OPTION for option in content.options):
        raise Invalid(f"Keep to {MOST_OPTIONS} options of at most {LONGEST_OPTION} characters each.")
    if len(content.indicators) > MOST_INDICATORS:
        raise Invalid(f"Quote at most {MOST_INDICATORS} places. Remove some before you add another.")


def to_plain(content: Content) -> dict[str, Any]:
    """The content as JSON keeps it."""
    return {
        "purpose": content.purpose.value,
        "shape": content.shape.value,
        "title": content.title,
        "question": content.question,
        "options": [[option.means.value, option.text] for option in content.options],
        "indicators": [[str(one.page_id), one.start, one.end, one.quote, one.page] for one in content.indicators],
    }


def from_plain(plain: Mapping[str, Any]) -> Content:
    """The content that `to_plain` wrote."""
    return Content(
        Purpose(plain["purpose"]), Shape(plain["shape"]), plain["title"], plain["question"],
        tuple(Option(Means(means), text) for means, text in plain["options"]),
        tuple(Indicator(UUID(page_id), *rest) for page_id, *rest in plain["indicators"]),
    )  # fmt: skip

"""What a worklist's rule says of an entry, and how a list is sorted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from assignments.rules import rank
from portal.errors import Invalid


class Sort(StrEnum):
    """How a list is sorted."""

    PROMISE = "promise"
    DUE = "due"
    RECEIVED = "received"
    SERVICE_DAY = "service_day"
    SHORTEST = "shortest"


SORTS: Mapping[Sort, str] = {
    Sort.PROMISE: "what keeps most promises",
    Sort.DUE: "earliest due first",
    Sort.RECEIVED: "longest here first",
    Sort.SERVICE_DAY: "earliest day of service first",
    Sort.SHORTEST: "shortest work first",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may ask of an entry. Ids are text; `minutes` of expected work; no fact is a patient's."""

    client: str
    service_line: str
    specialty: str
    location: str | None
    payer: str | None
    provider: str
    is_stat: bool
    level: int
    round: int
    minutes: float
    weight: float
    has_documents: bool
    received_at: datetime
    service_on: date
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a rule may ask, the operators it knows, and what it is called on the screen."""

    label: str
    operators: tuple[str, ...]


_CHOICE = ("in", "not in")
_NUMBER = ("at least", "at most")
FIELDS: Mapping[str, Field] = {
    "client": Field("Client", _CHOICE),
    "service_line": Field("Service line", _CHOICE),
    "specialty": Field("Specialty", _CHOICE),
    "location": Field("Location", (*_CHOICE, "exists", "missing")),
    "payer": Field("Payer", (*_CHOICE, "exists", "missing")),
    "provider": Field("Provider", _CHOICE),
    "stat": Field("STAT", ("is", "is not")),
    "documents": Field("Documents", ("exists", "missing")),
    "days_here": Field("Days since it came", ("older than", "younger than")),
    "days_since_service": Field("Days since service", ("older than", "younger than")),
    "hours_left": Field("Hours until due", _NUMBER),
    "minutes": Field("Expected minutes", _NUMBER),
    "level": Field("Level asked for", _NUMBER),
    "round": Field("Round", _NUMBER),
}
#: Fields whose answer changes while nobody touches the chart: their lists are sorted anew as time goes by.
MOVES_WITH_TIME = frozenset({"days_here", "days_since_service", "hours_left"})
_NO_VALUE = frozenset({"exists", "missing", "is", "is not"})
_NUMBERS = frozenset({"older than", "younger than", "at least", "at most"})


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question: field, operator, and the values it is asked with."""

    field: str
    operator: str
    values: tuple[str, ...] = ()


#: Groups of criteria: an entry meets a rule if it meets every criterion of one of its groups. Without a group, always.
Rule = Sequence[Sequence[Criterion]]


def read_rule(stored: Sequence[Sequence[Mapping[str, Any]]]) -> Rule:
    """A rule as it is stored; raises Invalid for what is no rule."""
    groups = [
        tuple(Criterion(one["field"], one["operator"], tuple(one.get("values", ()))) for one in group)
        for group in stored
    ]
    for group in groups:
        if not group:
            raise Invalid("A group of criteria is empty. Add one, or remove the group.")
        for one in group:
            _ensure_criterion(one)
    return groups


def write_rule(rule: Rule) -> list[list[dict[str, Any]]]:
    """A rule as it is stored."""
    return [[{"field": c.field, "operator": c.operator, "values": list(c.values)} for c in group] for group in rule]


def _ensure_criterion(one: Criterion) -> None:
    field = FIELDS.get(one.field)
    if field is None:
        raise Invalid("Choose what the criterion asks about.")
    if one.operator not in field.operators:
        raise Invalid(f"Choose how “{field.label}” is compared: {', '.join(field.operators)}.")
    if one.operator in _NO_VALUE:
        return
    if not one.values or not all(value.strip() for value in one.values):
        raise Invalid(f"Say with what “{field.label}” is compared.")
    if one.operator in _NUMBERS:
        try:
            float(one.values[0])
        except ValueError:
            raise Invalid(f"“{field.label}” is compared with a number.") from None


def meets(rule: Rule, facts: Facts, *, now: datetime) -> str | None:
    """In words, the group of the rule that an entry meets; None if it meets none."""
    if not rule:
        return "every chart"
    for group in rule:
        if all(_holds(one, facts, now) for one in group):
            return say_group(group)
    return None


def say_group(group: Sequence[Criterion], names: Mapping[str, str] | None = None) -> str:
    """A group in words; `names` turns ids into what people call them."""
    return " and ".join(say(one, names or {}) for one in group)


def say(one: Criterion, names: Mapping[str, str]) -> str:
    """A criterion in words."""
    values = ", ".join(names.get(value, value) for value in one.values)
    return f"{FIELDS[one.field].label} {one.operator} {values}".strip()


def _holds(one: Criterion, facts: Facts, now: datetime) -> bool:
    value = _value(one.field, facts, now)
    match one.operator:
        case "in":
            return value is not None and str(value).casefold() in {v.casefold() for v in one.values}
        case "not in":
            return value is None or str(value).casefold() not in {v.casefold() for v in one.values}
        case "exists" | "is":
            return bool(value)
        case "missing" | "is not":
            return not value
        case "older than":
            return float(value) > float(one.values[0])
        case "younger than":
            return float(value) < float(one.values[0])
        case "at least":
            return float(value) >= float(one.values[0])
        case _:
            return float(value) <= float(one.values[0])


def _value(field: str, facts: Facts, now: datetime) -> Any:
    # Text, a flag or a number; read_rule lets each field be asked only what its kind can answer.
    match field:
        case "stat":
            return facts.is_stat
        case "documents":
            return facts.has_documents
        case "days_here":
            return (now - facts.received_at) / timedelta(days=1)
        case "days_since_service":
            return (now.date() - facts.service_on).days
        case "hours_left":
            return (facts.due_at - now) / timedelta(hours=1)
        case _:
            return getattr(facts, field)


_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_CENTURY = timedelta(days=36_525)


def place(sort: Sort, then: Sort, facts: Facts) -> datetime:
    """An entry's place in a list so sorted; the smallest goes first.

    One moment carries both orders, so that one index serves: the first order's minute (or day), and how far into it
    the second order comes.
    """
    match sort:
        case Sort.PROMISE:
            return _moment(Sort.PROMISE, facts)
        case Sort.SERVICE_DAY:
            start, width = datetime.combine(facts.service_on, datetime.min.time(), UTC), timedelta(days=1)
        case Sort.SHORTEST:
            start, width = _moment(Sort.SHORTEST, facts), timedelta(hours=1)
        case _:
            start, width = _moment(sort, facts).replace(second=0, microsecond=0), timedelta(minutes=1)
    fraction = min(max((_moment(then, facts) - _FIRST) / _CENTURY, 0.0), 0.999999)
    return start + width * fraction


def _moment(sort: Sort, facts: Facts) -> datetime:
    match sort:
        case Sort.PROMISE:
            return rank(facts.due_at, weight=facts.weight, minutes=facts.minutes)
        case Sort.DUE:
            return facts.due_at
        case Sort.RECEIVED:
            return facts.received_at
        case Sort.SERVICE_DAY:
            return datetime.combine(facts.service_on, datetime.min.time(), UTC)
        case _:
            return _FIRST + timedelta(hours=round(facts.minutes * 10))

"""Rules about diagnoses: validity, sequence, side, age and sex. Pure."""

from collections.abc import Iterator

from assignments.drafting.rules import MOST_DIAGNOSES, letter
from assignments.edits.context import Context
from assignments.edits.rules import Fired

_WHO = {"F": "women", "M": "men"}


def invalid(context: Context) -> Iterator[Fired]:
    """Not a billable code on the date of service: unknown, too short, its 7th character missing or wrong."""
    for at, line in enumerate(context.lines.diagnoses, start=1):
        facts = context.facts.get(line.code)
        if facts and facts.refusal and not context.outside:
            yield Fired(f"d{at}", (line.code,), {"why": facts.refusal})


def unchecked_date(context: Context) -> Iterator[Fired]:
    """No release answers for the date of service."""
    if context.outside and context.lines.diagnoses:
        yield Fired("", tuple(line.code for line in context.lines.diagnoses), {"why": context.outside})


def repeated(context: Context) -> Iterator[Fired]:
    """The same code again."""
    codes = [line.code for line in context.lines.diagnoses]
    for at, code in enumerate(codes, start=1):
        if code in codes[: at - 1]:
            yield Fired(f"d{at}", (code,), {"code": code, "first": letter(codes.index(code) + 1)})


def too_many(context: Context) -> Iterator[Fired]:
    """More than the claim has room for."""
    if len(context.lines.diagnoses) > MOST_DIAGNOSES:
        yield Fired(f"d{MOST_DIAGNOSES + 1}", (), {"most": MOST_DIAGNOSES})


def external_cause_first(context: Context) -> Iterator[Fired]:
    """How it happened stands before what happened."""
    first = next(iter(context.lines.diagnoses), None)
    if first and first.code[:1] in ("V", "W", "X", "Y"):
        yield Fired("d1", (first.code,))


def nothing_coded(context: Context) -> Iterator[Fired]:
    """No diagnosis at all."""
    if not context.lines.diagnoses:
        yield Fired()


def manifestation_first(context: Context) -> Iterator[Fired]:
    """A manifestation with nothing before it that it could be a manifestation of."""
    known = dict(context.known())
    for at, facts in known.items():
        before = [known[place] for place in range(1, at) if place in known]
        unknown = at - 1 - len(before)
        if facts.is_manifestation and not unknown and all(other.is_manifestation for other in before):
            yield Fired(f"d{at}", (facts.code,), {"code": facts.code})


def both_and_one_side(context: Context) -> Iterator[Fired]:
    """The code for both sides, and the code for one of them."""
    places = {facts.code: at for at, facts in context.known()}
    for at, facts in context.known():
        if facts.bilateral in places:
            words = {"code": facts.code, "both": facts.bilateral, "first": letter(places[facts.bilateral])}
            yield Fired(f"d{at}", (facts.bilateral, facts.code), words)


def each_side_alone(context: Context) -> Iterator[Fired]:
    """Right and left one by one, where one code says both."""
    known = context.known()
    for at, facts in known:
        for before, other in known:
            sides = {facts.side, other.side}
            if before < at and sides == {"right", "left"} and facts.bilateral == other.bilateral != "":
                words = {"code": facts.code, "other": other.code, "both": facts.bilateral}
                yield Fired(f"d{at}", (other.code, facts.code), words)


def side_left_open(context: Context) -> Iterator[Fired]:
    """The side is not said, and there are codes that say it."""
    for at, facts in context.known():
        if facts.sided:
            yield Fired(f"d{at}", (facts.code,), {"code": facts.code, "sided": " or ".join(facts.sided)})


def not_for_this_age(context: Context) -> Iterator[Fired]:
    """A code for another time of life."""
    if context.age is None:
        return
    for at, facts in context.known():
        if facts.ages and not facts.ages[0] <= context.age <= facts.ages[1]:
            low, high, who = facts.ages
            span = f"{low}" if low == high else f"{low} to {high}"
            words = {"code": facts.code, "who": who, "span": span, "age": context.age}
            yield Fired(f"d{at}", (facts.code,), words)


def not_said_at_admission(context: Context) -> Iterator[Fired]:
    """Nothing is said of whether it was there at admission, where the client wants to know."""
    for at, line in enumerate(context.lines.diagnoses, start=1):
        if context.asks_poa and not line.poa:
            yield Fired(f"d{at}", (line.code,), {"code": line.code})


def not_for_this_sex(context: Context) -> Iterator[Fired]:
    """A code for the other sex."""
    for at, facts in context.known():
        if context.sex and facts.sex and facts.sex != context.sex:
            yield Fired(f"d{at}", (facts.code,), {"code": facts.code, "who": _WHO[facts.sex]})


def for_either_sex(context: Context) -> Iterator[Fired]:
    """One code is for women only, another for men only."""
    known = context.known()
    for at, facts in known:
        other = next((one for before, one in known if before < at and {one.sex, facts.sex} == {"F", "M"}), None)
        if other:
            words = {"code": facts.code, "who": _WHO[facts.sex], "other": other.code, "them": _WHO[other.sex]}
            yield Fired(f"d{at}", (other.code, facts.code), words)

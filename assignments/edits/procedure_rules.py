"""Rules about procedures: their form, pointers, units, modifiers, and CMS's pairs and unit limits. Pure."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from assignments.drafting.rules import (
    MOST_DIAGNOSES,
    MOST_MODIFIERS,
    MOST_POINTERS,
    MOST_UNITS,
    ProcedureLine,
    letter,
)
from assignments.edits.context import Context
from assignments.edits.modifiers import SAYS_SEPARATE, SEPARATE_KINDS, is_evaluation
from assignments.edits.rules import Fired


def _lines(context: Context) -> list[tuple[int, ProcedureLine]]:
    return list(enumerate(context.lines.procedures, start=1))


def nothing_to_bill(context: Context) -> Iterator[Fired]:
    """No procedure at all."""
    if not context.lines.procedures:
        yield Fired()


def bad_form(context: Context) -> Iterator[Fired]:
    """Not a procedure number, or one that is not valid on the date of service."""
    for at, line in _lines(context):
        if line.code in context.refused:
            yield Fired(f"p{at}", (line.code,), {"why": context.refused[line.code]})


def no_pointer(context: Context) -> Iterator[Fired]:
    """It does not say what it was for."""
    for at, line in _lines(context):
        if not line.pointers:
            yield Fired(f"p{at}", (line.code,))


def pointer_to_nothing(context: Context) -> Iterator[Fired]:
    """It points to a diagnosis that is not there."""
    there = min(len(context.lines.diagnoses), MOST_DIAGNOSES)
    for at, line in _lines(context):
        absent = [letter(pointer) for pointer in line.pointers if not 1 <= pointer <= there]
        if absent:
            yield Fired(f"p{at}", (line.code,), {"absent": ", ".join(absent)})


def too_many_pointers(context: Context) -> Iterator[Fired]:
    """More than a line of the claim has room for."""
    for at, line in _lines(context):
        if len(line.pointers) > MOST_POINTERS:
            yield Fired(f"p{at}", (line.code,), {"most": MOST_POINTERS})


def repeated(context: Context) -> Iterator[Fired]:
    """The same number with the same modifiers again."""
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for at, line in _lines(context):
        before = seen.setdefault((line.code, frozenset(line.modifiers)), at)
        if before != at:
            yield Fired(f"p{at}", (line.code, *sorted(line.modifiers)), {"code": line.code, "before": before})


def modifiers_repeated(context: Context) -> Iterator[Fired]:
    """Too many modifiers, or one of them twice."""
    for at, line in _lines(context):
        if len(line.modifiers) > MOST_MODIFIERS or len(set(line.modifiers)) < len(line.modifiers):
            yield Fired(f"p{at}", (line.code,), {"most": MOST_MODIFIERS})


def impossible_units(context: Context) -> Iterator[Fired]:
    """Units that the claim has no room for."""
    for at, line in _lines(context):
        if not 1 <= line.units <= MOST_UNITS:
            yield Fired(f"p{at}", (line.code,), {"most": MOST_UNITS})


def unknown_modifier(context: Context) -> Iterator[Fired]:
    """A modifier that is on no list here."""
    for at, line in _lines(context):
        for modifier in dict.fromkeys(line.modifiers):
            if modifier in context.strange:
                yield Fired(f"p{at}", (line.code, modifier), {"modifier": modifier})


def sides_contradict(context: Context) -> Iterator[Fired]:
    """A line cannot be for one side, the other and both."""
    for at, line in _lines(context):
        sides = [modifier for modifier in line.modifiers if modifier in ("LT", "RT", "50")]
        if len(set(sides)) > 1:
            yield Fired(f"p{at}", (line.code, *sorted(set(sides))), {"sides": " and ".join(sorted(set(sides)))})


def not_an_evaluation(context: Context) -> Iterator[Fired]:
    """25 and 57 belong to visits."""
    for at, line in _lines(context):
        for modifier in ("25", "57"):
            if modifier in line.modifiers and line.code not in context.refused and not is_evaluation(line.code):
                yield Fired(f"p{at}", (line.code, modifier), {"modifier": modifier, "code": line.code})


def separate_twice(context: Context) -> Iterator[Fired]:
    """59 beside one of its finer kinds, or two of those."""
    for at, line in _lines(context):
        kinds = [modifier for modifier in line.modifiers if modifier in ("59", *SEPARATE_KINDS)]
        if len(set(kinds)) > 1:
            yield Fired(f"p{at}", (line.code, *sorted(set(kinds))), {"kinds": " and ".join(sorted(set(kinds)))})


def both_components(context: Context) -> Iterator[Fired]:
    """26 and TC together are the whole service, which takes neither."""
    for at, line in _lines(context):
        if {"26", "TC"} <= set(line.modifiers):
            yield Fired(f"p{at}", (line.code,))


def both_sides_counted(context: Context) -> Iterator[Fired]:
    """50 says both sides with one unit."""
    for at, line in _lines(context):
        if "50" in line.modifiers and line.units > 1:
            yield Fired(f"p{at}", (line.code,), {"units": line.units})


def never_together(context: Context) -> Iterator[Fired]:
    """An NCCI pair that no modifier opens."""
    yield from _paired(context, 0)


def together_with_modifier(context: Context) -> Iterator[Fired]:
    """An NCCI pair that a modifier opens, and none of those is there."""
    yield from _paired(context, 1)


def _paired(context: Context, indicator: int) -> Iterator[Fired]:
    lines = _lines(context)
    for pair in context.pairs:
        if pair.indicator != indicator:
            continue
        for at, line in lines:
            if line.code != pair.column2 or (indicator == 1 and SAYS_SEPARATE & set(line.modifiers)):
                continue
            beside = [(place, other) for place, other in lines
                      if other.code == pair.column1 and other.service_on == line.service_on]  # fmt: skip
            said = any(SAYS_SEPARATE & set(other.modifiers) for _, other in beside)
            if beside and not (indicator == 1 and said):
                words = {"code": line.code, "other": pair.column1, "line": beside[0][0], "why": _closed(pair.rationale)}
                yield Fired(f"p{at}", (pair.column1, pair.column2), words)


def units_on_a_line(context: Context) -> Iterator[Fired]:
    """More units on one line than are likely."""
    for at, line in _lines(context):
        limit = context.limits.get(line.code)
        if limit and limit.indicator == 1 and line.units > limit.units:
            words = {"code": line.code, "units": line.units, "most": limit.units, "why": _closed(limit.rationale)}
            yield Fired(f"p{at}", (line.code,), words)


def units_on_a_day(context: Context) -> Iterator[Fired]:
    """More units on the day than the rules of payment allow."""
    yield from _by_day(context, 2)


def units_on_a_day_likely(context: Context) -> Iterator[Fired]:
    """More units on the day than are likely."""
    yield from _by_day(context, 3)


def _by_day(context: Context, indicator: int) -> Iterator[Fired]:
    sums: Counter[tuple[str, date | None]] = Counter()
    last: dict[tuple[str, date | None], int] = {}
    for at, line in _lines(context):
        sums[line.code, line.service_on] += line.units
        last[line.code, line.service_on] = at
    for (code, day), units in sums.items():
        limit = context.limits.get(code)
        if limit and limit.indicator == indicator and units > limit.units:
            words = {"code": code, "units": units, "most": limit.units, "why": _closed(limit.rationale)}
            yield Fired(f"p{last[code, day]}", (code,), words)


def never_seen(context: Context) -> Iterator[Fired]:
    """A code that this client's charts of this specialty never had."""
    places = [(f"d{at}", line.code) for at, line in enumerate(context.lines.diagnoses, start=1)]
    places += [(f"p{at}", line.code) for at, line in _lines(context)]
    for place, code in places:
        if code in context.unseen:
            yield Fired(place, (code,), {"code": code})


def not_checked(context: Context) -> Iterator[Fired]:
    """What nobody here could look up."""
    if context.unchecked:
        yield Fired("", (), {"what": " ".join(context.unchecked)})


def _closed(rationale: str) -> str:
    return f" CMS: {rationale.rstrip('.')}." if rationale else ""

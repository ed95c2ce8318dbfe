"""Rules from the notes of the tabular list: Excludes1 warns, all others are hints. Pure."""

from collections.abc import Iterator

from assignments.edits.context import CodeFacts, Context, NoteFact
from assignments.edits.rules import Fired


def excludes1(context: Context) -> Iterator[Fired]:
    """Two codes of which one's note says: not coded here. Both may stand if the conditions are unrelated."""
    yield from _excluding(context, "excludes1")


def excludes2(context: Context) -> Iterator[Fired]:
    """Two codes of which one's note says: not part of this, and may be coded beside it."""
    yield from _excluding(context, "excludes2")


def code_first(context: Context) -> Iterator[Fired]:
    """What causes it is to stand before it, and nothing that the note names does."""
    known = context.known()
    for at, facts in known:
        before = [other.code for place, other in known if place < at]
        yield from _wanting(at, facts, "code_first", before)


def use_additional(context: Context) -> Iterator[Fired]:
    """Another code is to say more, and none that the note names is there."""
    yield from _wanting_anywhere(context, "use_additional")


def code_also(context: Context) -> Iterator[Fired]:
    """Another condition may have to be coded too, and none that the note names is there."""
    yield from _wanting_anywhere(context, "code_also")


def _excluding(context: Context, kind: str) -> Iterator[Fired]:
    known = context.known()
    told: set[frozenset[str]] = set()
    for at, facts in known:
        for before, other in known:
            pair = frozenset((facts.code, other.code))
            note = _between(facts, other, kind) if before < at and len(pair) == 2 and pair not in told else None
            if note:
                told.add(pair)
                codes = tuple(sorted(pair))
                yield Fired(
                    f"d{at}", codes, {"code": facts.code, "other": other.code, "at": note.at, "text": note.text}
                )


def _between(one: CodeFacts, other: CodeFacts, kind: str) -> NoteFact | None:
    """The note of either that excludes the other; one that names its own bearer too says nothing of the two."""
    for bearer, named in ((one, other), (other, one)):
        for note in bearer.notes:
            if note.kind == kind and note.names(named.code) and not note.names(bearer.code):
                return note
    return None


def _wanting_anywhere(context: Context, kind: str) -> Iterator[Fired]:
    known = context.known()
    for at, facts in known:
        yield from _wanting(at, facts, kind, [other.code for place, other in known if place != at])


def _wanting(at: int, facts: CodeFacts, kind: str, there: list[str]) -> Iterator[Fired]:
    notes = [note for note in facts.notes if note.kind == kind]
    if notes and not any(note.names(code) for note in notes for code in there):
        yield Fired(f"d{at}", (facts.code,), {"code": facts.code}, tuple(dict.fromkeys(note.text for note in notes)))

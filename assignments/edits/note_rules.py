"""Rules from the notes of the tabular list: Excludes1 warns, all others are hints. Pure."""

from collections.abc import Iterator

from assignments.edits.context import CodeFacts, Context, NoteFact
from assignments.edits.rules import Fired

#: Of long lists of examples so many are told.
MOST_TEXTS = 6


def excludes1(context: Context) -> Iterator[Fired]:
    """Two codes of which one's note says: not coded here. Both may stand if the conditions are unrelated."""
    yield from _excluding(context, "excludes1")


def excludes2(context: Context) -> Iterator[Fired]:
    """Two codes of which one's note says: not part of this, and may be coded beside it."""
    told = {fired.codes for fired in excludes1(context)}
    yield from (fired for fired in _excluding(context, "excludes2") if fired.codes not in told)


def code_first(context: Context) -> Iterator[Fired]:
    """What causes it is to stand before it, and nothing that the note names does."""
    known = context.known()
    for at, facts in known:
        before = [other.bare for place, other in known if place < at]
        yield from _wanting(at, facts, "code_first", before)


def use_additional(context: Context) -> Iterator[Fired]:
    """Another code is to say more, and none that the note names is there."""
    yield from _wanting_anywhere(context, "use_additional")


def code_also(context: Context) -> Iterator[Fired]:
    """Another condition may have to be coded too, and none that the note names is there."""
    yield from _wanting_anywhere(context, "code_also")


def _excluding(context: Context, kind: str) -> Iterator[Fired]:
    bearing = [(at, facts, [note for note in facts.notes if note.kind == kind]) for at, facts in context.known()]
    told: set[tuple[str, ...]] = set()
    for place, (at, facts, own) in enumerate(bearing):
        for _, other, others in bearing[:place]:
            note = _naming(own, facts, other) or _naming(others, other, facts)
            codes = tuple(sorted((facts.code, other.code)))
            if note and facts.code != other.code and codes not in told:
                told.add(codes)
                words = {"code": facts.code, "other": other.code, "at": note.at, "text": note.text}
                yield Fired(f"d{at}", codes, words)


def _naming(notes: list[NoteFact], bearer: CodeFacts, named: CodeFacts) -> NoteFact | None:
    """The first of these notes that names the other code; one that names its own bearer too says nothing of the two."""
    for note in notes:
        if note.names(named.bare) and not note.names(bearer.bare):
            return note
    return None


def _wanting_anywhere(context: Context, kind: str) -> Iterator[Fired]:
    known = context.known()
    for at, facts in known:
        yield from _wanting(at, facts, kind, [other.bare for place, other in known if place != at])


def _wanting(at: int, facts: CodeFacts, kind: str, there: list[str]) -> Iterator[Fired]:
    notes = [note for note in facts.notes if note.kind == kind]
    if notes and not any(note.names(bare) for note in notes for bare in there):
        texts = list(dict.fromkeys(note.text for note in notes))
        more = [f"and {len(texts) - MOST_TEXTS} more"] if len(texts) > MOST_TEXTS else []
        yield Fired(f"d{at}", (facts.code,), {"code": facts.code}, (*texts[:MOST_TEXTS], *more))

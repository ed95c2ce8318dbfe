"""What newer pages say that the earlier ones did not, and which words that codes rest on they touch. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from uuid import UUID

from assignments.assistance.context import Context, context_of
from assignments.assistance.reading import STOP_WORDS, WORD, read, stem
from assignments.drafting.rules import Pin

#: Two sentences are the same one said otherwise from here on: the share of words that they have in common.
_ALIKE = 0.5
_FEWEST_ALIKE = 3
#: A word in more sentences than this says nothing about which two belong together.
_MOST_SENTENCES = 200
#: Words in a row that must all have stood there before; so a text that is only wrapped otherwise is the same.
_RUN = 3
#: So much of a longer mention must come again, and so many places of one line are told of.
_MENTIONED = 0.6
_MOST_TOUCHES = 5
#: They turn a mention round and are not part of what is mentioned.
_NOT_TOLD = STOP_WORDS | {"no", "not", "without", "denies"}
#: Of a code's title only what a note would call it: nothing behind these, and none of the words that only sort codes.
_TITLE_ENDS = re.compile(r"\s*\(.*?\)|(,| with| without| due to| in diseases| not elsewhere).*$", re.IGNORECASE)
_SORTING = re.compile(
    r"\b(other|unspecified|type|essential|primary|acute|chronic|disorders?|mellitus|specified)\b", re.IGNORECASE
)


class How(StrEnum):
    """How new pages touch what a code rests on, the weightiest first."""

    GONE = "gone"
    CHANGED = "changed"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    HISTORY = "history"
    FAMILY = "family"
    MENTIONED = "mentioned"
    KEPT = "kept"


WORDS = {
    How.GONE: "its page was replaced, and the new pages do not say it",
    How.CHANGED: "said otherwise",
    How.NEGATED: "spoken of as absent",
    How.UNCERTAIN: "spoken of as suspected",
    How.HISTORY: "spoken of as past",
    How.FAMILY: "spoken of as a relative’s",
    How.MENTIONED: "spoken of again",
    How.KEPT: "its page was replaced; the new pages say it too",
}


@dataclass(frozen=True, slots=True)
class PageText:
    """One page of the chart. `is_new`: it came since; `is_gone`: another set has taken its document's place."""

    id: UUID
    text: str
    is_new: bool
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its place, in characters of its page's text. `run`: its words, or more if those are few."""

    page_id: UUID
    start: int
    end: int
    text: str
    words: tuple[str, ...]
    run: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A sentence as it was and as it is now."""

    before: Sentence
    after: Sentence


@dataclass(frozen=True, slots=True)
class Comparison:
    """What new pages say: how many of their sentences stood there before, what is changed, new, and no longer said."""

    same: int
    changed: tuple[Changed, ...]
    new: tuple[Sentence, ...]
    gone: tuple[Sentence, ...]

    @property
    def sentences(self) -> int:
        """How many sentences the new pages have."""
        return self.same + len(self.changed) + len(self.new)


@dataclass(frozen=True, slots=True)
class Touch:
    """One way in which new pages touch a line: the words it rests on, and what is said now (nothing if gone)."""

    how: How
    before: str
    after: Sentence | None


def compare(pages: Sequence[PageText]) -> Comparison:
    """Sentence by sentence, the new pages against all others, in the order given."""
    old = [page for page in pages if not page.is_new]
    earlier = [sentence for page in old for sentence in sentences(page)]
    later = [sentence for page in pages if page.is_new for sentence in sentences(page)]
    said, said_now = _runs(old), _runs(page for page in pages if page.is_new)
    unsaid = [one for one in later if not _is_said(one, said)]
    changed = _pair([one for one in earlier if not _is_said(one, said_now)], unsaid)
    afterwards = {id(pair.after) for pair in changed}
    replaced = {page.id for page in pages if page.is_gone and not page.is_new}
    left = _runs(page for page in pages if not page.is_gone)
    paired = {id(pair.before) for pair in changed}
    return Comparison(
        len(later) - len(unsaid),
        tuple(changed),
        tuple(one for one in unsaid if id(one) not in afterwards),
        tuple(
            one for one in earlier if one.page_id in replaced and id(one) not in paired and not _is_said(one, left)
        ),
    )  # fmt: skip


def touches(
    pages: Mapping[UUID, PageText], compared: Comparison, pins: Sequence[Pin], title: str = ""
) -> tuple[Touch, ...]:
    """How the new pages touch a line that rests on these places, the weightiest first; by its title if on none."""
    found: list[Touch] = []
    left = [page for page in pages.values() if page.is_new and not page.is_gone]
    rests_on = [(pages[pin.page_id], pin) for pin in pins if pin.page_id in pages and not pages[pin.page_id].is_new]
    for page, pin in rests_on:
        quoted = " ".join(page.text[pin.start : pin.end].split())
        around = [one for one in compared.changed if one.before.page_id == page.id and _meet(one.before, pin)]
        found += [Touch(How.CHANGED, one.before.text, one.after) for one in around]
        if page.is_gone and not around:
            is_said = any(_stand_on(one, _words(quoted)) for one in left)
            found.append(Touch(How.KEPT if is_said else How.GONE, quoted, None))
        found += _mentions(compared, quoted, _context(page, pin))
    if not rests_on and title:
        called = _SORTING.sub(" ", _TITLE_ENDS.sub("", title))
        found += _mentions(compared, called, Context.AFFIRMED, whole=True)
    order, seen, told = list(How), set(), []
    for touch in sorted(found, key=lambda one: order.index(one.how)):
        place = (touch.after.page_id, touch.after.start) if touch.after else touch.before
        if place not in seen:
            seen.add(place)
            told.append(touch)
    return tuple(told[:_MOST_TOUCHES])


def sentences(page: PageText) -> list[Sentence]:
    """The sentences of a page, those without a word left out."""
    reading = read(page.text)
    found: dict[int, list[int]] = {}
    for at, number in enumerate(reading.all_sentences):
        found.setdefault(number, []).append(at)
    made = []
    for places in found.values():
        last = WORD.match(page.text, reading.all_starts[places[-1]])
        start, end = reading.all_starts[places[0]], last.end() if last else len(page.text)
        words = tuple(reading.all_words[at] for at in places)
        run = reading.all_words[places[0] : places[0] + max(len(words), _RUN)]
        made.append(Sentence(page.id, start, end, " ".join(page.text[start:end].split()), words, run))
    return made


def mark_words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """The two texts as one, in runs of words that are `same`, `removed` or `added`."""
    old, new = before.split(), after.split()
    parts: list[tuple[str, str]] = []
    for what, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(("same", " ".join(new[new_from:new_to])))
            continue
        if old_to > old_from:
            parts.append(("removed", " ".join(old[old_from:old_to])))
        if new_to > new_from:
            parts.append(("added", " ".join(new[new_from:new_to])))
    return tuple(parts)


def _words(text: str) -> tuple[str, ...]:
    return read(text).all_words


def _runs(pages: Iterable[PageText]) -> set[tuple[str, ...]]:
    """Every run of words of these pages, and their sentences that are shorter than a run."""
    runs: set[tuple[str, ...]] = set()
    for page in pages:
        words = _words(page.text)
        runs.update(words[at : at + _RUN] for at in range(len(words) - _RUN + 1))
        runs.update(one.words for one in sentences(page) if len(one.words) < _RUN)
    return runs


def _is_said(sentence: Sentence, runs: set[tuple[str, ...]]) -> bool:
    if sentence.words in runs:  # a short one
        return True
    return len(sentence.run) >= _RUN and all(
        sentence.run[at : at + _RUN] in runs for at in range(len(sentence.run) - _RUN + 1)
    )


def _stand_on(page: PageText, words: tuple[str, ...]) -> bool:
    there = _words(page.text)
    return any(there[at : at + len(words)] == words for at in range(len(there) - len(words) + 1))


def _pair(earlier: Sequence[Sentence], later: Sequence[Sentence]) -> list[Changed]:
    """Each later sentence with the earlier one that it is another form of, if any; each earlier one once."""
    where: dict[str, list[int]] = {}
    for at, sentence in enumerate(earlier):
        for word in set(sentence.words):
            where.setdefault(word, []).append(at)
    pairs: list[tuple[float, int, int]] = []
    for number, sentence in enumerate(later):
        words = Counter(sentence.words)
        near = {at for word in words if len(where.get(word, ())) <= _MOST_SENTENCES for at in where.get(word, ())}
        for at in near:
            common = (words & Counter(earlier[at].words)).total()
            share = 2 * common / (len(sentence.words) + len(earlier[at].words))
            if common >= _FEWEST_ALIKE and share >= _ALIKE:
                pairs.append((-share, number, at))
    taken: set[int] = set()
    given: dict[int, int] = {}
    for _, number, at in sorted(pairs):
        if number not in given and at not in taken:
            given[number] = at
            taken.add(at)
    return [Changed(earlier[given[number]], later[number]) for number in sorted(given)]


def _meet(sentence: Sentence, pin: Pin) -> bool:
    return sentence.start < pin.end and pin.start < sentence.end


def _told(words: str) -> set[str]:
    return {stem(word) for word in _words(words) if word not in _NOT_TOLD and not word.isdecimal()}


def _context(page: PageText, pin: Pin) -> Context:
    """How the pinned words stand in their own sentence."""
    told = _told(page.text[pin.start : pin.end])
    around = next((one for one in sentences(page) if _meet(one, pin)), None)
    return _stands(around.text, told)[1] if around else Context.AFFIRMED


def _stands(sentence: str, told: set[str]) -> tuple[int, Context]:
    """How many of these stems a sentence has, and how they stand in it."""
    reading = read(sentence)
    at = [place for place, one in enumerate(reading.stems) if one in told]
    if not at:
        return 0, Context.AFFIRMED
    common = len({reading.stems[place] for place in at})
    return common, context_of(sentence, reading.starts[at[0]], reading.ends[at[-1]])


def _mentions(compared: Comparison, words: str, stood: Context, *, whole: bool = False) -> list[Touch]:
    """Where new or changed sentences speak of this; how, where that is another way than it stood."""
    told, found = _told(words), []
    for sentence in (*(pair.after for pair in compared.changed), *compared.new):
        common, context = _stands(sentence.text, told)
        if common and (common == len(told) or (not whole and len(told) > _RUN and common >= _MENTIONED * len(told))):
            how = How.MENTIONED if context in (stood, Context.AFFIRMED) else How(context.value)
            found.append(Touch(how, " ".join(words.split()), sentence))
    return found

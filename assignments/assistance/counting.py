"""What past charts say about phrases: how often each was met, how often it was pinned, and to which code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from assignments.assistance.context import Context, context_of
from assignments.assistance.phrases import Mention, Phrasebook, Pinned, Stems, phrases_of, pinned_words
from assignments.assistance.reading import Reading, read

Ints = NDArray[np.int64]
Spans = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class PastChart:
    """A final chart: its text, and its codes with the places (characters, half-open) pinned to each, if any."""

    text: str
    codes: Spans


#: Where a (phrase, code) comes from: only from pins, from a dictionary, or from what charts with a code share.
PINNED, DICTIONARY, MINED = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every (phrase, code) that was pinned or is known without; those of a phrase stand together, from `starts` on."""

    book: Phrasebook
    codes: list[str]
    phrase: Ints
    code: Ints
    starts: Ints
    origin: Ints  # PINNED, DICTIONARY or MINED


@dataclass(frozen=True, eq=False)
class Places:
    """Mentions of a number of charts as columns. `form` is twice the phrase, plus one where it is not word for word."""

    chart: Ints
    form: Ints
    first: Ints
    after: Ints
    context: Ints

    def where(self, rows: NDArray[np.bool_]) -> "Places":
        """Only these rows."""
        return Places(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(eq=False)
class Counts:
    """Sums over charts. By phrase: support. By form: seen, charts, doubted. By pair: pins, alone. By both: the rest.

    `doubted` are the mentions that a context speaks against; `code_seen` and `code_met` are by code and form.
    """

    phrases: int
    pairs: int
    codes: int
    support: Ints = field(init=False)
    seen: Ints = field(init=False)
    charts: Ints = field(init=False)
    doubted: Ints = field(init=False)
    pins: Ints = field(init=False)
    alone: Ints = field(init=False)
    exact: Ints = field(init=False)
    met: Ints = field(init=False)
    met_doubted: Ints = field(init=False)
    final: Ints = field(init=False)
    code_seen: Ints = field(init=False)
    code_met: Ints = field(init=False)

    def __post_init__(self) -> None:
        for one in fields(self)[3:]:
            setattr(self, one.name, np.zeros(self._size(one.name), dtype=np.int64))

    def _size(self, name: str) -> int:
        if name.startswith("code_"):
            return 2 * self.codes
        if name == "support":
            return self.phrases
        if name in {"seen", "charts", "doubted"}:
            return 2 * self.phrases
        return self.pairs if name in {"pins", "alone"} else 2 * self.pairs

    def minus(self, other: "Counts") -> "Counts":
        """These counts without the charts of the other."""
        left = Counts(self.phrases, self.pairs, self.codes)
        for one in fields(self)[3:]:
            setattr(left, one.name, getattr(self, one.name) - getattr(other, one.name))
        return left

    def add(self, other: "Counts") -> None:
        """Take in the counts of other charts."""
        for one in fields(self)[3:]:
            getattr(self, one.name).__iadd__(getattr(other, one.name))


@dataclass(frozen=True, eq=False)
class Read:
    """A past chart, read: its words, what was pinned, and the phrases of the pins."""

    reading: Reading
    pins: list[Pinned]
    phrases: dict[tuple[Stems, str], bool]
    codes: Spans


def read_chart(chart: PastChart) -> Read:
    """Read a past chart once."""
    reading = read(chart.text)
    pins = pinned_words(reading, {code: list(places) for code, places in chart.codes.items()})
    return Read(reading, pins, phrases_of(reading, pins), chart.codes)


def pair_up(charts: Sequence[Read], known: Mapping[tuple[Stems, str], int]) -> Pairs:
    """Number every phrase and code of past charts, and of what is known without pins, by its origin."""
    pinned = {pair for chart in charts for pair in chart.phrases}
    every = sorted(pinned.union(known))
    phrases = list(dict.fromkeys(phrase for phrase, _ in every))
    numbers = {phrase: number for number, phrase in enumerate(phrases)}
    codes = sorted({code for _, code in every})
    by_code = {code: number for number, code in enumerate(codes)}
    of_phrase = np.array([numbers[phrase] for phrase, _ in every], dtype=np.int64)
    return Pairs(
        Phrasebook(phrases),
        codes,
        of_phrase,
        np.array([by_code[code] for _, code in every], dtype=np.int64),
        np.searchsorted(of_phrase, np.arange(len(phrases) + 1)),
        np.array([known.get(pair, PINNED) for pair in every], dtype=np.int64),
    )


def find_places(readings: Sequence[Reading], book: Phrasebook) -> Places:
    """The mentions of all phrases in these texts, each with its context."""
    rows = [
        (number, 2 * one.phrase + (not one.is_exact), one.first, one.after, context)
        for number, reading in enumerate(readings)
        for one, context in with_contexts(reading, book.find(reading))
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    return Places(*(table[:, column] for column in range(5)))


CONTEXTS = list(Context)


def with_contexts(reading: Reading, mentions: Sequence[Mention]) -> list[tuple[Mention, int]]:
    """Each mention with the number of its context."""
    known: dict[tuple[int, int], int] = {}
    bounds = (*reading.sentence_starts, len(reading.text))
    for one in mentions:
        place = (one.first, one.after)
        if place not in known:
            number = reading.sentences[one.first]
            begin = bounds[number]
            sentence = reading.text[begin : bounds[number + 1]]
            start, end = reading.starts[one.first] - begin, reading.ends[one.after - 1] - begin
            heading = reading.heading_before(reading.starts[one.first]) if ":" in reading.text else ""
            known[place] = CONTEXTS.index(context_of(sentence, start, end, heading))
    return [(one, known[one.first, one.after]) for one in mentions]


@dataclass(frozen=True, eq=False)
class Expanded:
    """Places times the codes of their phrases: for each row its place and its pair."""

    place: Ints
    pair: Ints


def expand(places: Places, pairs: Pairs) -> Expanded:
    """A row for each code that the phrase of a place may stand for."""
    phrase = places.form // 2
    sizes = pairs.starts[phrase + 1] - pairs.starts[phrase]
    place = np.repeat(np.arange(len(phrase)), sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return Expanded(place, np.repeat(pairs.starts[phrase], sizes) + within)


def count(charts: Sequence[Read], places: Places, pairs: Pairs, folds: int) -> list[Counts]:
    """The counts of each fold; the chart at number n belongs to fold n modulo `folds`."""
    counts = [Counts(len(pairs.book.phrases), len(pairs.phrase), len(pairs.codes)) for _ in range(folds)]
    _count_pins(charts, pairs, counts)
    rows = expand(places, pairs)
    is_met, is_exact, is_final = meetings(charts, places, rows, pairs)
    doubted = is_doubted(places)
    loose = places.form % 2
    pair_form = 2 * rows.pair + loose[rows.place]
    code_form = 2 * pairs.code[rows.pair] + loose[rows.place]
    once = _first_in_chart(places)
    for fold, sums in enumerate(counts):
        mine = places.chart % folds == fold
        sums.seen += np.bincount(places.form[mine], minlength=len(sums.seen))
        sums.charts += np.bincount(places.form[mine & once], minlength=len(sums.seen))
        sums.doubted += np.bincount(places.form[mine & doubted], minlength=len(sums.seen))
        of_mine = mine[rows.place]
        size = len(sums.met)
        sums.met += np.bincount(pair_form[of_mine & is_met], minlength=size)
        sums.exact += np.bincount(pair_form[of_mine & is_exact], minlength=size)
        sums.met_doubted += np.bincount(pair_form[of_mine & is_met & doubted[rows.place]], minlength=size)
        sums.final += np.bincount(pair_form[of_mine & is_final & once[rows.place]], minlength=size)
        sums.code_seen += np.bincount(code_form[of_mine], minlength=len(sums.code_seen))
        sums.code_met += np.bincount(code_form[of_mine & is_met], minlength=len(sums.code_seen))
    return counts


DOUBTS = [CONTEXTS.index(one) for one in (Context.FAMILY, Context.NEGATED, Context.UNCERTAIN)]


def is_doubted(places: Places) -> NDArray[np.bool_]:
    """Which places stand in a context that speaks against coding them."""
    return np.isin(places.context, DOUBTS)


def meetings(
    charts: Sequence[Read], places: Places, rows: Expanded, pairs: Pairs
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each row: does a pin of its code touch the place, is it the same words, is its code on the chart at all.

    A code without pins is taken to be meant wherever one of its phrases stands.
    """
    pinned: list[dict[int, list[Pinned]]] = []
    for chart in charts:
        at: dict[int, list[Pinned]] = {}
        for pin in chart.pins:
            for word in range(pin.first, pin.after):
                at.setdefault(word, []).append(pin)
        pinned.append(at)
    unpinned = [set(chart.codes).difference(pin.code for pin in chart.pins) for chart in charts]
    touching: list[dict[str, bool]] = []
    for number, first, after in zip(places.chart.tolist(), places.first.tolist(), places.after.tolist(), strict=True):
        found = dict.fromkeys(unpinned[number], True)
        for word in range(first, after):
            for pin in pinned[number].get(word, ()):
                same = pin.first == first and pin.after == after
                found[pin.code] = found.get(pin.code, False) or same
        touching.append(found)
    code_names = [pairs.codes[code] for code in pairs.code[rows.pair].tolist()]
    is_met = np.zeros(len(rows.place), dtype=np.bool_)
    is_exact, is_final = is_met.copy(), is_met.copy()
    chart_of = places.chart[rows.place].tolist()
    for row, (place, code) in enumerate(zip(rows.place.tolist(), code_names, strict=True)):
        same_words = touching[place].get(code)
        is_met[row] = same_words is not None
        is_exact[row] = bool(same_words)
        is_final[row] = code in charts[chart_of[row]].codes
    return is_met, is_exact, is_final


def _count_pins(charts: Sequence[Read], pairs: Pairs, counts: Sequence[Counts]) -> None:
    code_numbers = {code: number for number, code in enumerate(pairs.codes)}
    by_pair = {
        (phrase, code): number
        for number, (phrase, code) in enumerate(zip(pairs.phrase.tolist(), pairs.code.tolist(), strict=True))
    }
    for number, chart in enumerate(charts):
        sums = counts[number % len(counts)]
        for phrase in {phrase for phrase, _ in chart.phrases}:
            sums.support[pairs.book.numbers[phrase]] += 1
        for (phrase, code), alone in chart.phrases.items():
            pair = by_pair[pairs.book.numbers[phrase], code_numbers[code]]
            sums.pins[pair] += 1
            sums.alone[pair] += alone


def _first_in_chart(places: Places) -> NDArray[np.bool_]:
    key = places.chart * (int(places.form.max(initial=0)) + 1) + places.form
    first = np.zeros(len(key), dtype=np.bool_)
    first[np.unique(key, return_index=True)[1]] = True
    return first

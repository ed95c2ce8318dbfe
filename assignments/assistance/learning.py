"""From past charts to what is known: phrases, counts, weights and how far the result can be trusted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assignments.assistance.context import Context
from assignments.assistance.counting import (
    CONTEXTS,
    DICTIONARY,
    DOUBTS,
    MINED,
    Counts,
    Pairs,
    PastChart,
    Places,
    Read,
    count,
    expand,
    find_places,
    meetings,
    pair_up,
    read_chart,
)
from assignments.assistance.dictionary import Dictionary
from assignments.assistance.features import Candidates, weigh
from assignments.assistance.neighbours import Neighbours, gather
from assignments.assistance.phrases import Stems
from assignments.assistance.reading import Reading
from assignments.assistance.weighing import Calibration, Floats, Weights, calibrate, fit

#: Below so many charts nothing is proposed: there is too little to calibrate with.
FEWEST_CHARTS = 20
#: Charts are dealt into so many folds; each is weighed by what the others say, as a new chart will be.
FOLDS = 10
#: So many mentions tell whether this team codes what stands in a context; with fewer it is taken that it doesn't.
_ENOUGH_MENTIONS = 30
#: What a dictionary phrase nobody has coded yet is worth by its number of words, before there is a history.
_FRESH_DICTIONARY = (0.15, 0.25, 0.35)
_FRESH_WEIGHT = 20.0


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything that is needed to propose codes for a new text."""

    charts: int
    pairs: Pairs
    counts: Counts
    neighbours: Neighbours
    weights: Weights | None
    calibration: Calibration
    silenced: frozenset[Context]
    fresh: tuple[float, ...]


def learn(history: Sequence[PastChart], dictionary: Dictionary, *, mine: bool = True) -> Knowledge:
    """What past charts teach; with too few it knows only that it is to be quiet.

    Codes without places are learned from the words their charts share, unless `mine` is off.
    """
    charts = [read_chart(chart) for chart in history]
    readings = [chart.reading for chart in charts]
    known = dict.fromkeys(_mined(charts), MINED) if mine else {}
    known.update(dict.fromkeys(_met_in_dictionary(charts, dictionary), DICTIONARY))
    pairs = pair_up(charts, known)
    places = find_places(readings, pairs.book)
    silenced = _silenced_contexts(charts, places, pairs)
    places = audible(places, silenced)
    folds = count(charts, places, pairs, FOLDS)
    counts = Counts(len(pairs.book.phrases), len(pairs.phrase), len(pairs.codes))
    for fold in folds:
        counts.add(fold)
    neighbours = gather(readings, [set(chart.codes) for chart in charts], pairs.codes)
    candidates = _cross(places, pairs, counts, folds, readings, neighbours)
    hits = np.concatenate([_are_final(one, charts, pairs) for one in candidates]) if candidates else np.zeros(0)
    rows = np.concatenate([one.rows for one in candidates]) if candidates else np.zeros((0, 0))
    of_fold = np.concatenate([one.chart for one in candidates]) % 5 if candidates else np.zeros(0)
    enough = len(charts) >= FEWEST_CHARTS and 0 < hits.sum() < len(hits)
    weights = fit(rows, hits) if enough else None
    calibration = _calibration(rows, hits, of_fold) if enough else calibrate(np.zeros(0), np.zeros(0))
    fresh = _fresh_dictionary(charts, dictionary)
    return Knowledge(len(charts), pairs, counts, neighbours, weights, calibration, silenced, fresh)


def audible(places: Places, silenced: frozenset[Context]) -> Places:
    """The places whose context lets them be heard."""
    quiet = [CONTEXTS.index(context) for context in silenced]
    return places.where(~np.isin(places.context, quiet))


def _cross(
    places: Places, pairs: Pairs, counts: Counts, folds: Sequence[Counts], readings: Sequence[Reading],
    neighbours: Neighbours,
) -> list[Candidates]:  # fmt: skip
    """Every fold's candidates, weighed by the other folds alone."""
    nearby = neighbours.ask(readings, FOLDS)
    found = []
    for number, fold in enumerate(folds):
        mine = places.where(places.chart % FOLDS == number)
        found.append(weigh(mine, pairs, counts.minus(fold), readings, neighbours.rarity, nearby))
    return [one for one in found if len(one.chart)]


def _are_final(candidates: Candidates, charts: Sequence[Read], pairs: Pairs) -> Floats:
    rows = zip(candidates.chart.tolist(), candidates.code.tolist(), strict=True)
    return np.array([pairs.codes[code] in charts[chart].codes for chart, code in rows], dtype=np.float64)


def _calibration(rows: Floats, hits: Floats, part: Floats) -> Calibration:
    """Fitted on charts that the weights under test have not seen, a fifth at a time."""
    scores = np.zeros(len(hits))
    for number in range(5):
        held = part == number
        if held.any() and 0 < hits[~held].sum() < (~held).sum():
            scores[held] = fit(rows[~held], hits[~held]).score(rows[held])
    return calibrate(scores, hits)


def _silenced_contexts(charts: Sequence[Read], places: Places, pairs: Pairs) -> frozenset[Context]:
    """The contexts whose mentions this team does not code: absent, a relative's, only suspected. History decides."""
    rows = expand(places, pairs)
    is_met, _, _ = meetings(charts, places, rows, pairs)
    coded = np.zeros(len(places.chart), dtype=np.bool_)
    coded[rows.place[is_met]] = True
    plain = places.context == CONTEXTS.index(Context.AFFIRMED)
    usual = coded[plain].mean() if plain.any() else 1.0
    silenced = set()
    for number in DOUBTS:
        mine = places.context == number
        if mine.sum() < _ENOUGH_MENTIONS or coded[mine].mean() < usual / 2:
            silenced.add(CONTEXTS[number])
    return frozenset(silenced)


def _met_in_dictionary(charts: Sequence[Read], dictionary: Dictionary) -> set[tuple[Stems, str]]:
    """Dictionary phrases that past charts have, each with its codes: their precision is counted like a pinned one's."""
    return {(hit.phrase, code) for chart in charts for hit in dictionary.find(chart.reading) for code in hit.codes}


def _mined(charts: Sequence[Read]) -> set[tuple[Stems, str]]:
    """For codes that came without places: runs of words that charts with the code have and others seldom have."""
    bare = [set(chart.codes).difference(pin.code for pin in chart.pins) for chart in charts]
    often = Counter(code for codes in bare for code in codes)
    common = {code for code, times in often.items() if times >= 3}
    if not common:
        return set()
    runs = [_runs(chart.reading) for chart in charts]
    met = Counter(run for found in runs for run in found)
    together: Mapping[tuple[Stems, str], int] = Counter(
        (run, code)
        for found, codes in zip(runs, bare, strict=True)
        for run in found
        if 3 <= met[run] <= len(charts) // 3
        for code in codes & common
    )
    return {(run, code) for (run, code), times in together.items() if times >= 3 and times >= 0.3 * met[run]}


def _runs(reading: Reading) -> set[Stems]:
    stems, sentences = reading.stems, reading.sentences
    return {
        stems[at : at + size]
        for size in (1, 2, 3)
        for at in range(len(stems) - size + 1)
        if sentences[at] == sentences[at + size - 1] and not all(word.isdigit() for word in stems[at : at + size])
    }


def _fresh_dictionary(charts: Sequence[Read], dictionary: Dictionary) -> tuple[float, ...]:
    """How often a dictionary phrase was right on the first chart with it, by its number of words (last: or more)."""
    right: defaultdict[int, float] = defaultdict(float)
    seen: defaultdict[int, float] = defaultdict(float)
    met: set[Stems] = set()
    for chart in charts:
        hits = {hit.phrase: hit.codes for hit in dictionary.find(chart.reading) if not hit.is_doubted}
        for phrase, codes in hits.items():
            if phrase not in met:
                met.add(phrase)
                size = min(len(phrase), len(_FRESH_DICTIONARY))
                seen[size] += 1
                right[size] += any(code in chart.codes for code in codes[:1])
    return tuple(
        (right[size] + _FRESH_WEIGHT * guess) / (seen[size] + _FRESH_WEIGHT)
        for size, guess in enumerate(_FRESH_DICTIONARY, 1)
    )

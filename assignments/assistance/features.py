"""What speaks for a code on a chart, as columns of numbers: a row for each code that a phrase points to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assignments.assistance.counting import DICTIONARY, MINED, Counts, Expanded, Ints, Pairs, Places, expand, is_doubted
from assignments.assistance.phrases import LOOSE
from assignments.assistance.reading import Reading
from assignments.assistance.weighing import Floats

#: What a phrase never met since it was pinned is worth, word for word and otherwise; and a known one nobody pinned.
_FRESH, _FRESH_LOOSE, _KNOWN = 0.3, 0.1, 0.05
_LEAST_LOGIT = -3.5


@dataclass(frozen=True, eq=False)
class Candidates:
    """Rows of features, and for each its chart, code, best place and what the best phrase came to in the history."""

    rows: Floats
    chart: Ints
    code: Ints
    place: Ints
    final: Ints
    charts: Ints


def weigh(
    places: Places, pairs: Pairs, counts: Counts, readings: Sequence[Reading], rarity: dict[str, float],
    nearby: Floats,
) -> Candidates:  # fmt: skip
    """The candidates of these texts; `nearby` is a row per text, a column per code: what its neighbours have."""
    rows = expand(places, pairs)
    valid = (counts.pins[rows.pair] > 0) | (pairs.origin[rows.pair] == DICTIONARY) | _is_telling(rows, pairs, counts)
    rows = Expanded(rows.place[valid], rows.pair[valid])
    if not len(rows.place):
        none = np.zeros(0, dtype=np.int64)
        return Candidates(np.zeros((0, COLUMNS)), none, none, none, none, none)
    form, phrase = places.form[rows.place], places.form[rows.place] // 2
    code, loose = pairs.code[rows.pair], form % 2
    pair_form = 2 * rows.pair + loose

    share = counts.pins[rows.pair] / np.maximum(counts.support[phrase], 1)
    guess = np.where(loose == 1, _FRESH_LOOSE, _FRESH) * share + _KNOWN * (pairs.origin[rows.pair] == DICTIONARY)
    seen = counts.seen[form]
    exact = (counts.exact[pair_form] + guess) / (seen + 0.8)
    met = (counts.met[pair_form] + guess) / (seen + 0.8)
    final = (counts.final[pair_form] + guess) / (counts.charts[form] + 0.8)
    doubted = is_doubted(places)[rows.place]
    same_seen = np.where(doubted, counts.doubted[form], seen - counts.doubted[form])
    same_met = np.where(doubted, counts.met_doubted[pair_form], counts.met[pair_form] - counts.met_doubted[pair_form])
    in_context = (same_met + met) / (same_seen + 1)
    alone = counts.alone[rows.pair] / np.maximum(counts.pins[rows.pair], 1)

    candidate = places.chart[rows.place] * len(pairs.codes) + code
    strength = in_context + met + exact + final
    order = np.lexsort((strength, candidate))
    sorted_candidate = candidate[order]
    begins = np.flatnonzero(np.append(True, sorted_candidate[1:] != sorted_candidate[:-1]))
    best = order[np.append(begins[1:], len(order)) - 1]

    def most(values: Floats) -> Floats:
        return np.asarray(np.maximum.reduceat(values[order], begins))

    # each phrase counts once, by its best place: beside the best one they are 1 - (1 - a)(1 - b) …
    phrase_order = np.lexsort((strength, phrase, candidate))
    key = candidate * len(pairs.book.phrases) + phrase
    sorted_key = key[phrase_order]
    leading = phrase_order[np.append(sorted_key[1:] != sorted_key[:-1], True)]
    leading = leading[np.argsort(candidate[leading], kind="stable")]
    group = np.searchsorted(candidate[best], candidate[leading])
    is_rest = phrase[leading] != phrase[best][group]
    size = len(best)

    def others(values: Floats) -> Floats:
        logs = np.where(is_rest, np.log1p(-np.minimum(values[leading], 0.995)), 0.0)
        return 1 - np.exp(np.bincount(group, logs, minlength=size))

    distinct = np.bincount(group, minlength=size)
    place_key = np.unique(np.column_stack([candidate, places.first[rows.place]]), axis=0)
    spots = np.bincount(np.searchsorted(candidate[best], place_key[:, 0]), minlength=size)
    common, rare, width = _words_of(places, rows.place[best], readings, rarity)
    lengths = np.array([len(one) - (one[0] == LOOSE) for one in pairs.book.phrases])
    chart = places.chart[rows.place[best]]
    own_nearby = nearby[chart, code[best]] if nearby.size else np.zeros(size)
    best_nearby = nearby.max(axis=1)[chart] if nearby.size else np.zeros(size)
    code_form = 2 * code[best]
    columns = [
        most(logit(exact)), most(logit(met)), most(logit(final)), most(logit(in_context)),
        np.log1p(seen[best]), share[best], np.log1p(counts.pins[rows.pair[best]]), loose[best], doubted[best],
        np.log(lengths[phrase[best]]), others(exact), others(in_context), np.log(distinct),
        np.log(np.maximum(spots, 1)),
        own_nearby, best_nearby, alone[best], most(alone * np.maximum(exact, in_context)), rare, common, width,
        (counts.code_met[code_form] + 0.3) / (counts.code_seen[code_form] + 1),
        (counts.code_met[code_form + 1] + 0.3) / (counts.code_seen[code_form + 1] + 1),
        (pairs.origin[rows.pair[best]] == DICTIONARY) & (counts.pins[rows.pair[best]] == 0),
        (pairs.origin[rows.pair[best]] == MINED) & (counts.pins[rows.pair[best]] == 0),
    ]  # fmt: skip
    table = np.column_stack(columns).astype(np.float64)
    kept = table[:, :4].max(axis=1) > _LEAST_LOGIT
    return Candidates(
        table[kept], chart[kept], code[best][kept], rows.place[best][kept],
        counts.final[pair_form[best]][kept], counts.charts[form[best]][kept],
    )  # fmt: skip


COLUMNS = 25
#: The column that says how often the phrase was meant in such a context, as log odds.
IN_CONTEXT = 3


def _is_telling(rows: Expanded, pairs: Pairs, counts: Counts) -> NDArray[np.bool_]:
    """Which mined pairs hold by these counts: asked anew of each fold's, or a chart would speak for itself."""
    final, charts = counts.final[2 * rows.pair], counts.charts[2 * pairs.phrase[rows.pair]]
    return np.asarray((pairs.origin[rows.pair] == MINED) & (final >= 3) & (final >= 0.4 * charts))


def logit(shares: Floats) -> Floats:
    """Log odds, with shares kept from 0 and 1."""
    held = np.clip(shares, 0.005, 0.995)
    return np.asarray(np.log(held / (1 - held)))


def _words_of(
    places: Places, best: Ints, readings: Sequence[Reading], rarity: dict[str, float]
) -> tuple[Floats, Floats, NDArray[np.float64]]:
    """Of each place the rarity of all its words together, of its rarest, and how many they are."""
    sums, tops = np.zeros(len(best)), np.zeros(len(best))
    for row, place in enumerate(best.tolist()):
        stems = readings[int(places.chart[place])].stems[int(places.first[place]) : int(places.after[place])]
        each = [rarity.get(stem, rarity[""]) for stem in stems]
        sums[row], tops[row] = sum(each), max(each)
    return sums, tops, (places.after[best] - places.first[best]).astype(np.float64)

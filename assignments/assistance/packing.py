"""What is known as bytes, to be sealed and kept: only phrases and words that more than one chart has."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from assignments.assistance.context import Context
from assignments.assistance.counting import Counts, Pairs
from assignments.assistance.learning import Knowledge
from assignments.assistance.neighbours import Neighbours
from assignments.assistance.phrases import Phrasebook
from assignments.assistance.weighing import Calibration, Weights

#: What a single chart has stays out of what is kept: it may be a name, and it is no habit yet.
FEWEST_WITH_PHRASE = 2


def pack(knowledge: Knowledge) -> bytes:
    """What is known, without the phrases that a single chart has."""
    kept = without_singles(knowledge)
    pairs, counts, near, weights = kept.pairs, kept.counts, kept.neighbours, kept.weights
    plain = {
        "charts": kept.charts,
        "phrases": [list(phrase) for phrase in pairs.book.phrases],
        "codes": pairs.codes,
        "pairs": [pairs.phrase.tolist(), pairs.code.tolist(), pairs.origin.tolist()],
        "counts": {name: getattr(counts, name).tolist() for name in _sums()},
        "words": list(near.words),
        "rarity": {word: round(value, 4) for word, value in near.rarity.items()},
        "rows": [[[int(at), round(float(row[at]), 4)] for at in np.flatnonzero(row)] for row in near.rows],
        "coded": [np.flatnonzero(row).tolist() for row in near.codes],
        "weights": None if weights is None else [
            weights.means.tolist(), weights.scales.tolist(), weights.weights.tolist(), weights.base,
        ],
        "calibration": [kept.calibration.scores.tolist(), kept.calibration.shares.tolist()],
        "silenced": sorted(kept.silenced),
        "fresh": list(kept.fresh),
    }  # fmt: skip
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode())


def unpack(packed: bytes) -> Knowledge:
    """What `pack` made."""
    plain: dict[str, Any] = json.loads(zlib.decompress(packed))
    phrase, code, origin = (np.array(column, dtype=np.int64) for column in plain["pairs"])
    phrases = [tuple(stems) for stems in plain["phrases"]]
    starts = np.searchsorted(phrase, np.arange(len(phrases) + 1))
    pairs = Pairs(Phrasebook(phrases), plain["codes"], phrase, code, starts, origin)
    counts = Counts(len(phrases), len(phrase), len(pairs.codes))
    for name in _sums():
        setattr(counts, name, np.array(plain["counts"][name], dtype=np.int64))
    rows = np.zeros((len(plain["rows"]), len(plain["words"])), dtype=np.float32)
    coded = np.zeros((len(plain["rows"]), len(pairs.codes)), dtype=np.bool_)
    for number, (cells, codes) in enumerate(zip(plain["rows"], plain["coded"], strict=True)):
        for at, value in cells:
            rows[number, at] = value
        coded[number, codes] = True
    words = {word: column for column, word in enumerate(plain["words"])}
    weights = plain["weights"]
    return Knowledge(
        plain["charts"], pairs, counts, Neighbours(words, plain["rarity"], rows, coded),
        None if weights is None else Weights(
            np.array(weights[0]), np.array(weights[1]), np.array(weights[2]), weights[3],
        ),
        Calibration(np.array(plain["calibration"][0]), np.array(plain["calibration"][1])),
        frozenset(Context(one) for one in plain["silenced"]), tuple(plain["fresh"]),
    )  # fmt: skip


def without_singles(knowledge: Knowledge) -> Knowledge:
    """What is known without the phrases that only one chart has."""
    pairs, counts = knowledge.pairs, knowledge.counts
    charts = np.maximum(counts.charts.reshape(-1, 2).max(axis=1), counts.support)
    kept = np.flatnonzero(charts >= FEWEST_WITH_PHRASE)
    rows = np.flatnonzero(np.isin(pairs.phrase, kept))
    phrase = np.searchsorted(kept, pairs.phrase[rows])
    book = Phrasebook([pairs.book.phrases[number] for number in kept])
    starts = np.searchsorted(phrase, np.arange(len(kept) + 1))
    slim = Counts(len(kept), len(rows), len(pairs.codes))
    by_size = {counts.phrases: kept, 2 * counts.phrases: _both(kept)}
    for name in _sums():
        values = getattr(counts, name)
        if not name.startswith("code_"):
            of_pairs = name in {"pins", "alone", "exact", "met", "met_doubted", "final"}
            values = values[(rows if name in {"pins", "alone"} else _both(rows)) if of_pairs else by_size[len(values)]]
        setattr(slim, name, values)
    known = Pairs(book, pairs.codes, phrase, pairs.code[rows], starts, pairs.origin[rows])
    return Knowledge(
        knowledge.charts, known, slim, knowledge.neighbours, knowledge.weights, knowledge.calibration,
        knowledge.silenced, knowledge.fresh,
    )  # fmt: skip


def _both(rows: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The two forms of each."""
    return np.column_stack([2 * rows, 2 * rows + 1]).reshape(-1)


def _sums() -> Sequence[str]:
    return [one.name for one in fields(Counts)[3:]]

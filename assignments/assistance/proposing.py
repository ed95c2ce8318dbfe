"""Codes proposed for a text, each with its place and its reason; nothing where nothing is sure enough."""

from dataclasses import dataclass

import numpy as np

from assignments.assistance.counting import find_places
from assignments.assistance.dictionary import Dictionary
from assignments.assistance.features import IN_CONTEXT, weigh
from assignments.assistance.learning import FEWEST_CHARTS, Knowledge, audible
from assignments.assistance.reading import Reading, read

#: What is shown, and from where on it is called strong.
SHOWN, STRONG = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Proposed:
    """A code for a text: how sure, where (characters, half-open), and how often this phrase had it in past charts."""

    code: str
    confidence: float
    start: int
    end: int
    coded: int
    charts: int
    from_dictionary: bool = False


def least_shown(knowledge: Knowledge) -> float:
    """From which confidence on proposals are shown: with little history only what is strong."""
    return SHOWN if knowledge.charts >= FEWEST_CHARTS else STRONG


def propose(knowledge: Knowledge, dictionary: Dictionary, text: str, *, least: float) -> list[Proposed]:
    """The proposals of at least this confidence, the surest first."""
    reading = read(text)
    found = {one.code: one for one in _from_dictionary(knowledge, dictionary, reading)}
    found.update((one.code, one) for one in _from_history(knowledge, reading))
    return sorted(
        (one for one in found.values() if one.confidence >= least),
        key=lambda one: (-one.confidence, one.start, one.code),
    )


def _from_history(knowledge: Knowledge, reading: Reading) -> list[Proposed]:
    places = audible(find_places([reading], knowledge.pairs.book), knowledge.silenced)
    nearby = knowledge.neighbours.ask([reading])
    found = weigh(places, knowledge.pairs, knowledge.counts, [reading], knowledge.neighbours.rarity, nearby)
    if not len(found.chart):
        return []
    if knowledge.weights is None:
        sure = 1 / (1 + np.exp(-found.rows[:, IN_CONTEXT]))  # too little history to weigh more than the phrase itself
    else:
        scores = knowledge.weights.score(found.rows)
        # the staircase is flat in places: the score decides the order there
        sure = np.clip(knowledge.calibration.apply(scores) + 1e-6 * scores, 0, 1)
    return [
        Proposed(
            knowledge.pairs.codes[code], float(confidence), reading.starts[int(places.first[place])],
            reading.ends[int(places.after[place]) - 1], int(final), int(charts),
        )
        for code, confidence, place, final, charts in zip(
            found.code.tolist(), sure, found.place.tolist(), found.final, found.charts, strict=True
        )
    ]  # fmt: skip


def _from_dictionary(knowledge: Knowledge, dictionary: Dictionary, reading: Reading) -> list[Proposed]:
    """Phrases that no past chart had, for what such phrases have been worth."""
    found: dict[str, Proposed] = {}
    for hit in dictionary.find(reading):
        if hit.is_doubted or hit.phrase in knowledge.pairs.book.numbers:
            continue
        worth = knowledge.fresh[min(len(hit.phrase), len(knowledge.fresh)) - 1]
        for rank, code in enumerate(hit.codes):
            place = reading.starts[hit.first], reading.ends[hit.after - 1]
            found.setdefault(code, Proposed(code, worth / (1 + rank), *place, 0, 0, from_dictionary=True))
    return list(found.values())

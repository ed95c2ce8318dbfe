"""Past charts that read alike, by the rarity of the words they share."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assignments.assistance.reading import Reading
from assignments.assistance.weighing import Floats

#: How many of the most alike are asked.
NEAREST = 20

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Charts as rows of weighted words, and which codes each has. A word that only one chart has is not kept."""

    words: dict[str, int]
    rarity: dict[str, float]
    rows: Singles
    codes: NDArray[np.bool_]

    def ask(self, readings: Sequence[Reading], folds: int = 0) -> Floats:
        """For each text and code the share of its nearest charts that have it, weighed by their likeness squared.

        With `folds` the texts are the charts themselves, and none asks one of its own fold.
        """
        if not len(self.rows) or not len(readings):
            return np.zeros((len(readings), self.codes.shape[1]))
        likeness = self.vectors(readings) @ self.rows.T
        if folds:
            fold = np.arange(len(self.rows)) % folds
            likeness[fold[:, None] == fold[None, :]] = -1
        answers = np.zeros((len(readings), self.codes.shape[1]))
        nearest = min(NEAREST, len(self.rows))
        for number, one in enumerate(likeness):
            top = np.argpartition(-one, nearest - 1)[:nearest]
            weights = np.maximum(one[top], 0) ** 2
            answers[number] = weights @ self.codes[top] / (weights.sum() + 1e-9)
        return answers

    def vectors(self, readings: Sequence[Reading]) -> Singles:
        """Texts as rows of length one."""
        rows = np.zeros((len(readings), len(self.words)), dtype=np.float32)
        for number, reading in enumerate(readings):
            for stem, times in Counter(reading.stems).items():
                column = self.words.get(stem)
                if column is not None:
                    rows[number, column] = (1 + math.log(times)) * self.rarity[stem]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True) if len(self.words) else np.ones((len(readings), 1))
        return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def gather(readings: Sequence[Reading], codes: Sequence[set[str]], names: Sequence[str]) -> Neighbours:
    """Past charts as neighbours for new ones; `names` is the order of the columns."""
    charts_with = Counter(stem for reading in readings for stem in set(reading.stems))
    rarity = {stem: math.log((len(readings) + 1) / times) for stem, times in charts_with.items() if times > 1}
    rarity[""] = math.log((len(readings) + 1) / 1.5)  # what a word is worth that at most one chart has
    words = {stem: column for column, stem in enumerate(sorted(rarity.keys() - {""})) if not stem.isdigit()}
    words = {stem: column for column, stem in enumerate(words)}
    has = np.array([[name in own for name in names] for own in codes], dtype=np.bool_).reshape(len(codes), len(names))
    empty = Neighbours(words, rarity, np.zeros((0, len(words)), dtype=np.float32), has)
    return Neighbours(words, rarity, empty.vectors(readings), has)

"""A logistic regression and an isotonic calibration, small enough to fit in a moment. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weights:
    """A fitted regression: standardised columns, their weights, and what holds without any."""

    means: Floats
    scales: Floats
    weights: Floats
    base: float

    def score(self, rows: Floats) -> Floats:
        """A probability for each row."""
        logits = self.base + ((rows - self.means) / self.scales) @ self.weights
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def fit(rows: Floats, hits: Floats, penalty: float = 10.0) -> Weights:
    """Weights by Newton's method with a ridge; needs at least one hit and one miss to say anything."""
    means, scales = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    with_base = np.column_stack([np.ones(len(rows)), (rows - means) / scales])
    ridge = np.eye(with_base.shape[1]) * penalty
    ridge[0, 0] = 1e-3  # the base is free, but finite where all rows are alike
    weights = np.zeros(with_base.shape[1])
    for _ in range(25):
        scores = 1 / (1 + np.exp(-np.clip(with_base @ weights, -30, 30)))
        slope = with_base.T @ (scores - hits) + ridge @ weights
        curve = (with_base * (scores * (1 - scores))[:, None]).T @ with_base + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return Weights(means, scales, weights[1:], float(weights[0]))


@dataclass(frozen=True, eq=False)
class Calibration:
    """A rising staircase from scores to the shares of hits that can be vouched for, straight between its steps."""

    scores: Floats
    shares: Floats

    def apply(self, scores: Floats) -> Floats:
        """What share of such scores may be taken to be hits."""
        return np.asarray(np.interp(scores, self.scores, self.shares)) if len(self.scores) else scores


def calibrate(scores: Floats, hits: Floats, smallest: int = 25) -> Calibration:
    """Isotonic regression by pooling neighbours; steps of fewer than `smallest` rows are pooled; none says 0 or 1.

    A step says what can be vouched for, not the best guess: the less it has seen, the further below its share.
    """
    order = np.argsort(scores, kind="stable")
    blocks: list[list[float]] = []  # rows, hits, sum of scores
    for chunk in np.array_split(order, max(1, len(order) // smallest)):
        if len(chunk):
            blocks.append([float(len(chunk)), float(hits[chunk].sum()), float(scores[chunk].sum())])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][0] >= blocks[-1][1] * blocks[-2][0]:
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    sizes, good, sums = (np.array(column) for column in zip(*blocks, strict=True)) if blocks else (np.zeros(0),) * 3
    # a step is worth at least what the ones below it are
    return Calibration(sums / np.maximum(sizes, 1), np.maximum.accumulate(_vouched(good + 0.5, sizes + 1)))


def _vouched(good: Floats, sizes: Floats) -> Floats:
    """A share less one standard error: the lower end of Wilson's interval (Wilson 1927, JASA 22:209)."""
    share = good / sizes
    middle = share + 1 / (2 * sizes)
    reach = np.sqrt(share * (1 - share) / sizes + 1 / (4 * sizes**2))
    return np.asarray((middle - reach) / (1 + 1 / sizes))

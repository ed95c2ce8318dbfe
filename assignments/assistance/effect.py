"""Shares and means with the interval they are known within; nothing where there is too little to say it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Fewer than so many say nothing.
FEWEST = 30
_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Known:
    """A figure from `count` observations with its 95 % interval; None where there are too few."""

    count: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def share(hits: int, count: int) -> Known:
    """A share with Wilson's interval (1927)."""
    if count < FEWEST:
        return Known(count)
    part = hits / count
    middle = (part + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z * math.sqrt(part * (1 - part) / count + _Z**2 / (4 * count**2)) / (1 + _Z**2 / count)
    return Known(count, part, max(0.0, middle - reach), min(1.0, middle + reach))


def mean(values: Sequence[float]) -> Known:
    """A mean with its interval by the normal law."""
    if len(values) < FEWEST:
        return Known(len(values))
    middle = sum(values) / len(values)
    reach = _Z * _standard_error(values)
    return Known(len(values), middle, middle - reach, middle + reach)


def difference(with_it: Sequence[float], without: Sequence[float]) -> Known:
    """By how much the mean of the first is above that of the second; `count` is the smaller group's (Welch)."""
    count = min(len(with_it), len(without))
    if count < FEWEST:
        return Known(count)
    gap = sum(with_it) / len(with_it) - sum(without) / len(without)
    reach = _Z * math.hypot(_standard_error(with_it), _standard_error(without))
    return Known(count, gap, gap - reach, gap + reach)


def _standard_error(values: Sequence[float]) -> float:
    middle = sum(values) / len(values)
    return math.sqrt(sum((one - middle) ** 2 for one in values) / (len(values) - 1) / len(values))

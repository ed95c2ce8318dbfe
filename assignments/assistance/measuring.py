"""How good ranked proposals are against the codes that a chart came to. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_BINS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """One code proposed for one chart with this confidence, and whether the chart came to it."""

    confidence: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What showing everything from a confidence on comes to; None where nothing can be said."""

    threshold: float
    shown: int
    per_chart: float
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """All figures of one way to propose on one set of charts."""

    charts: int
    codes: int
    thresholds: list[AtThreshold]
    precision_at_5: float | None
    recall_at_10: float | None
    mean_average_precision: float | None
    bins: list[dict[str, float]]
    calibration_error: float | None

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)


def measure(ranked: Sequence[Sequence[Measured]], final: Sequence[Collection[str]]) -> Quality:
    """Figures over charts: each one's proposals, the surest first, and its final codes. Charts without codes count
    against precision, and not in the means at k."""
    codes = sum(len(one) for one in final)
    every = [one for chart in ranked for one in chart]
    coded = [(chart, len(own)) for chart, own in zip(ranked, final, strict=True) if own]
    at_5 = [sum(one.is_right for one in chart[:5]) / 5 for chart, _ in coded]
    at_10 = [sum(one.is_right for one in chart[:10]) / size for chart, size in coded]
    bins = _bins(every)
    return Quality(
        len(ranked),
        codes,
        [_at(threshold, every, len(ranked), codes) for threshold in THRESHOLDS],
        _mean(at_5),
        _mean(at_10),
        _mean([_average_precision(chart, size) for chart, size in coded]),
        bins,
        sum(one["proposals"] * abs(one["confidence"] - one["right"]) for one in bins) / len(every) if every else None,
    )


def _at(threshold: float, every: Sequence[Measured], charts: int, codes: int) -> AtThreshold:
    shown = [one for one in every if one.confidence >= threshold]
    right = sum(one.is_right for one in shown)
    precision = right / len(shown) if shown else None
    recall = right / codes if codes else None
    both = precision is not None and recall is not None
    total = (precision or 0) + (recall or 0)
    f1 = (2 * (precision or 0) * (recall or 0) / total if total else 0.0) if both else None
    return AtThreshold(threshold, len(shown), len(shown) / charts if charts else 0.0, precision, recall, f1)


def _average_precision(chart: Sequence[Measured], codes: int) -> float:
    right = 0
    total = 0.0
    for rank, one in enumerate(chart, 1):
        if one.is_right:
            right += 1
            total += right / rank
    return total / codes


def _bins(every: Sequence[Measured]) -> list[dict[str, float]]:
    """Proposals by confidence in tenths: how many, how sure on average, and what share was right."""
    found = []
    for number in range(_BINS):
        inside = [one for one in every if min(int(one.confidence * _BINS), _BINS - 1) == number]
        if inside:
            found.append({
                "from": number / _BINS,
                "proposals": len(inside),
                "confidence": sum(one.confidence for one in inside) / len(inside),
                "right": sum(one.is_right for one in inside) / len(inside),
            })  # fmt: skip
    return found


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None

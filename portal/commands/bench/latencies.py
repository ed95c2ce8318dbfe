"""How long things took, as percentiles and as a line for a person."""

from collections.abc import Mapping, Sequence


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile."""
    ordered = sorted(seconds)
    return {
        name: round(1000 * ordered[min(int(len(ordered) * part), len(ordered) - 1)], 1)
        for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


def tell_latencies(label: str, figures: Mapping[str, float]) -> str:
    """The percentiles behind their name."""
    return f"  {label:34} p50 {figures['p50']:7.1f}   p95 {figures['p95']:7.1f}   p99 {figures['p99']:7.1f}  ms"

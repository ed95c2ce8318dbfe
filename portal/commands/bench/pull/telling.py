"""The measurements as lines for a person, with what is wanted and whether it holds."""

from collections.abc import Iterator, Mapping
from typing import Any

_WAYS = {"alone": "alone", "gathered": "gathered", "plain": "alone on a plain asyncpg pool"}


def tell(measured: Mapping[str, Any]) -> list[str]:
    """A table of the cells."""
    ceiling = measured["ceiling"]
    return [
        f"1.00 is {ceiling['tps']} updates a second of {ceiling['cpu_per_update_us']} µs (p99 {ceiling['p99_ms']} ms):"
        f" one row by primary key, {ceiling['clients']} connections, synchronous_commit"
        f" {ceiling['synchronous_commit']}; load {ceiling['load']}",
        "",
        f"{'':24} {'a second':>9} {'ratio':>6} {'CPU µs':>7} {'CPU ratio [range]':>20} {'p50 ms':>7} {'p99 ms':>7}",
        *(_line(cell) for cell in measured["cells"]),
        "",
        *(_together(measured["together"]) if "together" in measured else ()),
        *(f"{'holds' if holds else 'MISSED'}: {what}" for what, holds in bars(measured)),
    ]


def _line(cell: Mapping[str, Any]) -> str:
    low, high = cell["cpu_ratio_range"]
    name = cell.get("name") or f"{cell['mode']}, {'with events' if cell['event'] else 'bare'}"
    return (
        f"{name:24} {cell['tps']:9} {cell['tps_ratio']:6.2f} {cell['cpu_per_pull_us']:7}"
        f" {cell['cpu_ratio']:6.2f} [{low:.2f}–{high:.2f}] {cell['p50_ms']:7.1f} {cell['p99_ms']:7.1f}"
    )


def _together(found: Mapping[str, Any]) -> Iterator[str]:
    for name in ("alone", "gathered", "plain"):
        one = found[name]
        yield (
            f"{found['waiting']} waiting in one process, {_WAYS[name]}: {one['tps']:.0f} a second,"
            f" p50 {one['p50_ms']:.0f} ms, p99 {one['p99_ms']:.0f} ms; database {one['cpu_per_pull_us']:.0f} µs, Python"
            f" {one['our_cpu_per_pull_us']:.0f} µs"
        )
    yield ""


def bars(measured: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What this run can judge, as a sentence with its figure, and whether it holds."""
    cells = {(cell["mode"], cell["event"]): cell for cell in measured["cells"] if "mode" in cell}
    bare, full = cells.get(("clean", False)), cells.get(("clean", True))
    if bare:
        yield f"bare pull, CPU ratio {bare['cpu_ratio']:.2f} (at least 0.15)", bare["cpu_ratio"] >= 0.15
    if full:
        yield f"pull with its events, CPU ratio {full['cpu_ratio']:.2f} (at least 0.15)", full["cpu_ratio"] >= 0.15
        yield f"pull with its events, speed {full['tps_ratio']:.2f} (at least 0.38)", full["tps_ratio"] >= 0.38
    for mode, most in (("clogged", 3.0), ("held", 2.5)):
        for events in (False, True):
            clean, here = cells.get(("clean", events)), cells.get((mode, events))
            if clean and here:
                times = here["cpu_per_pull_us"] / max(1, clean["cpu_per_pull_us"])
                name = "with events" if events else "bare"
                yield f"{mode}, {name}: {times:.1f} times the CPU of clean (at most {most})", times <= most
    if together := measured.get("together"):
        speed, slowest = together["tps_ratio"], together["p99_ratio"]
        yield f"gathered, {speed:.1f} times the speed of alone (at least 1.7)", speed >= 1.7
        ours = together["python_cpu_to_plain"]
        yield f"our engine, {ours:.2f} times the Python CPU of a plain asyncpg pool (at most 1.3)", ours <= 1.3
        yield f"gathered, {slowest:.2f} of its p99 (at most 0.6)", slowest <= 0.6

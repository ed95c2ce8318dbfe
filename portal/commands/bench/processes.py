"""Processor time of a process and everything that it started, as Linux counts it."""

import os
from pathlib import Path


def cpu_seconds(pid: int) -> float | None:
    """Seconds of processor time of a process, its children and theirs; None where /proc does not tell."""
    if not Path("/proc/self/stat").exists():
        return None
    children: dict[int, list[int]] = {}
    spent: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything, also brackets.
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        child = int(place.parent.name)
        children.setdefault(int(fields[1]), []).append(child)
        spent[child] = sum(int(ticks) for ticks in fields[11:15])  # its own, and what its ended children used
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        total += spent.get(one, 0)
        waiting += children.get(one, [])
    return total / os.sysconf("SC_CLK_TCK")

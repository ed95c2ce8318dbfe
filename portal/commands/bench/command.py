"""`chartway bench`: the group; each benchmark is a module of this package."""

import click

from portal.commands.lazy import LazyGroup

BENCHMARKS = {
    "assistance": ("portal.commands.bench.assistance", "How good proposed codes are on charts not learned from."),
    "edits": ("portal.commands.bench.edits", "How long the edits of a full chart take."),
    "next": ("portal.commands.bench.next", "How long a coder waits for the next chart."),
    "plan": ("portal.commands.bench.plan", "How fast a shift's backlog is planned, and what the plan is worth."),
    "pull": ("portal.commands.bench.pull.command", "How fast the next chart is pulled from a long line."),
    "search": ("portal.commands.bench.search.command", "How well and how fast codes are found as they are typed."),
    "storage": ("portal.commands.bench.storage", "How fast documents are sealed, stored, re-keyed and drawn."),
    "viewer": ("portal.commands.bench.viewer", "How fast a chart opens while many coders open charts."),
}


@click.group(cls=LazyGroup, places=BENCHMARKS)
def command() -> None:
    """Measure the portal on this machine, on a scratch database that is deleted afterwards."""

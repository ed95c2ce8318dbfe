"""`chartway report`: the group; each report is a module of this package."""

import click

from portal.commands.lazy import LazyGroup

REPORTS = {
    "assistance": ("portal.commands.report.assistance", "What proposed codes were worth, and what they changed."),
}


@click.group(cls=LazyGroup, places=REPORTS)
def command() -> None:
    """Print figures of what the product does, out of its own database."""

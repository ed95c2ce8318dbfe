"""`chartway migrate`."""

import asyncio

import click

from portal.commands.house import ready_settings
from portal.migrations.running import migrate


@click.command()
def command() -> None:
    """Bring the database to the newest state, as the owner of its tables.

    Everything happens in one transaction: it is applied wholly or not at all. Calm when there is nothing to do. On a
    server that others administer, have them run the script of `chartway roles` first.
    """
    asyncio.run(migrate(ready_settings().owner_url))
    click.echo("The database is at the newest state.")

"""`chartway roles`."""

import click

from portal.migrations.preparing import roles_script


@click.command()
def command() -> None:
    """Print the script that makes the database roles, for a PostgreSQL that others administer.

    They run it once as a superuser, give the three logins passwords, and make the database:

    \b
        ALTER ROLE chartway_owner PASSWORD '…';   -- CHARTWAY_OWNER_URL, for migrations
        ALTER ROLE chartway_app PASSWORD '…';     -- CHARTWAY_DATABASE_URL, for the portal and the worker
        ALTER ROLE chartway_seal PASSWORD '…';    -- CHARTWAY_SEALER_URL, for the sealer
        CREATE DATABASE chartway OWNER chartway_owner;
    """
    click.echo(roles_script(), nl=False)

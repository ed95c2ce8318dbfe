"""Make roles and database on a server that is ours: what `chartway roles` prints for one that others administer."""

from collections.abc import Callable

import asyncpg

from portal.migrations.running import SQL

LOGINS = ("chartway_owner", "chartway_app", "chartway_seal")


def roles_script() -> str:
    """The statements that make the database roles; logins still need passwords and the database an owner."""
    return (SQL / "roles.sql").read_text()


async def prepare(url_for: Callable[[str], str], password: str, database: str) -> None:
    """Make roles, logins and an empty database; calm when repeated.

    `url_for(database)` gives a superuser's connection URL. Every login gets `password`.
    """
    connection = await asyncpg.connect(url_for("postgres"))
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext('chartway-roles'))")
        await connection.execute(roles_script())
        for login in LOGINS:
            statement = "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)"
            await connection.execute(await connection.fetchval(statement, login, password))
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            statement = "SELECT format('CREATE DATABASE %I OWNER chartway_owner', $1::text)"
            await connection.execute(await connection.fetchval(statement, database))
    finally:
        await connection.close()

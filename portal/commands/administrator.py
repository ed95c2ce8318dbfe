"""`chartway administrator`: the first person of an installation."""

import asyncio
import sys

import click

from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.house import ready_settings
from portal.database import DB
from portal.errors import PortalError
from portal.identity.people import create_person


@click.command()
@click.argument("email")
@click.argument("name")
def command(email: str, name: str) -> None:
    """Add an administrator, who can then add everybody else.

    Asks for the password, or reads it from standard input when that is not a terminal. Adding one is kept in the access
    log like everything else.
    """
    password = _ask() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        asyncio.run(_add(ready_settings().database_url, email, name, password))
    except PortalError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"{name} can sign in with {email}.")


def _ask() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


async def _add(url: str, email: str, name: str, password: str) -> None:
    await DB.open(url, size=2)
    try:
        await create_person(
            Actor(Kind.ADMINISTRATOR, name="shell"), email=email, name=name, kind=Kind.ADMINISTRATOR, password=password,
            now=utc_now(),
        )  # fmt: skip
    finally:
        await DB.close()

"""`chartway verify`: is what is stored still what was stored?"""

import asyncio
from uuid import UUID

import click

from portal.actor import WORKER
from portal.commands.house import open_house, ready_settings
from portal.database import DB, acting_as
from portal.settings import Settings
from storage.verifying import Checked, verify_documents


@click.group()
def command() -> None:
    """Check that what is stored is still what was stored."""


@command.command()
@click.option("--all", "everything", is_flag=True, help="Every document; otherwise a sample.")
@click.option("--sample", type=click.IntRange(1), default=500, show_default=True, help="How many, picked at random.")
@click.option("--client", "code", help="Only this client's, by its code.")
def documents(everything: bool, sample: int, code: str | None) -> None:
    """Read stored documents to their end and compare them with the database.

    Each object must be there, have the size that was recorded, open to its end under its key, and hold the content that
    was received. Objects that no row speaks of for a day are told too; nothing is ever deleted here. The run is
    recorded. Ends with 1 if anything is not as it should be.
    """
    done = asyncio.run(_verify(ready_settings(), None if everything else sample, code))
    for failure in done.failures:
        click.echo(f"blob {failure.blob_id} of client {failure.client_id}: {failure.reason}")
    for key in done.strays:
        click.echo(f"object {key}: no row speaks of it")
    click.echo(f"{done.checked} read, {len(done.failures)} failed, {len(done.strays)} objects without a row.")
    if not done.holds:
        raise SystemExit(1)


async def _verify(settings: Settings, sample: int | None, code: str | None) -> Checked:
    async with open_house(settings):
        client_id = None
        if code:
            async with acting_as(WORKER):
                found = await DB.value("SELECT id FROM client WHERE code = $1", code)
            if found is None:
                raise click.ClickException("There is no client with this code.")
            client_id = UUID(bytes=found.bytes)
        return await verify_documents(
            WORKER, sample=sample, client_id=client_id, progress=lambda count: click.echo(f"  {count} read", err=True)
        )

"""`chartway keys`: the clients' keys are rotated and destroyed from a shell of the machine that can reach them."""

import asyncio
import getpass
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import click

from assignments.retention.holds import ensure_not_held
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER, Actor, Kind
from portal.commands.house import open_house, ready_settings
from portal.database import DB, acting_as
from portal.errors import Invalid, PortalError
from portal.settings import Settings
from storage.certificates import Certificate, get_certificate
from storage.destroying import Destroyed, destroy_key, ensure_may_destroy
from storage.rotating import Rotated, rotate_key
from storage.signing import InstallationKey, find_public_key

Result = TypeVar("Result")


@click.group()
def command() -> None:
    """Rotate the clients' keys, destroy a client's key for good, show the certificate of it."""


@command.command()
@click.option("--client", "code", help="The client's code, such as NOR.")
@click.option("--all", "everybody", is_flag=True, help="Every client, one after the other.")
def rotate(code: str | None, everybody: bool) -> None:
    """Give a client a new version of its key.

    From then on the new version seals. Everything sealed before is sealed again under it: the keys of the documents,
    names, numbers and comments in the database. The documents themselves are not touched. People go on working
    meanwhile. A rotation that was interrupted is finished, by this command or by the worker. The old version is dropped
    by the worker an hour later, when nothing refers to it any more.
    """
    if everybody == bool(code):
        raise click.UsageError("Say either --client CODE or --all.")
    settings = ready_settings()
    for line in _run(_rotate(settings, None if everybody else code)):
        click.echo(line)


@command.command()
@click.option("--client", "code", required=True, help="The client's code, such as NOR.")
@click.option("--by", "email", help="E-mail of the compliance officer or administrator who decided it.")
def destroy(code: str, email: str | None) -> None:
    """Destroy a client's key: nothing of this client can ever be opened again.

    Documents, names and numbers of the client's patients become unreadable everywhere, in backups as well. This cannot
    be undone by anybody. Asks for the client's code to be typed once more, and leaves a signed certificate.
    """
    settings, code = ready_settings(), code.upper()
    name, warnings, by = _run(_prepare_destroying(settings, code, email))
    click.echo(f"This destroys everything that was sealed for {name} ({code}). It cannot be undone.")
    for warning in warnings:
        click.echo(f"Warning: {warning}")
    if click.prompt("Type the client's code to go on", default="", show_default=False) != code:
        raise click.ClickException("That is not the client's code. Nothing was destroyed.")
    done: Destroyed = _run(_destroy(settings, code, by))
    click.echo(f"The key of {name} is destroyed ({done.versions} versions), beyond recall from "
               f"{done.effective_at:%Y-%m-%d %H:%M} UTC. The worker deletes {done.objects} objects.")  # fmt: skip
    click.echo(f"Certificate: {done.certificate_id}")


@command.command()
@click.argument("certificate_id", type=click.UUID)
@click.option("--verify", is_flag=True, help="Only check it; ends with 1 if it does not hold.")
def certificate(certificate_id: UUID, verify: bool) -> None:
    """Print a certificate of destruction, or check its signature.

    A certificate says which key signed it. That it was this installation's is checked against the signing key in the
    keyring's folder, where that is at hand.
    """
    settings = ready_settings()
    found: Certificate = _run(_find_certificate(settings, certificate_id))
    if not verify:
        click.echo(found.as_file().decode(), nl=False)
        return
    if not found.holds:
        raise click.ClickException("The certificate does not hold: its statement is not what was signed.")
    ours = find_public_key(settings.keyring_folder)
    click.echo(f"The certificate holds. It was signed by {found.public_key.hex()},")
    if ours is None:
        click.echo("and there is no signing key here to compare that with.")
    else:
        click.echo("the signing key of this installation." if ours == found.public_key
                   else "which is not the signing key of this installation.")  # fmt: skip


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except PortalError as error:
        raise click.ClickException(error.message) from error


async def _rotate(settings: Settings, code: str | None) -> list[str]:
    said = []
    async with open_house(settings):
        async with acting_as(WORKER):
            clients = await DB.fetch(
                "SELECT c.id, c.code FROM client c WHERE ($1::text IS NULL OR c.code = $1) AND EXISTS (SELECT FROM"
                " client_key k WHERE k.client_id = c.id AND k.state = 'active') ORDER BY c.code",
                code,
            )
        if not clients:
            raise Invalid("There is no client with this code and a key." if code else "No client has a key.")
        for client in clients:
            client_id = UUID(bytes=client["id"].bytes)
            done = await rotate_key(WORKER, client_id=client_id, progress=_tell)
            async with acting_as(WORKER):
                await record(
                    WORKER, Action.KEY_ROTATED, object_type="client", object_id=client_id, client_id=client_id,
                    details={"version": done.version, "resealed": done.resealed},
                )  # fmt: skip
            said.append(_sentence(client["code"], done))
    return said


def _tell(what: str, count: int) -> None:
    click.echo(f"  {what}: {count}", err=True)


def _sentence(code: str, done: Rotated) -> str:
    rest = f"; {done.resting} older kept for an hour" if done.resting else ""
    dropped = f"; {done.retired} older dropped" if done.retired else ""
    left = "" if done.is_whole else " Some rows were being changed: the worker seals them again."
    return f"{code}: version {done.version} seals now; {done.resealed} sealed again{rest}{dropped}.{left}"


async def _prepare_destroying(settings: Settings, code: str, email: str | None) -> tuple[str, list[str], Actor]:
    """The client's name, what speaks against it, and who decides; refuses early what would be refused later."""
    async with open_house(settings):
        by = replace(WORKER, name=getpass.getuser())
        if email:
            async with acting_as(Actor(Kind.ADMINISTRATOR, name="shell")):
                person = await DB.fetch_one(
                    "SELECT id, name FROM person WHERE email = lower($1) AND disabled_at IS NULL"
                    " AND kind IN ('compliance', 'administrator')",
                    email,
                )
            if person is None:
                raise Invalid("No compliance officer or administrator has this e-mail.")
            by = replace(by, person_id=UUID(bytes=person["id"].bytes), name=person["name"])
        async with acting_as(WORKER):
            client = await DB.fetch_one(_CLIENT, code)
            if client is None:
                raise Invalid("There is no client with this code.")
            await ensure_not_held(client["id"])
            await ensure_may_destroy(client["id"])
        warnings = [] if client["closed_at"] else ["this client is open: its people sign in and send documents."]
        warnings += [] if client["was_exported"] else ["it was never given an export of what is its own."]
        return client["name"], warnings, by


async def _destroy(settings: Settings, code: str, by: Actor) -> Destroyed:
    async with open_house(settings):
        async with acting_as(WORKER):
            client_id = UUID(bytes=(await DB.value(_CLIENT, code)).bytes)
        signer = InstallationKey(settings.keyring_folder)
        return await destroy_key(by, client_id=client_id, signer=signer, account=getpass.getuser())


async def _find_certificate(settings: Settings, certificate_id: UUID) -> Certificate:
    async with open_house(settings):
        async with acting_as(WORKER):
            found = await get_certificate(certificate_id)
            await record(
                WORKER, Action.CERTIFICATE_READ, object_type="client", object_id=found.client_id,
                client_id=found.client_id, details={"certificate": str(certificate_id)},
            )  # fmt: skip
        return found


_CLIENT = (
    "SELECT id, name, closed_at, EXISTS (SELECT FROM client_export x WHERE x.client_id = client.id) AS was_exported"
    " FROM client WHERE code = $1"
)

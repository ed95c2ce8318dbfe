"""`chartway clients`: hand a leaving client everything, close it, destroy its documents."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from assignments.retention.exporting import Export
from assignments.retention.leaving import Purged, close_client, purge_client
from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.house import open_house, ready_settings
from portal.database import DB, acting_as
from portal.errors import NotFound, PortalError
from storage.envelope import SealBroken, StreamOpener, StreamSealer, context

_SHELL = Actor(Kind.ADMINISTRATOR, name="shell")
_CONTEXT = context("client export")
_PIECE = 1 << 20


@click.group()
def command() -> None:
    """Hand a leaving client everything, close it, destroy its documents."""


@command.command()
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--open", "is_open", is_flag=True, help="Write an ordinary ZIP that anybody can read who finds it.")
def export(code: str, file: Path, is_open: bool) -> None:
    """Write everything of the client CODE to FILE: documents, charts, codings, access log, manifest with hashes.

    The ZIP is sealed under a fresh key, which is printed once and kept nowhere: send file and key by two ways. The
    recipient opens it with `chartway clients unseal`.
    """
    if is_open:
        click.echo("Warning: FILE will hold patients' documents that anybody can read. Keep it on an encrypted disk.")
    key = None if is_open else secrets.token_bytes(32)
    made = _run(lambda: _export(code, file, key))
    click.echo(f"{made.documents} documents ({made.byte_count:,} bytes) of {made.charts} charts.")
    click.echo(f"{made.events} events of the access log.")
    click.echo(f"SHA-256 of its manifest.json: {made.manifest_sha256}")
    if key:
        click.echo(f"Key, shown this once: {key.hex()}")


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def unseal(file: Path, out: Path) -> None:
    """Open a sealed export: asks for its key and writes the ZIP to OUT, whole or not at all."""
    text = click.prompt("Key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    try:
        opener = StreamOpener(bytes.fromhex(text.strip()), _CONTEXT)
        with _new_file(out) as target, file.open("rb") as source:
            while piece := source.read(_PIECE):
                target.write(opener.update(piece))
            target.write(opener.finalize())
    except (SealBroken, ValueError):
        raise click.ClickException("This key does not open this file, or the file is not whole.") from None
    click.echo(f"Written to {out}, which anybody can read now.")


@command.command()
@click.argument("code")
def close(code: str) -> None:
    """Close the client CODE: its people sign in no more."""
    _run(lambda: _close(code))
    click.echo(f"{code.upper()} is closed.")


@command.command()
@click.argument("code")
@click.option("--yes", "is_sure", is_flag=True, help="Go on without asking.")
def purge(code: str, is_sure: bool) -> None:
    """Destroy every document of the closed client CODE, after it was given an export. Refused under a legal hold.

    Names and numbers of patients stay sealed in the database and its backups until the client's key is destroyed.
    """
    if not is_sure:
        name = _run(lambda: _get_name(code))
        click.confirm(f"Every document of {name} ({code.upper()}) will be destroyed. Go on?", abort=True)
    done = _run(lambda: _purge(code))
    click.echo(f"{done.documents} documents destroyed, {done.objects} objects, {done.sealed_bytes:,} bytes.")
    click.echo(f"The client holds the export whose manifest has the SHA-256 {done.manifest_sha256}.")


async def _export(code: str, file: Path, key: bytes | None) -> Export:
    made = Export(await _find_client(code), utc_now(), is_open=key is None)
    with _new_file(file) as target:
        async for piece in _sealed(made.pieces(), key) if key else made.pieces():
            target.write(piece)
    return made


async def _sealed(pieces: AsyncIterator[bytes], key: bytes) -> AsyncIterator[bytes]:
    sealer = StreamSealer(key, _CONTEXT)
    async for piece in pieces:
        yield sealer.update(piece)
    yield sealer.finalize()


async def _close(code: str) -> None:
    await close_client(_SHELL, client_id=await _find_client(code), now=utc_now())


async def _purge(code: str) -> Purged:
    return await purge_client(client_id=await _find_client(code), now=utc_now())


async def _get_name(code: str) -> str:
    client_id = await _find_client(code)
    async with acting_as(_SHELL):
        return str(await DB.value("SELECT name FROM client WHERE id = $1", client_id))


async def _find_client(code: str) -> UUID:
    async with acting_as(_SHELL):
        found: UUID | None = await DB.value("SELECT id FROM client WHERE code = upper($1)", code)
    if found is None:
        raise NotFound(f"No client has the code {code}.")
    return found


class _new_file:  # noqa: N801 - reads as a statement
    """A file that only its owner can read, there when it is whole: what breaks off leaves nothing."""

    def __init__(self, path: Path) -> None:
        self.path, self.part = path, path.with_name(f".{path.name}.part")

    def __enter__(self) -> Any:
        if self.path.exists():
            raise click.ClickException(f"{self.path} is there already. Choose another name.")
        self.file = os.fdopen(os.open(self.part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        return self.file

    def __exit__(self, kind: object, *_: object) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        if kind is None:
            self.part.rename(self.path)
        else:
            with suppress(FileNotFoundError):
                self.part.unlink()


def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    settings = ready_settings()

    async def run() -> Any:
        async with open_house(settings):
            return await work()

    try:
        return asyncio.run(run())
    except PortalError as error:
        raise click.ClickException(error.message) from error

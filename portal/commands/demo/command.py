"""`chartway demo`: everything a newcomer needs to see, with nothing to set up."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
import httpx

from portal.commands.demo.company import CARDIOLOGY, COMPANY_NAME
from portal.commands.demo.people import PEOPLE, DemoPerson
from portal.commands.demo.visiting import PASSWORD
from portal.commands.house import check_sandbox, embedded_server, ready_settings
from portal.settings import Settings, get_settings


@click.command()
@click.option("--forget", is_flag=True, help="Stop the demo's database and delete everything it kept.")
@click.option("--once", is_flag=True, help="Load and walk, but do not serve.")
def command(*, forget: bool, once: bool) -> None:
    """Load the demo company, walk one chart's whole life, serve the portal.

    Starts an embedded PostgreSQL in ./.demo (or in CHARTWAY_DATA), opens the clients of an imaginary coding company,
    lets its September happen, tells one chart's life step by step, and serves the portal until Ctrl-C. A second run
    keeps what is there.
    """
    for name, value in {
        "CHARTWAY_DATA": ".demo",
        "CHARTWAY_SCAN": "off",  # said out loud: the demo has no clamd, and its pages show that nothing is scanned
        "CHARTWAY_COMPANY": COMPANY_NAME,
        "CHARTWAY_COMPANY_ADDRESS": "12 Inkwell Lane; Quillstone, Vermont 05999",
        "CHARTWAY_REMIT_TO": "Lockbox 1184; Quillstone, Vermont 05998",
    }.items():
        os.environ.setdefault(name, value)
    get_settings.cache_clear()
    if forget:
        _forget(get_settings())
        return
    if not once:
        _check_port(get_settings())
    started = time.monotonic()

    def say(sentence: str) -> None:
        click.echo(f"{time.monotonic() - started:6.1f} s  {sentence}")

    if warning := check_sandbox(get_settings()):
        say(warning)
        os.environ["CHARTWAY_SANDBOX"] = "as-there-is"  # for the demo's own worker, whose database is not embedded
    say("PostgreSQL: starting, migrating")
    was_embedded = get_settings().embedded
    settings = ready_settings()
    try:
        asyncio.run(_load(settings, say))
        if not once:
            _serve(settings)
    finally:
        if was_embedded:
            embedded_server(settings).stop()


async def _load(settings: Settings, say: Callable[[str], None]) -> None:
    from portal.app import create_app
    from portal.commands.demo.seeding import is_loaded, leave_work_waiting, load_company
    from portal.commands.demo.walk import walk
    from portal.database import DB
    from storage.opening_vault import open_vault

    open_vault(settings)
    await DB.open(settings.database_url, size=settings.pool_size)
    try:
        if await is_loaded():
            say("The demo company is loaded already; what you did is still there")
            return
        transport = httpx.ASGITransport(app=create_app(settings))  # type: ignore[arg-type]  # two spellings of ASGI
        company = await load_company(transport, settings.origin, settings.database_url, say)
        say("One chart's whole life, through the web pages:")
        await walk(transport, settings.origin, settings.database_url, company.clients[CARDIOLOGY.code], say)
        await leave_work_waiting(company, transport, settings.origin, settings.database_url, say)
    finally:
        await DB.close()


def _check_port(settings: Settings) -> None:
    """Say it now, not after minutes of loading."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Choose another one: "
                f"CHARTWAY_PORT={settings.port + 1} make demo"
            ) from error


def _serve(settings: Settings) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, it stops what it started, as Ctrl-C does
    worker = subprocess.Popen([sys.executable, "-m", "portal.commands.main", "worker"])
    web = subprocess.Popen([sys.executable, "-m", "portal.commands.main", "serve"])
    try:
        if _answers(settings, web):
            _introduce(settings)
        web.wait()
    except KeyboardInterrupt:
        click.echo("\nStopping. What you did is kept; `make demo` goes on from here.")
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(settings: Settings, web: subprocess.Popen[bytes]) -> bool:
    """Wait for the portal's first answer, so that the address is told when it can be opened; false if it ended."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    while web.poll() is None:
        with suppress(httpx.TransportError):
            httpx.get(f"http://{host}:{settings.port}/sign-in", timeout=10)
            return True
        time.sleep(0.3)
    return False


def _introduce(settings: Settings) -> None:
    click.echo(f"\n  Open {settings.origin} and sign in as one of these; the password is\n")
    click.echo(f"      {PASSWORD}\n")
    for person, place in _one_of_each_kind():
        click.echo(f"      {person.email:44} {place}")
    click.echo("\n  Ctrl-C stops it.\n")


def _one_of_each_kind() -> list[tuple[DemoPerson, str]]:
    places = {
        "client": "client staff: charts, upload, invoices",
        "coder": "coder: the desk",
        "auditor": "auditor: the worksheet",
        "manager": "manager: floor, quality, clients, invoices",
        "compliance": "compliance officer: the access log",
        "administrator": "administrator: people",
    }
    return [(next(person for person in PEOPLE if person.kind == kind), place) for kind, place in places.items()]


def _forget(settings: Settings) -> None:
    server = embedded_server(settings)
    server.stop()
    for folder in {server.folder, server.socket, settings.data}:
        shutil.rmtree(Path(folder), ignore_errors=True)
    click.echo("The demo company is forgotten.")

"""`chartway serve`: the web processes."""

import click

from portal.commands.house import embedded_server, ready_settings
from portal.settings import get_settings
from storage.opening_vault import open_vault


@click.command()
def command() -> None:
    """Serve the portal to browsers.

    Listens on CHARTWAY_HOST and CHARTWAY_PORT with CHARTWAY_WEB_PROCESSES processes. Put a proxy that speaks https in
    front of it and set CHARTWAY_ORIGIN to the address that people type. Run `chartway worker` beside it.
    """
    from granian.constants import Interfaces, Loops
    from granian.server import Server

    was_embedded = get_settings().embedded
    settings = ready_settings()
    open_vault(settings)  # what is wrong with it is said here, once, and not by each web process
    click.echo(f"Serving {settings.origin} on {settings.host}:{settings.port}.")
    try:
        Server(
            "portal.app:create_app", factory=True, interface=Interfaces.ASGI, address=settings.host, port=settings.port,
            workers=settings.web_processes, loop=Loops.auto, websockets=False, log_access=False,
            # A worker told to stop while it still imports would wait for ever.
            workers_kill_timeout=10, respawn_failed_workers=True,
        ).serve()  # fmt: skip
    finally:
        if was_embedded:
            embedded_server(settings).stop()

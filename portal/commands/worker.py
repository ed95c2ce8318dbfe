"""`chartway worker`: the one background process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import click
import structlog

from portal.commands.house import check_sandbox, ready_settings
from portal.commands.working import EVERY, JOBS
from portal.database import DB
from portal.jobs import run_jobs
from portal.settings import Settings, get_settings
from portal.web.logs import set_up_logs
from storage.opening_vault import open_vault

log = structlog.get_logger()


@click.command()
def command() -> None:
    """Do the work that nobody waits for.

    Checks uploaded files, makes page images, returns charts whose lease has run out, hands chart events to quality and
    invoicing, sweeps unfinished uploads, goes on with rotations, deletes what is on its way out, checks a sample of the
    stored documents every night. Several workers may run side by side.
    """
    warning = check_sandbox(get_settings())
    if warning:
        click.echo(warning, err=True)
    asyncio.run(_work(ready_settings()))


async def _work(settings: Settings) -> None:
    set_up_logs(settings.log_level)
    open_vault(settings)
    await DB.open(settings.database_url, size=settings.pool_size)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    periodic = [asyncio.create_task(_repeat(seconds, work, stop)) for seconds, work in EVERY]
    try:
        await run_jobs(settings.database_url, JOBS, stop=stop)
    finally:
        stop.set()
        await asyncio.gather(*periodic)
        await DB.close()


async def _repeat(seconds: float, work: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Do `work` every so many seconds until `stop`; a failure is logged and the next time comes all the same."""
    while not stop.is_set():
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it was, the others' work must go on
            log.error("periodic work failed", work=getattr(work, "__name__", "work"), kind=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue

"""`chartway codes import ptp|mue|mce`, `codes edits` and `codes drop-edits`: CMS's tables behind the edits."""

import asyncio
import zipfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from assignments.edits.files import UnusableFile
from assignments.edits.loading import Kind, Loaded, Release, Source, drop_release, find_loaded, load_release
from portal.actor import WORKER
from portal.commands.house import open_house, ready_settings
from portal.database import acting_as
from portal.errors import PortalError

_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)  # fmt: skip
_FROM = click.option(
    "--effective-from", "starts_on", required=True, type=click.DateTime(["%Y-%m-%d"]),
    help="First day that the table answers for.",
)  # fmt: skip


def _setting(*choices: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option("--setting", required=True, type=click.Choice(choices), help="Whose table it is.")


@click.command()
@_FROM
@_setting("practitioner", "outpatient")
@_FILES
def ptp(starts_on: datetime, setting: str, files: Sequence[Path]) -> None:
    """Load NCCI procedure-to-procedure pairs of a quarter: CMS's text files or ZIPs, all parts at once.

    Nothing is loaded unless everything can be. The same files again change nothing.
    """
    _load("ptp", setting, starts_on.date(), files)


@click.command()
@_FROM
@_setting("practitioner", "outpatient", "dme")
@_FILES
def mue(starts_on: datetime, setting: str, files: Sequence[Path]) -> None:
    """Load medically unlikely edits of a quarter: CMS's CSV or text file, as such or in its ZIP."""
    _load("mue", setting, starts_on.date(), files)


@click.command()
@_FROM
@click.option("--list", "only", default="", help="Name the list, if the file has codes only: maternity, adult …")
@_FILES
def mce(starts_on: datetime, only: str, files: Sequence[Path]) -> None:
    """Load the code lists of the Medicare Code Editor: the text of its definitions, headings and codes."""
    _load("mce", "inpatient", starts_on.date(), files, only)


@click.command()
def edits() -> None:
    """Show which of CMS's tables are loaded."""
    rows = _run(_find())
    for one in rows:
        click.echo(f"{one.label:18} {one.setting:13} {one.starts_on} to {one.ends_on} {one.row_count:>10,} rows")
    if not rows:
        click.echo("None is loaded: pairs and unit limits are not checked.")


@click.command("drop-edits")
@click.argument("kind", type=click.Choice(["ptp", "mue", "mce"]))
@_FROM
@click.option("--setting", default="inpatient", type=click.Choice(["practitioner", "outpatient", "dme", "inpatient"]))
def drop_edits(kind: Kind, starts_on: datetime, setting: str) -> None:
    """Take a table out again. Codings that were checked with it keep what was said of them."""
    rows = _run(drop_release(WORKER, kind=kind, setting=setting, starts_on=starts_on.date()))
    click.echo(f"{rows:,} rows dropped.")


async def _find() -> list[Release]:
    async with acting_as(WORKER):
        return await find_loaded()


def _load(kind: Kind, setting: str, starts_on: date, files: Sequence[Path], only: str = "") -> None:
    try:
        sources = [source for path in files for source in _sources(path)]
        done: Loaded = _run(
            load_release(WORKER, kind=kind, setting=setting, starts_on=starts_on, sources=sources, only=only)
        )
    except (UnusableFile, zipfile.BadZipFile) as error:
        raise click.ClickException(f"Nothing was loaded: {error}.") from error
    if done.was_there:
        click.echo(f"{done.label}: these files are loaded already, {done.rows:,} rows.")
    else:
        click.echo(
            f"{done.label}: {done.rows:,} rows, {done.added:,} new or changed, {done.removed:,} gone or changed."
        )


def _sources(path: Path) -> Iterator[Source]:
    """The text files in a ZIP, or the file itself."""
    if path.suffix.lower() != ".zip":
        yield Source(path.name, path.read_bytes())
        return
    with zipfile.ZipFile(path) as archive:
        names = [name for name in sorted(archive.namelist()) if name.lower().endswith((".txt", ".csv"))]
        if not names:
            raise UnusableFile(f"{path.name} holds no text file")
        for name in names:
            yield Source(name, archive.read(name))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    async def inside() -> Any:
        async with open_house(ready):
            return await work

    ready = ready_settings()
    try:
        return asyncio.run(inside())
    except PortalError as refusal:
        raise click.ClickException(refusal.message) from refusal

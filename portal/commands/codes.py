"""`chartway codes`: releases of code sets are imported from their publishers' files, listed, dropped."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from assignments.codesets.cpt_files import read_cpt
from assignments.codesets.hcpcs_files import MEMBER, read_hcpcs
from assignments.codesets.icd10cm_files import INDEXES, ORDER, TABULAR, read_icd10cm
from assignments.codesets.licensing import find_licence, record_licence
from assignments.codesets.refreshing import refresh_code_sets
from assignments.codesets.release_queries import (
    SYSTEMS,
    LoadedRelease,
    find_in_force,
    find_missing,
    find_releases,
    get_release_called,
)
from assignments.codesets.releasing import Imported, drop_release, import_release
from assignments.codesets.sources import CodeSystem, Content, Source, read_source, read_sources
from assignments.releases.look_ahead import DAYS, AffectedChart, LookAhead, find_invalidated, look_ahead
from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.codes_edits import drop_edits, edits, mce, mue, ptp
from portal.commands.house import open_house, ready_settings
from portal.database import acting_as
from portal.errors import PortalError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Import releases of code sets from their publishers' files, list and drop them, look ahead."""


@command.group("import")
def import_group() -> None:
    """Load a release, whole or not at all.

    The same files again change nothing. Refused when the number of codes is more than 2 % off the release before,
    unless --confirm says that this is right. `chartway codes drop` takes a release out again.
    """


def _release_options(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--confirm", is_flag=True, help="So many changes are right."),
        click.option("--label", required=True, help="What people call it, such as FY2027."),
        click.option("--effective-to", type=_DAY, help="Its last day; usual for the code set if not given."),
        click.option("--effective-from", type=_DAY, required=True, help="The first date of service it answers for."),
    ):
        function = option(function)
    return function


@import_group.command("icd10cm")
@click.option("--order", type=_FILE, required=True, help="CMS's order file, icd10cm_order_YYYY.txt.")
@click.option("--tabular", type=_FILE, required=True, help="NCHS's tabular list, XML.")
@click.option("--index", type=_FILE, multiple=True,
              help="NCHS's index of diseases or of external causes, table of neoplasms or of drugs, XML: more words for"
              " the search. May be said several times.")  # fmt: skip
@_release_options
def import_icd10cm(order: Path, tabular: Path, index: tuple[Path, ...], **release: Any) -> None:
    """Load ICD-10-CM: which codes exist from the order file, what they mean from the tabular list.

    In place of a file its publisher's ZIP may be given: what is wanted of it is found by its name.
    """
    _import(
        lambda: read_icd10cm(
            read_source(order, ORDER),
            read_source(tabular, TABULAR),
            [source for path in index for source in read_sources(path, INDEXES)],
        ),
        **release,
    )


@import_group.command("hcpcs")
@click.option("--file", "records", type=_FILE, required=True,
              help="CMS's contractors' file, 320 characters a record, or the ZIP with it.")  # fmt: skip
@_release_options
def import_hcpcs(records: Path, **release: Any) -> None:
    """Load HCPCS Level II with its modifiers. Dental codes are passed over: they are the ADA's."""
    _import(lambda: read_hcpcs(read_source(records, MEMBER)), **release)


@import_group.command("cpt")
@click.option("--long", type=_FILE, required=True, help="LONGULT.TXT: code, tab, long title.")
@click.option("--medium", type=_FILE, help="MEDU.TXT: code, space, title.")
@click.option("--short", type=_FILE, help="SHORTU.TXT: code, space, title.")
@click.option("--modifiers", type=_FILE, help="Modifiers: two characters, tab or space, title.")
@_release_options
def import_cpt(long: Path, medium: Path | None, short: Path | None, modifiers: Path | None, **release: Any) -> None:
    """Load your own CPT files, under the licence recorded with `chartway codes licence`.

    CPT belongs to the American Medical Association. Nothing of it comes with the product.
    """
    _import(lambda: read_cpt(read_source(long), _maybe(medium), _maybe(short), _maybe(modifiers)), **release)


@command.command()
@click.option("--licensee", help="Who holds the licence.")
@click.option("--number", help="Its number.")
@click.option("--users", type=click.IntRange(min=1), help="For how many users.")
@click.option("--until", type=_DAY, help="Its last day.")
def licence(licensee: str | None, number: str | None, users: int | None, until: datetime | None) -> None:
    """Record the licence under which CPT is loaded here, or show it."""
    if licensee and number and users and until:
        day = until.date()
        _run(lambda: record_licence(
            _shell(), licensee=licensee, number=number, users=users, valid_until=day, now=utc_now()
        ))  # fmt: skip
    elif licensee or number or users or until:
        raise click.UsageError("Say --licensee, --number, --users and --until together.")
    found = _run(lambda: _read(find_licence))
    click.echo(
        f"CPT licence {found.number} of {found.licensee}, {found.users} users, until {found.valid_until}."
        if found else "No CPT licence is recorded."
    )  # fmt: skip


@command.command("list")
def list_releases() -> None:
    """List what is loaded, what answers today and what is missing."""
    releases: list[LoadedRelease] = _run(lambda: _read(find_releases))
    today = utc_now().date()
    in_force = [find_in_force(releases, system, today) for system in SYSTEMS]
    for one in releases:
        if one.is_loaded:
            marks = ", in force today" if one in in_force else ""
            click.echo(f"{one.system:10} {one.label}: {one.effective_from} to {one.effective_to}, "
                       f"{one.code_count:,} codes{marks}")  # fmt: skip
    for sentence in find_missing(releases, today):
        click.echo(sentence)


@command.command()
@click.argument("label")
@click.option("--system", type=click.Choice(SYSTEMS), help="Which code set, where two have a release of this name.")
@click.confirmation_option(prompt="Dates of service that it answers for will not be checked any more. Go on?")
def drop(label: str, system: CodeSystem | None) -> None:
    """Take the release LABEL out again: everything is as it was before it was imported."""
    _run(lambda: drop_release(_shell(), label=label, system=system, now=utc_now()))
    click.echo(f"{label} is dropped.")


@command.command("look-ahead")
@click.argument("label")
@click.option("--days", type=click.IntRange(1, 3650), default=DAYS, show_default=True, help="Of use to look back on.")
def look_ahead_at(label: str, days: int) -> None:
    """Show what the imported release LABEL breaks: codes in use, kept codes, open charts, charts already coded."""

    async def find() -> tuple[LookAhead, list[AffectedChart]]:
        release = await get_release_called(label)
        return await look_ahead(release, now=utc_now(), days=days), await find_invalidated(release)

    found, invalid = _run(lambda: _read(find))
    one = found.release
    click.echo(
        f"{one.system} {one.label}, from {one.effective_from}: {one.added_count} added, {one.deleted_count} deleted,"
        f" {one.revised_count} revised since {one.compared_with or 'nothing'}."
    )
    click.echo(f"Used in the last {days} days: {len(found.used)} codes.")
    for code in found.used:
        click.echo(f"  {code.code} {code.change}, {code.chart_count} charts, last {code.last_used_on}: {code.before}"
                   + (f" → {code.after}" if code.after else ""))  # fmt: skip
    click.echo(f"Kept: {len(found.kept)}.")
    for kept, change in found.kept:
        click.echo(f"  {kept.code} {change.change}: {kept.where}")
    for title, charts in (("Open charts with a code that it ends", found.charts),
                          ("Coded before it was loaded, with a code that did not hold then", invalid)):  # fmt: skip
        click.echo(f"{title}: {len(charts)}.")
        for chart in charts:
            click.echo(f"  {chart.number} {chart.client}, {chart.service_on}, {chart.state}: {chart.code_count} codes")


def _import(
    read: Callable[[], Content], *, effective_from: datetime, effective_to: datetime | None, label: str, confirm: bool
) -> None:
    async def load() -> Imported:
        return await import_release(
            _shell(), content=read(), label=label, effective_from=effective_from.date(),
            effective_to=effective_to.date() if effective_to else None, confirmed=confirm, now=utc_now(),
        )  # fmt: skip

    made: Imported = _run(load)
    if made.unchanged:
        click.echo(f"{label} is loaded from these files already. Nothing changed.")
    since = (
        f" {made.added:,} added, {made.deleted:,} deleted, {made.revised:,} revised since {made.compared_with}."
        if made.compared_with else ""
    )  # fmt: skip
    click.echo(f"{label}: {made.code_count:,} codes from {effective_from:%Y-%m-%d}.{since}")


def _maybe(path: Path | None) -> Source | None:
    return read_source(path) if path else None


def _shell() -> Actor:
    return Actor(Kind.ADMINISTRATOR, name=f"{getpass.getuser()} (shell)")


async def _read(find: Callable[[], Awaitable[Any]]) -> Any:
    await refresh_code_sets()
    async with acting_as(Actor(Kind.MANAGER, name="shell")):
        return await find()


def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    settings = ready_settings()

    async def run() -> Any:
        async with open_house(settings):
            return await work()

    try:
        return asyncio.run(run())
    except PortalError as error:
        raise click.ClickException(error.message) from error


for member in (ptp, mue, mce):
    import_group.add_command(member)
for member in (edits, drop_edits):
    command.add_command(member)

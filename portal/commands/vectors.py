"""`chartway vectors`."""

from pathlib import Path

import click

from storage.vectors import WAYS, NoVectors, run_vectors


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Try published test vectors of the sealed format on the readers of this installation.

    FILE is a JSON file as Project Wycheproof publishes them for Cobblestone-256 (c2sp.org/chunked-encryption). Each
    vector is read as a stream, in sequence, by random access from the end, and for its length alone. Needs no server
    and no settings. Ends with 1 if anything is read otherwise than the file says.
    """
    try:
        outcome = run_vectors(file)
    except NoVectors as error:
        raise click.ClickException(f"{file.name} cannot be used: {error}.") from error
    for mismatch in outcome.mismatches:
        click.echo(f"vector {mismatch.vector} ({mismatch.comment}), {mismatch.way}: {mismatch.said}")
    for way in WAYS:
        wrong = len({mismatch.vector for mismatch in outcome.mismatches if mismatch.way == way})
        click.echo(f"{way:14}{outcome.vectors - wrong} of {outcome.vectors} as published")
    if outcome.mismatches:
        raise SystemExit(1)

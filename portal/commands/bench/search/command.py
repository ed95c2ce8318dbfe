"""`chartway bench search`: hit rates over a file of queries, and the time of each keystroke, for three engines."""

import asyncio
import json
import os
import signal
from pathlib import Path

import click


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keystrokes", default=500, show_default=True, type=click.IntRange(10), help="How many are timed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: own, fts and trgm.")
def command(file: Path | None, *, keystrokes: int, as_json: bool) -> None:
    """Measure our own search beside PostgreSQL's full text and trigram search of the same rows.

    FILE has a JSON object a line, with `query` and `code`; a hit is that code or one below it (a code with
    its 7th character: the code before it). Of a long file 3,000 queries are asked. Without FILE: the queries that ship,
    whose inclusion terms are looked for where they are not indexed. The database is a scratch one of
    its own. The machine should be quiet.
    """
    from portal.commands.bench.search.measuring import measure, read_queries, summary, tell

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is stopped and removed
    try:
        queries = read_queries((file or Path(__file__).with_name("queries.jsonl")).read_text("utf-8"))
    except UnicodeDecodeError:
        raise click.ClickException("The file is not UTF-8. Save it as UTF-8 and run the command again.") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    measured = asyncio.run(measure(queries, keystrokes, lambda line: click.echo(line, err=True)))
    if as_json:
        click.echo(json.dumps(summary(measured)))
    else:
        click.echo("\n".join(tell(measured, os.getloadavg()[0])))

"""`chartway bench pull`: the next chart, pulled by many coders at once from a long line."""

import asyncio
import json
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from portal.commands.bench.pull.cells import Load

MODES = ("clean", "clogged", "held")


@click.command()
@click.option("--backlog", default=100_000, show_default=True, type=click.IntRange(1000), help="Charts in line.")
@click.option("--coders", default=32, show_default=True, type=click.IntRange(1, 500), help="Who pull at once.")
@click.option(
    "--clogged", default=20_000, show_default=True, type=click.IntRange(1),
    help="In the cells for that: charts at the head of each specialty that none of them may take.",
)  # fmt: skip
@click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="Only these; else all three.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=4, show_default=True, type=click.IntRange(1), help="Of each cell in each round.")
@click.option("--no-sync", is_flag=True, help="With synchronous_commit off: shows the work, not the disk.")
@click.option("--json", "as_json", is_flag=True, help="Everything that was measured, as JSON.")
def command(
    backlog: int, coders: int, clogged: int, modes: tuple[str, ...], rounds: int, seconds: int, no_sync: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure pulling against the same server's bare update by primary key, in the same rounds.

    On a durable scratch server of its own, which is removed. The machine should be quiet; 100,000 charts take about
    six minutes.
    """
    from portal.commands.bench.pull.cells import Load
    from portal.commands.bench.pull.telling import tell

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is stopped and removed
    load = Load(coders, seconds, "off" if no_sync else "on")
    measured = asyncio.run(measure(backlog, clogged, modes or MODES, load, rounds))
    click.echo(json.dumps(measured, indent=2) if as_json else "\n".join(tell(measured)))


async def measure(backlog: int, clogged: int, modes: Sequence[str], load: "Load", rounds: int) -> dict[str, Any]:
    """Fill the databases of these modes and measure them."""
    from portal.commands.bench.pull.modes import before_rounds, ceiling_of, cells_of, prepare_databases
    from portal.commands.bench.pull.rounds import measure_rounds
    from portal.commands.bench.pull.server import scratch_server
    from portal.commands.bench.pull.together import measure_together

    with scratch_server(load.clients + 30) as server:
        _say(f"filling a line of {backlog} charts")
        await prepare_databases(server, backlog, clogged, modes)
        async with before_rounds(server, modes) as before:
            measured = await measure_rounds(
                server, ceiling_of(modes, backlog), cells_of(modes, backlog), load, rounds, _say, before
            )
        _say("64 coders waiting in one process")
        measured["together"] = await measure_together(server, modes[0], waiting=64, seconds=load.seconds, rounds=rounds)
    for cell in measured["cells"]:
        mode, _, events = cell.pop("name").partition(" ")
        cell.update(mode=mode, event=events == "with events", backlog=backlog, coders=load.clients)
    return measured


def _say(line: str) -> None:
    click.echo(line, err=True)

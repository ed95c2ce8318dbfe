"""Pulling beside Procrastinate and Graphile Worker: one server, the same rounds, the same ceiling.

    python -m tests.peers.measure --backlog 1000000 --coders 8 --no-sync

Installs both from their packages into a temporary folder (needs pip, npm and the network), takes from them their
tables and the statement with which they fetch one job, and measures that with the same pgbench.
"""

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import click

from portal.commands.bench.pull.cells import Cell, Load
from portal.commands.bench.pull.modes import before_rounds, ceiling_of, cells_of, prepare_databases
from portal.commands.bench.pull.rounds import measure_rounds
from portal.commands.bench.pull.server import APP, Server, scratch_server
from portal.commands.bench.pull.telling import tell

PROCRASTINATE, GRAPHILE_WORKER = "procrastinate==3.10.0", "graphile-worker@0.17.3"
#: Each call asks for two of 25 queues; the larger the queue, the more often it is asked for, as with our coders.
_QUEUES = "\\set first random_zipfian(1, 25, 1.05)\n\\set second random_zipfian(1, 25, 1.05)\n"
_ZIPF = "width_bucket(random(), (SELECT array_agg(below ORDER BY s) FROM (SELECT s, (sum(1.0/s) OVER (ORDER BY s) - 1.0/s) / sum(1.0/s) OVER () AS below FROM generate_series(1, 25) s) x))"  # noqa: E501


@dataclass(frozen=True)
class Peer:
    """What an installed package says of itself, and how its line is filled and kept full."""

    name: str
    fetch: str
    fill: str
    held: str
    put_back: str

    def cell(self, backlog: int) -> Cell:
        """The peer's cell in the table."""

        async def put_back(connection: asyncpg.Connection) -> int:
            await connection.execute("SET session_replication_role = replica")
            count: int = await connection.fetchval(self.put_back)
            return count

        return Cell(self.name, self.name, _QUEUES + self.fetch + ";\n", self.held, put_back, backlog=backlog)


@click.command()
@click.option("--backlog", default=1_000_000, show_default=True)
@click.option("--coders", default=8, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=4, show_default=True)
@click.option("--no-sync", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def main(backlog: int, coders: int, rounds: int, seconds: int, no_sync: bool, as_json: bool) -> None:
    """Measure ours and theirs."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is stopped and removed
    measured = asyncio.run(measure(backlog, Load(coders, seconds, "off" if no_sync else "on"), rounds))
    click.echo(json.dumps(measured, indent=2) if as_json else "\n".join(tell(measured)))


async def measure(backlog: int, load: Load, rounds: int) -> dict[str, Any]:
    """One run of everything."""
    with tempfile.TemporaryDirectory(prefix="chartway-peers-") as folder, scratch_server(load.clients + 30) as server:
        _say("filling our line")
        await prepare_databases(server, backlog, 0, ("clean",))
        cells = cells_of(("clean",), backlog)
        for peer in (await _procrastinate(server, Path(folder)), await _graphile_worker(server, Path(folder))):
            _say(f"filling {peer.name}")
            connection = await server.open(peer.name)
            await connection.execute(peer.fill.format(backlog=backlog, zipf=_ZIPF))
            await connection.execute("VACUUM ANALYZE")
            await connection.close()
            cells.append(peer.cell(backlog))
        async with before_rounds(server, ("clean", *(cell.database for cell in cells[2:]))) as before:
            return await measure_rounds(server, ceiling_of(("clean",), backlog), cells, load, rounds, _say, before)


async def _procrastinate(server: Server, folder: Path) -> Peer:
    _run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    _run(python, "-m", "pip", "install", "-q", PROCRASTINATE)
    await server.run("CREATE DATABASE procrastinate")
    schema = _run(python, "-c", "from procrastinate.schema import SchemaManager; print(SchemaManager.get_schema())")
    await server.run(schema, "procrastinate")
    fetch = _run(python, "-c", "from procrastinate.sql import queries; print(queries['fetch_job'])")
    return Peer(
        "procrastinate",
        fetch.strip().rstrip(";").replace("%(queues)s", "ARRAY['queue-' || :first, 'queue-' || :second]")
        .replace("%(worker_id)s", "NULL"),
        "SET session_replication_role = replica; INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
        " SELECT 'queue-' || {zipf}, 'code', '{{}}' FROM generate_series(1, {backlog});"
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {APP}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {APP}",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'",
        "WITH done AS (DELETE FROM procrastinate_jobs WHERE status = 'doing' RETURNING queue_name), fresh AS"
        " (INSERT INTO procrastinate_jobs (queue_name, task_name, args) SELECT queue_name, 'code', '{}' FROM done)"
        " SELECT count(*) FROM done",
    )  # fmt: skip


async def _graphile_worker(server: Server, folder: Path) -> Peer:
    _run("npm", "install", "--silent", "--prefix", folder / "node", GRAPHILE_WORKER)
    await server.run("CREATE DATABASE graphile")
    _run(folder / "node" / "node_modules" / ".bin" / "graphile-worker", "--schema-only", "-c", server.url("graphile"))
    fetch = _run("node", Path(__file__).parent / "fetch_of_graphile.mjs", folder / "node")
    return Peer(
        "graphile",
        fetch.strip().replace("$1::text", "'worker'").replace("$2::int[]", "ARRAY[:first::int, :second::int]"),
        "INSERT INTO graphile_worker._private_tasks (identifier) SELECT 'task-' || s FROM generate_series(1, 25) s;"
        "INSERT INTO graphile_worker._private_jobs (task_id, payload) SELECT {zipf}, '{{}}'"
        " FROM generate_series(1, {backlog}); GRANT USAGE ON SCHEMA graphile_worker TO chartway_app;"
        "GRANT ALL ON ALL TABLES IN SCHEMA graphile_worker TO chartway_app;"
        "ALTER TABLE graphile_worker._private_jobs DISABLE ROW LEVEL SECURITY;"
        "ALTER TABLE graphile_worker._private_job_queues DISABLE ROW LEVEL SECURITY;"
        "ALTER TABLE graphile_worker._private_tasks DISABLE ROW LEVEL SECURITY",
        "SELECT count(*) FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL",
        "WITH done AS (DELETE FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL RETURNING task_id), fresh"
        " AS (INSERT INTO graphile_worker._private_jobs (task_id, payload) SELECT task_id, '{}' FROM done)"
        " SELECT count(*) FROM done",
    )  # fmt: skip


def _run(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()

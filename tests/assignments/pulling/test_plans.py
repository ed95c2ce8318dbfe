"""How PostgreSQL goes about a pull, in the application's own role with every policy on: by index, in bounded steps."""

import json
import statistics
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from portal.commands.bench.pull.filling import clog, fill
from portal.ids import new_id
from tests.conftest import Databases

BACKLOG, CLIENTS, CODERS = 4000, 40, 8

_WATCH = """
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
SET auto_explain.log_buffers = on;
SET auto_explain.log_timing = off;
SET auto_explain.log_format = json;
SET client_min_messages = log;
SET SESSION AUTHORIZATION chartway_app;
"""
_ORIGIN = {"action": "assignment:pulled", "now": "2026-11-22T08:00:00Z", "aal": 2, "release": "test"}


class Watched:
    """A connection of the application whose every plan is kept."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.plans: list[dict[str, Any]] = []
        connection.add_log_listener(self._keep)

    def _keep(self, _: object, message: asyncpg.PostgresLogMessage) -> None:
        _, found, plan = (message.message or "").partition("plan:\n")
        if found:
            told = json.loads(plan)
            if "typeinfo" not in told["Query Text"]:  # the driver's own, once for each connection
                self.plans.append(told["Plan"])

    async def pull(self, coder: int) -> str:
        """One pull for the coder of this number, as the product asks for it; its outcome."""
        self.plans.clear()
        origin = json.dumps({**_ORIGIN, "access_event": str(new_id()), "chart_event": str(new_id())})
        outcome: str = await self.connection.fetchval(
            "SELECT (answer).outcome FROM pull_many('coding', $1, $2, interval '30 minutes', $3::jsonb[])",
            [_person(coder)], [new_id()], [origin],
        )  # fmt: skip
        return outcome

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Every step of every plan of the last pull."""
        waiting = list(self.plans)
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.get("Plans", ())

    def pages(self) -> int:
        """Pages that the last pull touched, writing and its events included."""
        return max(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self.plans)


@pytest.fixture
async def line(databases: Databases) -> Any:
    """A connection of a superuser to a database with a few thousand charts in line."""
    connection = await asyncpg.connect(databases.superuser, statement_cache_size=0)
    await fill(connection, BACKLOG, clients=CLIENTS, coders=CODERS)
    yield connection
    await connection.close()


@pytest.fixture
async def watched(databases: Databases, line: asyncpg.Connection) -> Any:
    """The application's connection."""
    connection = await asyncpg.connect(databases.superuser)
    await connection.execute(_WATCH)
    yield Watched(connection)
    await connection.close()


async def test_no_pull_reads_or_sorts_the_backlog(line: asyncpg.Connection, watched: Watched) -> None:
    """Nor with the plans that were made while the tables were empty, nor with those made anew after an ANALYZE."""
    for _ in range(2):
        for coder in range(1, CODERS + 1):
            assert await watched.pull(coder) == "pulled"
            _ensure_bounded(watched, rows=4 * 64)
        await line.execute("VACUUM ANALYZE")
    await watched.pull(1)  # which plans

    pages = []
    for coder in range(1, CODERS + 1):
        assert await watched.pull(coder) == "pulled"
        pages.append(watched.pages())
    assert statistics.median(pages) <= 400  # the chart's own indexes, its events and the access log included


async def test_a_clogged_head_costs_a_window_and_a_look_at_few_lanes(
    line: asyncpg.Connection, watched: Watched
) -> None:
    """And what comes is still the smallest rank that they may take, with hints that are behind, or not yet known."""
    await clog(line, 400, clients=CLIENTS)
    behind = "UPDATE lane SET rank_from = '-infinity' WHERE id % 3 = 0"
    for hints, rows in (("SELECT renew_hints()", 4 * 64), (behind, 16 * 64)):
        await line.execute(hints)
        for coder in range(1, CODERS + 1):
            smallest = await line.fetchval(
                "SELECT min(e.rank) FROM queue_entry e JOIN serves s ON e.lane_id = ANY (s.lanes)"
                " WHERE s.person_id = $1 AND s.stage = e.stage AND e.state = 'waiting'", _person(coder),
            )  # fmt: skip
            assert await watched.pull(coder) == "pulled"
            _ensure_bounded(watched, rows=rows)
            pulled = "SELECT rank FROM assignment WHERE person_id = $1 ORDER BY pulled_at DESC LIMIT 1"
            assert await line.fetchval(pulled, _person(coder)) == smallest


def _person(coder: int) -> UUID:
    return UUID(f"40000000-0000-7000-8000-{coder:012x}")


def _ensure_bounded(watched: Watched, *, rows: int) -> None:
    large = {"queue_entry", "chart", "assignment", "assignment_history", "access_event", "chart_event", "workload"}
    assert len(watched.plans) > 5
    for node in watched.nodes():
        if node.get("Relation Name") in large:
            assert node["Node Type"] != "Seq Scan", json.dumps(node)
        assert node.get("Actual Rows", 0) * node.get("Actual Loops", 1) <= rows, json.dumps(node)

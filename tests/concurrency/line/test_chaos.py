"""The line under fire: short in the suite; as long as you like by CHARTWAY_CHAOS_OPERATIONS and CHARTWAY_CHAOS_SECONDS.

CHARTWAY_CHAOS_OPERATIONS=1000000 pytest -s --timeout=0 tests/concurrency/line/test_chaos.py
"""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import uvloop

from tests.concurrency.line.chaos import Plan, Run, Verdict
from tests.concurrency.line.server import Killable
from tests.conftest import Databases

OPERATIONS = int(os.environ.get("CHARTWAY_CHAOS_OPERATIONS", "0"))
SECONDS = float(os.environ.get("CHARTWAY_CHAOS_SECONDS", "86400"))


async def test_a_storm_breaks_no_promise_and_everything_is_drained(databases: Databases) -> None:
    run = Run(Plan(operations=1500, seconds=6, pause=0.03), databases.superuser, databases.app)
    await run.prepare()
    before = await _deadlocks(databases.superuser)
    verdict = await run.go()
    assert verdict.broken == {}, verdict.words()
    assert await _deadlocks(databases.superuser) == before
    counts = verdict.history.counts
    # What did not happen was not tested.
    for name in ("answer pulled", "submit done", "release done", "keep done", "ok push", "ok grant", "killed backends"):
        assert counts[name], verdict.words()


if OPERATIONS:

    @pytest.mark.parametrize("part", ["storm", "durable"])
    def test_a_long_storm(part: str, tmp_path: Path) -> None:
        """Two parts: backends are killed at random; then the whole server, with every answer durable.

        Three quarters of the operations are in the first. On the loop that the product runs on.
        """
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_long_storm(part, tmp_path))


async def _long_storm(part: str, tmp_path: Path) -> None:
    server = Killable(tmp_path / "server")
    superuser, app = await server.make("chaos")
    durable = part == "durable"
    plan = Plan(
        operations=OPERATIONS // 4 if durable else OPERATIONS * 3 // 4, seconds=SECONDS,
        coders=16, auditors=8, managers=4, charts=2000, waiting=300, lease=timedelta(seconds=1),
        kill_backend_every=0.5, pause=0.1, house_every=0.5, use_cases=0.01, report_every=10.0, seed=7,
        settings=(("synchronous_commit", "on" if durable else "off"),),
    )  # fmt: skip
    run = Run(plan, superuser, app)
    try:
        await run.prepare()
        before = await server.deadlocks()
        verdict = await run.go(beside=(lambda stage: server.kill_and_start(stage, 20.0)) if durable else None)
        _say(part, verdict)
        assert verdict.broken == {}, verdict.words()
        assert durable or await server.deadlocks() == before  # a killed server forgets what it counted
        assert not durable or verdict.history.counts["killed servers"]
    finally:
        server.postgres.stop()


def _say(part: str, verdict: Verdict) -> None:
    print(f"\n{part}: {verdict.words()}", file=sys.stderr, flush=True)


async def _deadlocks(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        count: int = await connection.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return count
    finally:
        await connection.close()

"""Bugs put into the line on purpose are found: call by call against the model, or by the storm where they need a race.

A sample in the suite; all of them, and which check found which, with CHARTWAY_CHAOS_MUTANTS=1 and -s.
"""

import os
import sys
from dataclasses import replace

import asyncpg
import pytest

from tests.concurrency.line.chaos import Plan, Run
from tests.concurrency.line.model import Bench, run_machine
from tests.concurrency.line.mutants import MUTANTS, Mutant, sabotage_of
from tests.concurrency.line.test_model import bench
from tests.conftest import Databases

__all__ = ["bench"]

ALL = "CHARTWAY_CHAOS_MUTANTS" in os.environ
ALONE = [mutant for mutant in MUTANTS if not mutant.racing]
RACING = [mutant for mutant in MUTANTS if mutant.racing]


def _found(bench: Bench, mutant: Mutant) -> str | None:
    """What the model finds in a line with this bug; None if it finds nothing."""
    sabotage = bench.run(sabotage_of(bench.connection, mutant))
    try:
        run_machine(replace(bench, sabotage=sabotage), examples=150 if ALL else 25, steps=30, shrink=False)
    except (AssertionError, asyncpg.PostgresError, KeyError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"
    except BaseExceptionGroup as errors:
        return str(errors.exceptions[0])[:100]
    return None


def test_the_model_finds_every_bug_that_one_connection_can_show(bench: Bench) -> None:
    missed = []
    for mutant in ALONE if ALL else ALONE[1:3]:
        found = _found(bench, mutant)
        if ALL:
            print(f"{mutant.name}: {found}", file=sys.stderr, flush=True)
        if found is None:
            missed.append(mutant.name)
    assert not missed


if ALL:

    @pytest.mark.parametrize("mutant", RACING, ids=lambda mutant: mutant.name)
    async def test_the_storm_finds_what_only_a_race_shows(mutant: Mutant, databases: Databases) -> None:
        connection = await asyncpg.connect(databases.superuser)
        try:
            for statement in await sabotage_of(connection, mutant):
                await connection.execute(statement)
        finally:
            await connection.close()
        run = Run(
            Plan(operations=1500, seconds=8, pause=0.01, kill_backend_every=5), databases.superuser, databases.app
        )
        await run.prepare()
        try:
            found = sorted((await run.go()).broken)
        except* asyncpg.UniqueViolationError as errors:  # what the bug did twice, the tables refused
            error: BaseException = errors
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            found = [str(error)]
        print(f"{mutant.name}: {found}", file=sys.stderr, flush=True)
        assert found

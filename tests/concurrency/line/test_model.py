"""The line does, call by call, what a model of it in plain Python says."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from tests.concurrency.line.floor import make_floor
from tests.concurrency.line.model import Bench, run_machine, set_the_bench
from tests.conftest import Databases


@pytest.fixture
def bench(databases: Databases) -> Iterator[Bench]:
    """A floor on a fresh database, and a loop of its own for machines that are not asynchronous."""
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(databases.superuser))
    try:
        yield loop.run_until_complete(set_the_bench(connection, make_floor, loop))
    finally:
        loop.run_until_complete(connection.close())
        loop.close()


def test_the_line_does_what_its_model_says(bench: Bench) -> None:
    run_machine(bench, examples=12, steps=30)

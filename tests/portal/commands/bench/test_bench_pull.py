"""The pull benchmark's line, and how it tells what holds. The measuring itself is `chartway bench pull`."""

import asyncpg

from portal.commands.bench.pull.filling import clog, fill, leave_dead, put_back
from portal.commands.bench.pull.rounds import summarise
from portal.commands.bench.pull.telling import bars
from tests.conftest import Databases

_BROKEN = """
SELECT count(*) FROM queue_entry e
  LEFT JOIN chart c ON c.client_id = e.client_id AND c.id = e.chart_id
  LEFT JOIN encounter v ON v.client_id = c.client_id AND v.id = c.encounter_id
  LEFT JOIN patient p ON p.client_id = c.client_id AND p.id = c.patient_id AND p.id = v.patient_id
  LEFT JOIN service_line l ON l.client_id = c.client_id AND l.id = c.service_line_id AND l.specialty = e.specialty
  LEFT JOIN batch b ON b.client_id = c.client_id AND b.id = c.batch_id
 WHERE p.id IS NULL OR l.id IS NULL OR b.id IS NULL
"""
_PULL = """
SELECT (pull_for(person_id, 'coding', gen_random_uuid(), interval '1 minute', NULL)).outcome FROM workload
"""


async def test_the_line_satisfies_what_the_tables_promise_and_is_the_same_after_each_run(databases: Databases) -> None:
    connection = await asyncpg.connect(databases.superuser, statement_cache_size=0)
    try:
        await fill(connection, 1000, clients=20, coders=4)
        await clog(connection, 3, clients=20)
        assert await connection.fetchval("SELECT count(*) FROM queue_entry") == 1000 + 3 * 25
        assert await connection.fetchval(_BROKEN) == 0

        assert [row["outcome"] for row in await connection.fetch(_PULL)] == ["pulled"] * 4
        assert await put_back(connection) == 4
        await leave_dead(connection, 1500)

        assert await connection.fetchval("SELECT count(*) FROM queue_entry WHERE state = 'waiting'") == 1000 + 3 * 25
        assert await connection.fetchval("SELECT count(*) FROM chart WHERE state <> 'ready'") == 0
        assert [row["outcome"] for row in await connection.fetch(_PULL)] == ["pulled"] * 4
    finally:
        await connection.close()


def test_the_middle_round_counts_and_what_is_wanted_is_held_against_it() -> None:
    def cell(mode: str, *, event: bool, cpu: float) -> dict[str, object]:
        rounds = [
            {"tps": 1000.0, "tps_ratio": 0.5, "cpu_per_pull_us": cpu * factor, "cpu_ratio": 100 / cpu / factor,
             "p50_ms": 1.0, "p99_ms": 9.0, "pulled": 5.0, "answered": 5.0}
            for factor in (1, 9, 0.5)
        ]  # fmt: skip
        return {"mode": mode, "event": event, **summarise(rounds)}

    cells = [cell("clean", event=False, cpu=400), cell("clogged", event=False, cpu=1300)]

    assert cells[0]["cpu_per_pull_us"] == 400
    assert cells[0]["cpu_ratio_range"] == [0.028, 0.5]
    assert [holds for _, holds in bars({"cells": cells})] == [True, False]

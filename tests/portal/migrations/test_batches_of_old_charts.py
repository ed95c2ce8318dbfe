"""Charts that were made before there were batches get theirs when the database is brought up to date."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from portal.commands.embedded import EmbeddedPostgres
from portal.ids import new_id
from portal.migrations.preparing import prepare
from portal.migrations.running import SQL

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)


@pytest.fixture
async def old(server: EmbeddedPostgres, worker_id: str) -> AsyncIterator[tuple[str, str]]:
    """A database as it was before: its name, and the URL of its owner."""
    name = f"old_{worker_id}"
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await prepare(server.url, server.password, name)
    owner = await asyncpg.connect(server.url(name, "chartway_owner"))
    for script in ("0001_ground", "0002_storage", "0003_assignments", "0004_quality", "0005_invoicing", "0008_keys"):
        await owner.execute((SQL / f"{script}.sql").read_text())
    await owner.close()
    yield name, server.url(name, "chartway_owner")
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


async def test_each_place_and_day_becomes_a_batch(old: tuple[str, str], server: EmbeddedPostgres) -> None:
    name, owner_url = old
    database = await asyncpg.connect(server.url(name))
    client, place = new_id(), new_id()
    await database.execute("INSERT INTO client VALUES ($1, 'NOR', 'North', 'America/New_York', 1000, $2)", client, NOW)
    await database.execute("INSERT INTO location VALUES ($1, $2, 'Main')", place, client)
    line = new_id()
    await database.execute("INSERT INTO service_line VALUES ($1, $2, 'X', 'x', 24, $3)", line, client, NOW)
    charts = [
        await _chart(database, client, line, where, day, is_stat=n == 0)
        for n, (where, day) in enumerate(((place, 1), (place, 1), (place, 2), (None, 1), (None, 1)))
    ]

    owner = await asyncpg.connect(owner_url)
    async with owner.transaction():
        await owner.execute((SQL / "0010_batches.sql").read_text())
    await owner.close()

    rows = await database.fetch("SELECT id, batch_id, counts_from, received_at, stat_requested_at FROM chart")
    batch = {row["id"]: row["batch_id"] for row in rows}
    assert batch[charts[0]] == batch[charts[1]]
    assert batch[charts[3]] == batch[charts[4]]
    assert len(set(batch.values())) == 3
    assert all(row["counts_from"] == row["received_at"] for row in rows)
    assert [row["id"] for row in rows if row["stat_requested_at"]] == charts[:1]
    assert {row["state"] for row in await database.fetch("SELECT state FROM batch")} == {"open"}
    forced = await database.fetch(
        "SELECT relname FROM pg_class WHERE relname IN ('chart', 'encounter') AND relforcerowsecurity"
    )
    assert len(forced) == 2
    await database.close()


async def _chart(
    database: asyncpg.Connection, client: UUID, line: UUID, place: UUID | None, day: int, *, is_stat: bool
) -> UUID:
    chart, encounter, patient = new_id(), new_id(), new_id()
    await database.execute("INSERT INTO patient VALUES ($1, $2, $3)", patient, client, NOW)
    await database.execute(
        "INSERT INTO encounter VALUES ($1, $2, $3, $4, 'x', $5, $6, 'Dr. A', NULL, $7)",
        encounter, client, place, patient, encounter.bytes, date(2026, 9, day), NOW,
    )  # fmt: skip
    await database.execute(
        "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
        " is_stat, service_on, received_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, 'x', 'ready', $9, $7, $8, $8)",
        chart, client, str(chart), encounter, line, patient, date(2026, 9, day), NOW, is_stat,
    )  # fmt: skip
    return chart

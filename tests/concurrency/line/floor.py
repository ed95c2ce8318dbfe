"""A floor for the harness: clients, people and charts, made in bulk by a superuser."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import asyncpg

from assignments import pulling
from portal.actor import Actor, Kind, Origin
from portal.ids import new_id

#: Business time of everything that is made here; ranks lie around it.
START = datetime(2026, 9, 14, 12, tzinfo=UTC)
SPECIALTIES = ("radiology", "emergency", "cardiology")


@dataclass(frozen=True)
class Worker:
    """Somebody who pulls. `does_all` may take everything, is never touched, and never gives work back for good."""

    actor: Actor
    stage: str
    cap: int
    country: str
    does_all: bool

    @property
    def id(self) -> UUID:
        """The person's id."""
        assert self.actor.person_id is not None
        return self.actor.person_id


@dataclass(frozen=True)
class Chart:
    """A chart, and its client."""

    id: UUID
    client: UUID


@dataclass(frozen=True)
class Floor:
    """Who and what is there."""

    clients: tuple[UUID, ...]
    workers: tuple[Worker, ...]
    managers: tuple[Actor, ...]
    administrator: Actor
    charts: tuple[Chart, ...]

    def of_stage(self, stage: str) -> list[Worker]:
        """The people who work on a stage."""
        return [one for one in self.workers if one.stage == stage]


async def add_helpers(connection: asyncpg.Connection) -> None:
    """Add the harness's own functions to the database; the hold is locked by the statement of the product."""
    await connection.execute("SET check_function_bodies = off")
    await connection.execute((Path(__file__).parent / "floor.sql").read_text())
    await connection.execute(
        "CREATE FUNCTION chaos.lock_hold(uuid, text, integer) RETURNS SETOF uuid LANGUAGE sql AS $lock$ "
        f"SELECT h.entry_id FROM ({pulling._LOCKED_HOLD}) h $lock$;"
        "GRANT EXECUTE ON FUNCTION chaos.lock_hold TO chartway_coder, chartway_auditor"
    )


async def make_floor(
    connection: asyncpg.Connection, *, coders: int, auditors: int, managers: int, charts: int, seed: int = 1
) -> Floor:
    """Make four clients, the people, and this many charts, none of them in line yet."""
    pick = random.Random(seed)
    await add_helpers(connection)
    clients = [await _make_client(connection, code) for code in ("AA", "BB", "CC", "DD")]
    ids = tuple(client for client, _, _ in clients)
    workers = [
        await _make_worker(connection, Kind.CODER, number, ids, pick, does_all=number < 3) for number in range(coders)
    ] + [
        await _make_worker(connection, Kind.AUDITOR, number, ids, pick, does_all=number < 3)
        for number in range(auditors)
    ]
    bosses = [await _make_person(connection, Kind.MANAGER, f"manager{number}") for number in range(managers)]
    made = await _make_charts(connection, clients, charts)
    administrator = await _make_person(connection, Kind.ADMINISTRATOR, "admin")
    return Floor(ids, tuple(workers), tuple(bosses), administrator, made)


async def _make_client(connection: asyncpg.Connection, code: str) -> tuple[UUID, UUID, dict[str, UUID]]:
    client, location, lines = new_id(), new_id(), {}
    await connection.execute(
        "INSERT INTO client (id, code, name, time_zone, created_at) VALUES ($1, $2, $3, 'UTC', $4)",
        client, code, f"Client {code}", START,
    )  # fmt: skip
    await connection.execute("INSERT INTO location (id, client_id, name) VALUES ($1, $2, 'Main')", location, client)
    for specialty in SPECIALTIES:
        lines[specialty] = new_id()
        await connection.execute(
            "INSERT INTO service_line (id, client_id, name, specialty, promise_hours, created_at)"
            " VALUES ($1, $2, $3, $4, 24, $5)",
            lines[specialty], client, specialty.title(), specialty, START,
        )  # fmt: skip
    return client, location, lines


async def _make_person(connection: asyncpg.Connection, kind: Kind, name: str, country: str = "US") -> Actor:
    person = new_id()
    await connection.execute(
        "INSERT INTO person (id, email, name, kind, created_at, country) VALUES ($1, $2, $3, $4, $5, $6)",
        person, f"{name}@example.com", name, kind.value, START, country,
    )  # fmt: skip
    origin = Origin(ip="127.0.0.1", agent_hash=sha256(b"chaos").hexdigest(), request_id=new_id())
    return Actor(kind, person, None, name, frozenset(), None, 1, origin)


async def _make_worker(
    connection: asyncpg.Connection, kind: Kind, number: int, clients: tuple[UUID, ...], pick: random.Random, *,
    does_all: bool,
) -> Worker:  # fmt: skip
    country = "US" if does_all or pick.random() < 0.6 else "IN"
    cap = 3 if does_all else pick.choice((1, 2, 3))
    actor = await _make_person(connection, kind, f"{kind.value}{number}", country)
    await connection.execute("INSERT INTO workload (person_id, cap) VALUES ($1, $2)", actor.person_id, cap)
    for specialty in SPECIALTIES if does_all else pick.sample(SPECIALTIES, 2):
        await connection.execute(
            "INSERT INTO skill (person_id, specialty, level) VALUES ($1, $2, $3)",
            actor.person_id, specialty, 3 if does_all else pick.choice((1, 2, 3)),
        )  # fmt: skip
    for client in clients if does_all else pick.sample(clients, 3):
        await connection.execute(
            "INSERT INTO client_grant (client_id, person_id, granted_at) VALUES ($1, $2, $3)",
            client, actor.person_id, START,
        )  # fmt: skip
    return Worker(actor, "coding" if kind is Kind.CODER else "audit", cap, country, does_all)


async def _make_charts(
    connection: asyncpg.Connection, clients: list[tuple[UUID, UUID, dict[str, UUID]]], count: int
) -> tuple[Chart, ...]:
    made = []
    for number in range(count):
        client, location, lines = clients[number % len(clients)]
        specialty = SPECIALTIES[number // len(clients) % len(SPECIALTIES)]
        made.append((new_id(), client, location, lines[specialty], specialty, number))
    columns = [list(column) for column in zip(*made, strict=True)]
    await connection.execute(
        "INSERT INTO patient (id, client_id, created_at) SELECT chart, client, $3"
        " FROM unnest($1::uuid[], $2::uuid[]) AS t (chart, client)",
        columns[0], columns[1], START,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO encounter (id, client_id, location_id, patient_id, number_sealed, number_index, service_on,"
        " provider, payer, created_at) SELECT chart, client, location, chart, '', n::text::bytea, '2026-09-10',"
        " 'Dr. A', CASE WHEN n % 2 = 0 THEN 'Medicare' END, $5"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[]) AS t (chart, client, location, n)",
        columns[0], columns[1], columns[2], columns[5], START,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
        " service_on, received_at, due_at) SELECT chart, client, 'N-' || n, chart, line, chart, specialty, 'received',"
        " '2026-09-10', $6, $6::timestamptz + make_interval(mins => n) FROM"
        " unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[])"
        " AS t (chart, client, line, specialty, n)",
        columns[0], columns[1], columns[3], columns[4], columns[5], START,
    )  # fmt: skip
    return tuple(Chart(one[0], one[1]) for one in made)


def some_rank(pick: random.Random) -> datetime:
    """A place in line that is not the last one, nor always the same."""
    return START + timedelta(seconds=pick.randrange(200_000))

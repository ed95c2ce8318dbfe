"""One row in every client-owned table for each of two clients, made from the catalogue: a new table is included."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from portal.actor import Actor, Kind
from portal.ids import new_id
from tests.cast import Client, House, make_person
from tests.security.catalogue import client_owned

_COLUMNS = """
  SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AND NOT a.atthasdef AS needed,
         (SELECT f.relname FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
           WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)
             AND a.attname <> 'client_id' LIMIT 1) AS refers
    FROM pg_attribute a
   WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     AND a.attidentity = ''
   ORDER BY a.attnum
"""

#: Where a manager's row must say that it is theirs.
_SIGNED = {"not_codable": "decided_by"}
_VALUES: dict[str, Any] = {
    "integer": 1, "smallint": 1, "bigint": 1, "boolean": True, "numeric": Decimal(1), "bytea": b"x" * 32,
    "date": date(2026, 9, 1), "timestamp with time zone": datetime(2026, 9, 1, tzinfo=UTC), "jsonb": "[]",
    "smallint[]": [1], "text[]": ["US"],
}  # fmt: skip

#: Where a policy asks for more than an id.
_MEANT = {("audit", "state"): "findings", ("blob", "kind"): "page", ("provider_link", "provider"): "Dr. Roe",
           ("provider_query", "provider"): "Dr. Roe"}  # fmt: skip


@dataclass
class World:
    """Who works for whom, and the row of each table for each client."""

    house: House
    connection: asyncpg.Connection  # a superuser's
    people: dict[UUID, dict[Kind, Actor]]  # client → kind → the person who works on that client's chart
    rows: dict[tuple[str, UUID], dict[str, Any]] = field(default_factory=dict)  # (table, client) → its row
    columns: dict[str, list[asyncpg.Record]] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)

    def new_row(self, table: str, client: Client, actor: Actor) -> dict[str, Any]:
        """The values of another row of `table` for `client`, like the one that is there, as `actor` would write it."""
        row = dict(self.rows[table, client.id])
        if actor.kind is Kind.AUDITOR and "person_id" in row:
            row["person_id"] = actor.person_id
        if actor.kind is Kind.MANAGER and table in _SIGNED:
            row[_SIGNED[table]] = actor.person_id
        return row | ({"id": new_id()} if "id" in row else {})


async def build_world(connection: asyncpg.Connection, house: House) -> World:
    """Fill every client-owned table for both clients; the test database loses the constraints that stand in the way."""

    async def sql(statement: str, *arguments: object) -> list[Any]:
        return await connection.fetch(statement, *arguments)

    sam = await make_person(connection, "sam", Kind.AUDITOR, granted=(house.south,))
    world = World(house, connection, {
        house.north.id: {Kind.CLIENT: house.clara, Kind.CODER: house.cora, Kind.AUDITOR: house.abel},
        house.south.id: {Kind.CLIENT: house.stranger, Kind.CODER: house.outsider, Kind.AUDITOR: sam},
    })  # fmt: skip
    world.tables = await client_owned(sql)
    for table in world.tables:
        world.columns[table] = await sql(_COLUMNS, table)
    # After their references have been read, constraints only hinder: rows are made table by table.
    for row in await sql(
        "SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'u', 'p')"
        " ORDER BY contype IN ('u', 'p')"
    ):
        await sql(f'ALTER TABLE {row["table"]} DROP CONSTRAINT IF EXISTS "{row["name"]}" CASCADE')
    for row in await sql(
        "SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND NOT i.indisprimary"
    ):
        await sql(f"DROP INDEX {row['name']}")
    for client in (house.north, house.south):
        ids = {table: await _existing(connection, table, client) for table in world.tables}
        for table in world.tables:
            row = {
                column["name"]: _reference(world, table, column, client, ids)
                for column in world.columns[table]
                if column["needed"] or column["refers"] or column["name"] in ("client_id", "person_id")
            }
            if "id" in row:
                row["id"] = ids[table]
            if table == "blob":
                row["owner_id"] = ids["document"]
            world.rows[table, client.id] = row
            if not await sql(f'SELECT 1 FROM "{table}" WHERE client_id = $1 LIMIT 1', client.id):
                await _insert(connection, table, row)
            if row.get("person_id") and table != "client_grant":  # what is somebody's own, the auditor has as well
                auditor = world.people[client.id][Kind.AUDITOR].person_id
                again = {"id": new_id()} if "id" in row else {}
                await _insert(connection, table, row | {"person_id": auditor} | again)
    return world


async def _existing(connection: asyncpg.Connection, table: str, client: Client) -> UUID:
    """The id of a row that the house has already made, else a new one."""
    columns = [row["name"] for row in await connection.fetch(_COLUMNS, table)]
    found = (
        await connection.fetchval(f'SELECT id FROM "{table}" WHERE client_id = $1 ORDER BY id LIMIT 1', client.id)
        if "id" in columns
        else None
    )
    return UUID(bytes=found.bytes) if found else new_id()


def _reference(world: World, table: str, column: Any, client: Client, ids: dict[str, UUID]) -> Any:
    if column["name"] == "client_id":
        return client.id
    if column["refers"] == "person":
        kinds = {"auditor": Kind.AUDITOR, "answerer": Kind.CLIENT}
        kind = kinds.get(column["name"].split("_")[0], Kind.CODER)
        return world.people[client.id][kind].person_id
    # A composite key holds more than one column to a row: what the column is called after comes first.
    called = column["name"].removesuffix("_id")
    named = called if called in ids else column["refers"]
    if named in ids and column["type"] == "uuid" and column["name"] != "id":
        return ids[named]
    return _value(table, column, client)


def _value(table: str, column: Any, client: Client) -> Any:
    if (table, column["name"]) in _MEANT:
        return _MEANT[table, column["name"]]
    if column["type"] == "uuid":
        return new_id()
    return _VALUES.get(column["type"], f"{table}-{client.code}-{new_id().hex[-6:]}")


async def _insert(connection: asyncpg.Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', *row.values())

"""The table definitions and the migrated database say the same; every sealed column is declared as such."""

import inspect
from importlib import import_module
from pathlib import Path

from piccolo.columns import Array, Column
from piccolo.table import Table

from tests.conftest import REPOSITORY, Sql

#: Tables that only the database's own functions or the job library touch.
WITHOUT_DEFINITION = {
    "throttle", "workload", "work_clock", "sample_seed", "migration",
    "pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics",
}  # fmt: skip

_TYPES = {
    "UUID": "uuid", "Text": "text", "Integer": "integer", "SmallInt": "smallint", "BigInt": "bigint",
    "Boolean": "boolean", "Timestamptz": "timestamp with time zone", "Date": "date", "Bytea": "bytea", "JSONB": "jsonb",
    "Numeric": "numeric", "Real": "real",
}  # fmt: skip
#: Types that Piccolo has no column for; those columns are read by plain SQL.
_UNDEFINED_TYPES = {"daterange", "inet", "xid8"}


def definitions() -> dict[str, type[Table]]:
    """Every table definition of the product, by the name of its table."""
    found: dict[str, type[Table]] = {}
    for path in sorted(REPOSITORY.glob("*/**/tables.py")):
        relative = path.relative_to(REPOSITORY)
        if relative.parts[0] in ("portal", "assignments", "auditing", "storage"):
            module = import_module(".".join(Path(relative).with_suffix("").parts))
            for _, table in inspect.getmembers(module, inspect.isclass):
                if issubclass(table, Table) and table is not Table:
                    found[table._meta.tablename] = table
    return found


def _type_of(column: Column) -> str:
    if isinstance(column, Array):
        return _type_of(column.base_column) + "[]"
    return _TYPES[type(column).__name__]


async def test_definitions_match_the_migrated_database(sql: Sql) -> None:
    rows = await sql(
        "SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,"
        " NOT a.attnotnull AS null FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
    )
    actual = {
        (row["table"], row["name"]): (row["type"].split("(")[0], row["null"])
        for row in rows
        if row["table"] not in WITHOUT_DEFINITION and row["type"] not in _UNDEFINED_TYPES
    }

    defined = {
        (name, column._meta.name): (_type_of(column), column._meta.null)
        for name, table in definitions().items()
        for column in table._meta.columns
    }

    assert defined == actual


def test_what_is_sealed_is_declared_secret() -> None:
    undeclared = [
        f"{name}.{column._meta.name}"
        for name, table in definitions().items()
        for column in table._meta.columns
        if column._meta.name.endswith("_sealed") and not column._meta.secret
    ]

    assert undeclared == []

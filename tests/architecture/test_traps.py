"""Traps of the stack that are avoided by never going there: each would work until the day it does not."""

import ast

from tests.cast import the_app
from tests.conftest import REPOSITORY, Sql


def test_no_route_has_a_dependency_that_could_open_a_transaction() -> None:
    # With a second dependency the framework resolves both in child tasks, and a transaction opened there is lost.
    app = the_app()
    handlers = [
        handler
        for route in app.routes
        for handler, _ in getattr(route, "route_handler_map", {}).values()
        if not handler.opt.get("static")
    ]
    assert handlers
    assert [handler.handler_name for handler in handlers if handler.resolve_dependencies()] == []


def test_no_plugin_logs_requests_for_us() -> None:
    # The framework's logging plugin would write bodies and cookies: passwords, tokens, patients.
    app = the_app()
    assert not any("structlog" in type(plugin).__module__ for plugin in app.plugins)
    assert app.logging_config is None


def test_no_query_is_read_in_batches_of_the_mapper() -> None:
    # They swallow exceptions, and open a connection on which nobody acts.
    found = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for package in ("portal", "assignments", "auditing", "storage")
        for path in (REPOSITORY / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "batch"
    ]
    assert found == []


async def test_no_foreign_key_deletes_or_changes_on_its_own(sql: Sql) -> None:
    rows = await sql(
        "SELECT conrelid::regclass::text AS table, conname FROM pg_constraint"
        " WHERE contype = 'f' AND (confdeltype <> 'a' OR confupdtype <> 'a')"
    )
    assert [tuple(row) for row in rows] == []


async def test_no_text_is_filled_in_by_default(sql: Sql) -> None:
    # A forgotten name must be refused, not stored as an empty one.
    rows = await sql(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name NOT LIKE 'pgqueuer%' AND table_name <> 'migration'"
        " AND data_type = 'text' AND column_default LIKE '''''::%'"
    )
    assert [tuple(row) for row in rows] == []

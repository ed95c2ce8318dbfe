"""SQL is written down, never put together from values: what reaches the database's door is a constant of the source."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import trees

DOORS = {"fetch", "fetch_one", "value", "execute", "fetchrow", "fetchval", "executemany", "cursor", "raw"}

#: Modules that make statements from more than constants, each with its reason.
ALLOWED = {
    "assignments.batches.encounters": "the fates of encounters are generated from the rules; every part is a constant",
    "assignments.batches.lists": "counts by those fates; every part is a constant, some of another module",
    "portal.commands.bench.pull.cells": "a scratch database; what is counted is a constant of the cell",
    "portal.commands.bench.pull.filling": "a scratch database; scripts of several statements, filled in with its sizes",
    "portal.commands.bench.pull.server": "a scratch server; databases take no parameters, the benchmark names them",
    "portal.database": "SET LOCAL ROLE takes no parameters; ids are checked to be UUIDs and kinds are an enum",
    "portal.migrations.running": "runs the files of portal/migrations/sql",
    "portal.migrations.preparing": "roles and databases take no parameters; PostgreSQL's own format() quotes them",
}


def _is_constant(node: ast.AST, known: dict[str, ast.expr], seen: frozenset[str] = frozenset()) -> bool:
    """True if an expression can only be text that stands in the source."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_constant(node.left, known, seen) and _is_constant(node.right, known, seen)
    if isinstance(node, ast.IfExp):
        return _is_constant(node.body, known, seen) and _is_constant(node.orelse, known, seen)
    if isinstance(node, ast.Dict):
        return all(_is_constant(value, known, seen) for value in node.values)
    if isinstance(node, ast.Subscript):
        return _is_constant(node.value, known, seen)
    if isinstance(node, ast.JoinedStr):
        return all(_is_constant(part.value, known, seen) if isinstance(part, ast.FormattedValue)
                   else isinstance(part, ast.Constant) for part in node.values)  # fmt: skip
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
        return all(_is_constant(part, known, seen) for part in (node.func.value, *node.args))
    if isinstance(node, ast.Name) and node.id in known and node.id not in seen:
        return _is_constant(known[node.id], known, seen | {node.id})
    return False


def _bindings(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that are bound exactly once in the module, to what."""
    bound: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(tree):
        targets: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            targets = [(target, node.value) for target in node.targets]
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            targets = [(node.target, None if isinstance(node, ast.AugAssign) else node.value)]
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            targets = [(node.target, None)]
        elif isinstance(node, ast.arg):
            bound.setdefault(node.arg, []).append(None)
        for target, value in targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    bound.setdefault(name.id, []).append(value if name is target else None)
    return {name: values[0] for name, values in bound.items() if len(values) == 1 and values[0] is not None}


def find_made_up_sql(tree: ast.Module) -> Iterator[int]:
    """The lines that hand something else than a constant to a door of the database."""
    known = _bindings(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DOORS):
            continue
        owner = ast.unparse(node.func.value)
        is_door = owner == "DB" or "connection" in owner.lower() or node.func.attr == "raw"
        if is_door and node.args and not _is_constant(node.args[0], known):
            yield node.lineno


def test_no_statement_is_put_together() -> None:
    made_up, used = [], set()
    for module, tree in trees():
        for line in find_made_up_sql(tree):
            if module in ALLOWED:
                used.add(module)
            else:
                made_up.append(f"{module}:{line}")
    assert made_up == []
    assert used == set(ALLOWED), "an exception that nobody needs any more"


@pytest.mark.parametrize(
    "source",
    [
        'DB.fetch(f"SELECT * FROM {table}")',
        'DB.execute("DELETE FROM chart WHERE id = \'" + chart_id + "\'")',
        'DB.value("SELECT %s" % name)',
        'DB.fetch_one("SELECT {}".format(name))',
        "connection.execute(statement)",
        'sql = "SELECT 1"\nsql += name\nDB.fetch(sql)',
        "def find(sql): DB.fetch(sql)",
        "for sql in things: DB.fetch(sql)",
        'DB.fetch(" ".join(parts))',
        'Chart.raw(f"SELECT {name}")',
    ],
)
def test_the_lint_sees_statements_that_are_put_together(source: str) -> None:
    assert list(find_made_up_sql(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        'DB.fetch("SELECT 1" " FROM chart WHERE id = $1", chart_id)',
        '_A = "SELECT 1"\n_B = _A + " LIMIT $1"\nDB.fetch(_B, most)',
        '_S = {"up": "SELECT 1", "down": "SELECT 2"}\nDB.fetch(_S[order])',
        'DB.fetch("SELECT 1" if up else "SELECT 2")',
        '_A = "x"\nDB.fetch(f"SELECT {_A}")',
    ],
)
def test_the_lint_lets_constants_through(source: str) -> None:
    assert not list(find_made_up_sql(ast.parse(source)))


def test_nothing_opens_another_door() -> None:
    """asyncpg is connected to by the product's one pool, the job library's, and the commands that prepare a server."""
    doors = {"connect", "create_pool"}
    found = {
        module
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in doors
        and ast.unparse(node.func.value) == "asyncpg"
    }  # fmt: skip
    allowed = {"portal.jobs", "portal.migrations.preparing"}
    assert {module for module in found if not module.startswith("portal.commands.")} <= allowed

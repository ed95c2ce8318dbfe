"""docs/features.md: every row names a test that exists, and a file that exists."""

import ast
import re

from tests.conftest import REPOSITORY

LEDGER = REPOSITORY / "docs" / "features.md"


def _rows() -> list[list[str]]:
    lines = [line for line in LEDGER.read_text().splitlines() if re.match(r"\|\s*[A-Z]{2}-\d+", line)]
    return [[part.strip() for part in line.strip().strip("|").split("|")] for line in lines]


def test_every_feature_names_a_test_that_exists() -> None:
    rows = _rows()
    assert rows
    for row in rows:
        named = re.findall(r"(tests/[\w/]+\.py)::(\w+)", row[-1])
        assert named, row[0]
        for path, name in named:
            tree = ast.parse((REPOSITORY / path).read_text())
            functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
            assert name in {node.name for node in functions}, f"{row[0]}: {path}::{name}"


def test_every_feature_names_where_it_is() -> None:
    for row in _rows():
        named = re.findall(r"`([\w./-]+)`", " ".join(row[:-1]))
        assert named, row[0]
        for path in named:
            assert (REPOSITORY / path).exists(), f"{row[0]}: {path}"


def test_no_feature_stands_twice() -> None:
    ids = [row[0] for row in _rows()]
    assert len(ids) == len(set(ids))

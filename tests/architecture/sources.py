"""The product's own source files, and what the import contracts say about them."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY

PACKAGES = ("portal", "assignments", "auditing", "storage")


def files() -> Iterator[Path]:
    """Every Python file of the product."""
    for package in PACKAGES:
        yield from sorted((REPOSITORY / package).rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name of a file's module."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module's name and syntax tree."""
    for path in files():
        yield module_of(path), ast.parse(path.read_text(), str(path))


def contract(contract_id: str) -> dict[str, Any]:
    """One import contract of pyproject.toml."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
    [found] = [one for one in settings["contracts"] if one["id"] == contract_id]
    return found  # type: ignore[no-any-return]

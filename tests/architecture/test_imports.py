"""Who may import whom: the contracts hold, cover every module, and each of them is seen to fail on a planted import."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import PACKAGES, contract, files, module_of, trees
from tests.conftest import REPOSITORY

#: A planted import for each contract, and the line that tells of it.
PLANTED = {
    "layers": ("portal/identity/people.py", "import assignments.rules", "portal.identity.people -> assignments.rules"),
    "pure": ("auditing/quality/words.py", "import os", "auditing.quality.words -> os"),
    "litestar": ("assignments/moving.py", "import litestar", "assignments.moving"),
    "solver": ("assignments/pulling.py", "import assignments.planning.flow", "assignments.planning.flow -> ortools"),
    "rings": ("assignments/events.py", "import assignments.moving", ".moving -> .events"),
}

#: What pure modules may know beside the standard library and one another.
#: Errors and actors are values; numpy counts and nothing else.
BESIDE_PURE = {"numpy", "numpy.typing", "portal.errors", "portal.actor"}


def _lint(folder: Path, *only: str) -> str:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    for one in only:
        command += ["--contract", one]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr) + f"\nexit {done.returncode}"


def test_the_contracts_hold() -> None:
    said = _lint(REPOSITORY)
    assert "Contracts: 5 kept, 0 broken." in said, said
    assert said.endswith("exit 0")


def test_each_contract_fails_on_a_planted_import(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, tmp_path / package, ignore=shutil.ignore_patterns("data", "static"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for path, planted, _ in PLANTED.values():
        file = tmp_path / path
        file.write_text(file.read_text() + f"\n{planted}\n")

    said = _lint(tmp_path)

    assert "Contracts: 0 kept, 5 broken." in said, said
    flat = " ".join(said.split())
    for _, _, line in PLANTED.values():
        assert line in flat, (line, said)


def test_every_module_stands_on_a_layer() -> None:
    places = re.findall(r"[\w.]+", " ".join(contract("layers")["layers"]))
    homeless = [
        module
        for module in map(module_of, files())
        if module not in PACKAGES and not any(module == place or module.startswith(f"{place}.") for place in places)
    ]
    # A package that only holds layers is on none itself.
    assert [module for module in homeless if not any(place.startswith(f"{module}.") for place in places)] == []
    for package in PACKAGES:
        assert len((REPOSITORY / package / "__init__.py").read_text().splitlines()) <= 3, package


def test_the_contract_for_pure_modules_names_all_of_them() -> None:
    pure = {
        module
        for module, tree in trees()
        if module.rpartition(".")[2] == "rules" or (ast.get_docstring(tree) or "").rstrip().endswith("Pure.")
    }
    assert pure == set(contract("pure")["source_modules"])


def test_pure_modules_import_the_standard_library_and_each_other_alone() -> None:
    pure = set(contract("pure")["source_modules"])
    for module, tree in trees():
        if module not in pure:
            continue
        for node in ast.walk(tree):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else _imported_from(node, pure) if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            for name in names:
                known = name.partition(".")[0] in sys.stdlib_module_names or name in pure | BESIDE_PURE
                assert known, f"{module} imports {name}"


def _imported_from(node: ast.ImportFrom, pure: set[str]) -> list[str]:
    """The pure modules that are taken from a package, or the module whose names are taken."""
    modules = [f"{node.module}.{alias.name}" for alias in node.names]
    return modules if set(modules) <= pure else [node.module or ""]


def test_pure_modules_ask_no_clock_and_draw_no_lots() -> None:
    pure = set(contract("pure")["source_modules"])
    for module, tree in trees():
        for node in ast.walk(tree):
            asks = isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today", "urandom", "uuid4")
            assert not (module in pure and asks), f"{module} line {getattr(node, 'lineno', 0)}"


def test_only_the_clock_module_reads_the_business_time() -> None:
    """Everything else is given `now`, or uses the database's clock."""
    for module, tree in trees():
        if module == "portal.clock":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                assert called not in ("datetime.now", "datetime.utcnow", "date.today", "datetime.today"), (
                    f"{module}:{node.lineno} reads the clock"
                )


def test_no_module_hides_behind_an_empty_name() -> None:
    forbidden = {"utils", "helpers", "common", "core", "services", "managers", "base"}
    assert [module for module in map(module_of, files()) if set(module.split(".")) & forbidden] == []

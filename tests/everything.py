"""`make test`: every check one after the other, each with its own word, and one summary at the end."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.finding import ensure_chromium

REPOSITORY = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def main(*, quick: bool) -> int:
    """Run every check; 0 if all passed. With `quick`, the static ones only."""
    steps: list[tuple[str, list[str]]] = [
        ("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
        ("import contracts", [str(BIN / "lint-imports"), "--no-cache"]),
        ("types", [str(BIN / "mypy")]),
    ]
    if not quick:
        ensure_chromium()
        workers = str(max(2, min(4, os.cpu_count() or 2)))
        # One pytest for all: unit, database, journey and browser tests; its closing line counts them.
        steps.append(("tests", [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "loadfile"]))
    results = []
    for name, command in steps:
        print(f"── {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run(command, cwd=REPOSITORY, check=False).returncode
        results.append((name, code, time.monotonic() - started))
    print("── summary")
    for name, code, seconds in results:
        print(f"{'passed' if code == 0 else 'FAILED':8}{name} ({seconds:.0f} s)")
    failed = sum(1 for _, code, _ in results if code)
    print(f"checks: {len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv))

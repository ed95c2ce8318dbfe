"""The viewer's benchmark does what it says, small: it serves, opens charts, measures and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from portal.commands.bench.processes import cpu_seconds
from portal.commands.main import main
from tests.conftest import REPOSITORY


def test_two_coders_open_charts(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "portal.commands.main", "bench", "viewer", "--coders", "2", "--every", "1",
         "--seconds", "3", "--web-processes", "1", "--json"],
        cwd=REPOSITORY, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr

    result = json.loads(run.stdout)
    assert result["charts_opened"] >= 2
    assert result["first_page_bytes"] > 10_000
    for name in ("click_to_html_ms", "click_to_first_page_ms", "click_to_layer_ms", "plain_file_ms"):
        assert 0 < result[name]["p50"] <= result[name]["p95"] <= result[name]["p99"]
    assert result["click_to_html_ms"]["p50"] < result["click_to_layer_ms"]["p50"]
    assert result["promise_kept"] == (result["click_to_first_page_ms"]["p95"] <= 150)
    assert list(tmp_path.iterdir()) == []


def test_the_time_of_children_counts() -> None:
    before = cpu_seconds(os.getpid())
    busy = subprocess.run(
        [sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"], check=True, timeout=60
    )
    after = cpu_seconds(os.getpid())

    assert busy.returncode == 0
    if before is None or after is None:
        assert sys.platform != "linux"
    else:
        assert after - before >= 0.25


def test_help_lists_the_benchmarks() -> None:
    shown = CliRunner().invoke(main, ["bench", "--help"])

    assert "viewer" in shown.output
    assert shown.exit_code == 0

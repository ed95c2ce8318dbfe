"""The benchmark of the click on "Next chart" does what it says, small: every click got a chart, and nothing is left."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY


def test_every_click_brings_a_chart(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "portal.commands.main", "bench", "next", "--backlog", "10000", "--coders", "4",
         "--per-second", "4", "--seconds", "3", "--web-processes", "1", "--json"],
        cwd=REPOSITORY, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr

    result = json.loads(run.stdout)
    assert result["clicks"] == result["pulled"] >= 4
    for name in ("click_to_chart_ms", "small_request_ms", "all_at_one_instant_ms"):
        assert 0 < result[name]["p50"] <= result[name]["p95"] <= result[name]["p99"]
    assert result["promise_kept"] == (result["click_to_chart_ms"]["p99"] <= 50)
    assert list(tmp_path.iterdir()) == []

"""`chartway bench edits` runs the rules over a full chart and tells how long they took."""

import json

from click.testing import CliRunner

from portal.commands.bench.edits import command, tell


def test_a_full_chart_is_checked_and_told_of() -> None:
    result = CliRunner().invoke(command, ["--rounds", "10", "--json"])

    assert result.exit_code == 0, result.output
    measured = json.loads(result.output)
    assert (measured["diagnoses"], measured["procedures"]) == (12, 10)
    assert measured["found"], "the chart is one that rules have something to say about"
    for name in ("rules_alone", "look"):
        assert 0 < measured[name]["p50_ms"] <= measured[name]["p99_ms"]
    assert "12 diagnoses and 10 procedures" in tell(measured)

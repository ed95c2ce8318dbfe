"""`chartway bench assistance` on files of a few charts: what it prints, and what it refuses in a sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assignments.assistance.dictionary import EMPTY
from portal.commands.bench import assistance

Bench = Callable[..., Result]

TEXT = "Seen for cough.\nImpression: lobar pneumonia, with\nlobar consolidation. No asthma."


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The command on a file of these bytes, with an empty dictionary."""
    monkeypatch.setattr(assistance, "load_dictionary", lambda: EMPTY)

    def run(content: bytes, *options: str) -> Result:
        file = tmp_path / "charts.jsonl"
        file.write_bytes(content)
        return CliRunner().invoke(assistance.command, [str(file), *options])

    return run


def chart(number: int, split: str, *codes: tuple[str, str], text: str = TEXT) -> dict[str, Any]:
    """A chart whose codes were pinned to these words; without words a code has no place."""
    spans = {code: [[text.index(words), text.index(words) + len(words)]] if words else [] for code, words in codes}
    return {
        "id": f"c{number}", "text": text, "split": split,
        "codes": [{"code": code, "spans": places} for code, places in spans.items()],
    }  # fmt: skip


def lines(*charts: dict[str, Any], end: str = "\n") -> bytes:
    return "".join(json.dumps(one) + end for one in charts).encode()


def odd_charts() -> list[dict[str, Any]]:
    """Spans that overlap or are in two parts, codes that nobody knows or without spans, no codes, an id twice."""
    pneumonia, unknown = ("J18.1", "lobar pneumonia"), ("ZZ99.XYZ", "pneumonia")
    in_parts = chart(99, "train", ("J18.1", "lobar"), ("R05.9", "cough"), ("J45.909", ""))
    in_parts["codes"][0]["spans"].append([TEXT.index("consolidation"), TEXT.index(". No")])
    train = [chart(number, "train", pneumonia, unknown) for number in range(60)]
    other = [chart(100 + number, "train", text="Well child. Nothing found.") for number in range(20)]
    test = [chart(200, "test", pneumonia, ("Q99.9", "")), chart(201, "test"), chart(202, "test", text="")]
    return [*train, in_parts, *other, *test, chart(200, "test", pneumonia)]


@pytest.mark.parametrize(("start", "end"), [(b"", "\n"), ("\ufeff".encode(), "\r\n")])
def test_a_small_file_of_odd_charts_is_measured_and_all_figures_are_there(bench: Bench, start: bytes, end: str) -> None:
    told = bench(start + lines(*odd_charts(), end=end), "--json")
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result.keys() == {
        "charts", "remarks", "load_average", "learn_seconds", "learn_processor_seconds", "propose_ms_a_chart",
        "silenced", "own", "kept", "dictionary", "curve",
    }  # fmt: skip
    assert result["charts"] == {"train": 81, "test": 3}
    assert result["remarks"]["charts left out: their id was there before"] == 1
    assert [one["history"] for one in result["curve"]] == [50]
    own = result["own"]
    assert own.keys() == {
        "charts", "codes", "thresholds", "precision_at_5", "recall_at_10", "mean_average_precision", "bins",
        "calibration_error",
    }  # fmt: skip
    at = {one["threshold"]: one for one in own["thresholds"]}
    assert list(at) == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert at[0.5].keys() == {"threshold", "shown", "per_chart", "precision", "recall", "f1"}
    # of the two codes of the test charts one was learned; the unknown one is learned as well, and never right here,
    # and the chart without codes has the words too
    assert (at[0.5]["shown"], at[0.5]["precision"], at[0.5]["recall"]) == (4, 0.25, 0.5)
    assert all(one.keys() == {"from", "proposals", "confidence", "right"} for one in own["bins"])


def test_codes_without_their_dot_texts_of_other_languages_and_without_end_are_measured(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = [
        chart(number, "train" if number % 4 else "test", ("j181", words), text=f"{words} {number}. \ud800")
        for number in range(80)
        for words in [("大叶性肺炎", "Крупозная пневмония", "التهاب رئوي")[number % 3]]
    ]
    endless = chart(99, "test", ("J18.1", "lobar pneumonia"), text="lobar pneumonia " + "and so on " * 40_000)
    monkeypatch.setattr(assistance, "MOST_LEARNED", 50)
    told = bench(lines(*spoken, endless), "--json")
    result = json.loads(told.stdout)
    [half] = [one for one in result["own"]["thresholds"] if one["threshold"] == 0.5]

    assert (half["precision"], half["shown"]) == (1.0, 20)
    assert result["remarks"]["texts cut after 200,000 characters"] == 1
    assert result["charts"] == {"train": 50, "test": 21}
    assert result["remarks"]["charts not learned from, for there are so many"] == 10


@pytest.mark.parametrize("train", [0, 1, 3, 25])
def test_with_next_to_nothing_to_learn_from_it_says_so_without_failing(bench: Bench, train: int) -> None:
    charts = [chart(number, "train", ("J18.1", "lobar pneumonia")) for number in range(train)]
    told = bench(lines(*charts, chart(99, "test")))
    assert told.exit_code == 0, told.output
    assert f"{train} charts learned" in told.output
    assert "–" in told.output  # where there is nothing to say of


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", 'No chart of the file is marked "split": "test"'),
        (lines(chart(1, "train")), 'No chart of the file is marked "split": "test"'),
        (lines(chart(1, "test")) + b"\r\n{half a line\r\n", "Line 3 is not JSON."),
        (lines(chart(1, "test")) + b'{"id": "2", "text": "\xff"}', "not UTF-8"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(bench: Bench, content: bytes, said: str) -> None:
    told = bench(content)
    assert told.exit_code == 1
    assert said in told.output
    assert "Traceback" not in told.output

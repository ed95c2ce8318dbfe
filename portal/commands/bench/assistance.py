"""`chartway bench assistance FILE`: how good proposed codes are on charts that were not learned from."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from assignments.assistance.counting import PastChart
from assignments.assistance.dictionary import Dictionary, load_dictionary
from assignments.assistance.files import ChartFile, read_charts
from assignments.assistance.learning import Knowledge, learn
from assignments.assistance.measuring import Measured, Quality, measure
from assignments.assistance.packing import pack, unpack
from assignments.assistance.proposing import propose
from assignments.assistance.reading import read
from portal.errors import Invalid

CURVE = (50, 100, 250, 500, 750)
#: So many charts of a file are learned from and tried: more takes hours and gigabytes, and changes little.
MOST_LEARNED, MOST_TRIED = 5000, 1000
_LEAST = 1e-9

Ranker = Callable[[str], list[tuple[str, float]]]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--seed", default=1, show_default=True, help="Deals the charts of the learning curve.")
def command(*, file: Path, as_json: bool, seed: int) -> None:
    """Learn from the charts marked "train", propose codes for those marked "test", and compare.

    FILE has a chart a line: {"id", "text", "split", "codes": [{"code", "spans": [[start, end], …]}]}, in characters.
    """
    try:
        with file.open(encoding="utf-8", errors="strict") as lines:
            charts = read_charts(lines)
    except Invalid as odd:
        raise click.ClickException(str(odd)) from None
    except UnicodeDecodeError:
        raise click.ClickException("The file is not UTF-8. Save it as UTF-8 and run the command again.") from None
    charts = within_reach(charts)
    if not charts.test:
        raise click.ClickException('No chart of the file is marked "split": "test", so there is nothing to measure.')
    result = measure_file(charts, load_dictionary(), seed)
    click.echo(json.dumps(result, indent=2) if as_json else tell(result))


def within_reach(charts: ChartFile) -> ChartFile:
    """The charts of a file, of a long one as many as can be measured in minutes, evenly from all over it."""
    remarks = Counter(charts.remarks)
    parts = []
    for own, most, what in ((charts.train, MOST_LEARNED, "learned from"), (charts.test, MOST_TRIED, "tried")):
        step = max(1.0, len(own) / most)
        parts.append([own[int(at * step)] for at in range(min(len(own), most))])
        remarks[f"charts not {what}, for there are so many"] += len(own) - len(parts[-1])
    return ChartFile(parts[0], parts[1], remarks)


def measure_file(charts: ChartFile, dictionary: Dictionary, seed: int) -> dict[str, Any]:
    """All figures of a file; the test charts are read only to be measured."""
    began, used = time.perf_counter(), time.process_time()
    knowledge = learn(charts.train, dictionary)
    learned, spent = time.perf_counter(), time.process_time()
    own = measure_on(charts.test, ranker(knowledge, dictionary))
    proposed = time.perf_counter()
    kept = unpack(pack(knowledge))
    return {
        "charts": {"train": len(charts.train), "test": len(charts.test)},
        "remarks": dict(charts.remarks),
        "load_average": round(os.getloadavg()[0], 1),
        "learn_seconds": round(learned - began, 2), "learn_processor_seconds": round(spent - used, 2),
        "propose_ms_a_chart": round(1000 * (proposed - learned) / len(charts.test), 2),
        "silenced": sorted(knowledge.silenced),
        "own": own.plain(),
        "kept": measure_on(charts.test, ranker(kept, dictionary)).plain(),
        "dictionary": measure_on(charts.test, plain_dictionary(dictionary)).plain(),
        "curve": [
            {"history": size, **measure_on(charts.test, ranker(learn(some, dictionary), dictionary)).plain()}
            for size, some in dealt(charts.train, seed)
        ],
    }  # fmt: skip


def dealt(charts: Sequence[PastChart], seed: int) -> list[tuple[int, list[PastChart]]]:
    """The first charts of a shuffled pack, for each size of the curve that there are charts for."""
    pack_of = list(charts)
    random.Random(seed).shuffle(pack_of)  # noqa: S311 - deals charts, keeps no secret
    return [(size, pack_of[:size]) for size in CURVE if size <= len(pack_of)]


def measure_on(charts: Sequence[PastChart], rank: Ranker) -> Quality:
    """The figures of one way to propose."""
    ranked = [[Measured(sure, code in chart.codes) for code, sure in rank(chart.text)] for chart in charts]
    return measure(ranked, [chart.codes.keys() for chart in charts])


def ranker(knowledge: Knowledge, dictionary: Dictionary) -> Ranker:
    """What is learned, as the product uses it, down to what it would never show."""
    return lambda text: [(one.code, one.confidence) for one in propose(knowledge, dictionary, text, least=_LEAST)]


def plain_dictionary(dictionary: Dictionary) -> Ranker:
    """The baseline: every dictionary phrase means its first code; longer ones come first, and all are equally sure."""

    def rank(text: str) -> list[tuple[str, float]]:
        hits = sorted(dictionary.find(read(text)), key=lambda hit: -len(hit.phrase))
        return [(code, 1.0) for code in dict.fromkeys(hit.codes[0] for hit in hits)]

    return rank


def tell(result: dict[str, Any]) -> str:
    """The figures for people."""
    own = result["own"]
    lines = [
        f"{result['charts']['train']} charts learned in {result['learn_seconds']} s "
        f"({result['learn_processor_seconds']} s of processor time), load {result['load_average']}; "
        f"{result['charts']['test']} charts with {own['codes']} codes tried, {result['propose_ms_a_chart']} ms each",
        *(f"  {count} {what}" for what, count in result["remarks"].items() if count),
        "",
        "confidence   shown  a chart  precision  recall     F1",
        *(_threshold(one) for one in own["thresholds"]),
        "",
        "                          P@5    R@10     MAP",
        *(
            f"{name:22} {_say(of['precision_at_5'])} {_say(of['recall_at_10'])} {_say(of['mean_average_precision'])}"
            for name, of in (
                ("learned", own), ("learned, as kept", result["kept"]), ("dictionary alone", result["dictionary"]),
            )
        ),
        "",
        "from 0.5 on       precision  recall     F1",
        *(f"{name:18} {_half(of)}" for name, of in (
            ("learned", own), ("as kept", result["kept"]), ("dictionary alone", result["dictionary"]),
            *((f"after {one['history']}", one) for one in result["curve"]),
        )),
        "",
        f"calibration (expected error {_say(own['calibration_error'])})",
        *(
            f"  {one['from']:.1f}–{one['from'] + 0.1:.1f} {one['proposals']:6} proposals, said {one['confidence']:.2f},"
            f" right {one['right']:.2f}"
            for one in own["bins"]
        ),
    ]  # fmt: skip
    return "\n".join(lines)


def _threshold(one: dict[str, Any]) -> str:
    return (
        f"{one['threshold']:10} {one['shown']:7} {one['per_chart']:8.1f}     "
        f"{_say(one['precision'])}  {_say(one['recall'])}  {_say(one['f1'])}"
    )


def _half(of: dict[str, Any]) -> str:
    one = next(one for one in of["thresholds"] if one["threshold"] == 0.5)
    return f"    {_say(one['precision'])}  {_say(one['recall'])}  {_say(one['f1'])}"


def _say(value: float | None) -> str:
    return "     –" if value is None else f"{value:6.3f}"

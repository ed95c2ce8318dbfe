"""Charts with final codes from a JSON Lines file, for measuring: odd lines are refused, odd spans left out."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from assignments.assistance.counting import PastChart
from assignments.codesets.icd10cm import code_of, dotted, squeeze
from assignments.codesets.tabular import load_tabular
from portal.errors import Invalid

#: More than any chart has.
LONGEST_TEXT = 200_000


@dataclass(slots=True)
class ChartFile:
    """The charts of each split in the order of the file, and how much was left out or is out of the ordinary."""

    train: list[PastChart] = field(default_factory=list)
    test: list[PastChart] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)


def read_charts(lines: Iterable[str]) -> ChartFile:
    """Read the charts; raises Invalid with the number of the first line that is not one."""
    found = ChartFile()
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip().lstrip("\ufeff"):
            continue
        name, split, chart = _chart(line, number, found.remarks)
        if name in seen:
            found.remarks["charts left out: their id was there before"] += 1
            continue
        seen.add(name)
        (found.train if split == "train" else found.test).append(chart)
        if not chart.codes:
            found.remarks["charts without codes"] += 1
    return found


def _chart(line: str, number: int, remarks: Counter[str]) -> tuple[str, str, PastChart]:
    try:
        plain = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise _odd(number, "is not JSON") from None
    if not isinstance(plain, dict):
        raise _odd(number, 'is not an object like {"id": …, "text": …, "split": …, "codes": […]}')
    name, text, split = plain.get("id"), plain.get("text"), plain.get("split")
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise _odd(number, 'needs "id", a text or a number')
    if not isinstance(text, str):
        raise _odd(number, 'needs "text", a text')
    if split not in ("train", "test"):  # a tuple: what is no text need not be hashable
        raise _odd(number, 'needs "split", which is "train" or "test"')
    listed = plain.get("codes")
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise _odd(number, 'has "codes" that are not a list')
    if len(text) > LONGEST_TEXT:
        remarks[f"texts cut after {LONGEST_TEXT:,} characters"] += 1
    text = text[:LONGEST_TEXT].encode(errors="replace").decode()
    codes: dict[str, list[tuple[int, int]]] = {}
    for one in listed:
        code, spans = _code(one, number)
        places = codes.setdefault(code, [])
        places.extend(place for place in spans if 0 <= place[0] < place[1] <= len(text))
        remarks["spans left out: empty or not inside the text"] += sum(
            not 0 <= start < end <= len(text) for start, end in spans
        )
        remarks["codes without spans"] += not spans
    return str(name), split, PastChart(text, codes)


def _code(plain: Any, number: int) -> tuple[str, list[tuple[int, int]]]:
    if not isinstance(plain, dict) or not isinstance(plain.get("code"), str) or not plain["code"].strip():
        raise _odd(number, 'has a code that is not an object with "code", a text')
    spans = plain.get("spans")
    if spans is None:
        spans = []
    if not isinstance(spans, list):
        raise _odd(number, 'has "spans" that are not a list')
    for span in spans:
        if not isinstance(span, list) or len(span) != 2 or not all(type(one) is int for one in span):
            raise _odd(number, "has a span that is not two whole numbers [start, end]")
    code = squeeze(plain["code"])
    known = dotted(code) if code_of(load_tabular(), code) else plain["code"].strip().upper()
    return known, [(start, end) for start, end in spans]


def _odd(number: int, what: str) -> Invalid:
    return Invalid(f"Line {number} {what}. Mend it and run the command again.")

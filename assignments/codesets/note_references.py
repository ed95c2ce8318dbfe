"""Which codes a note of the tabular list points to: `(E08.1-)`, `(I60-I69)`, `(T36-T50 with final character 6)`."""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from assignments.codesets.tabular import Tabular

Refs = tuple[tuple[str, str], ...]

_CODE = r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{0,4})?"
_END = r"(?:\.?-)?"  # a dash says that more characters follow; it is meant anyway
_RANGE = re.compile(rf"\b({_CODE}){_END}\s*(?:-|–|\bto\b)\s*({_CODE})(?![0-9A-Za-z])|\b({_CODE})(?![0-9A-Za-z])")
_PLACES = {"5th": 5, "fifth": 5, "sixth": 6, "six": 6, "6th": 6, "seventh": 7, "7th": 7}


@dataclass(frozen=True, eq=False)
class Codes:
    """The codes of a release that notes can point to, for those notes that name their last characters only."""

    listed: list[str]  # headers and leaves of the tabular list, sorted
    leaves: list[str]  # sorted, without 7th characters
    full: list[str]  # sorted, with 7th characters


def codes_of(table: Tabular) -> Codes:
    """What the notes of a table may point to."""
    leaves = [code for code in table.ordered if table.is_leaf(table.rows[code])]
    full = [code.ljust(6, "X") + mark for code in leaves for mark in table.sevenths[table.rows[code]]]
    return Codes(table.ordered, leaves, sorted(full))


def references_in(text: str, codes: Codes) -> Refs:
    """The ranges of codes, without dots and both ends included, that a note names; none where it can't be understood.

    What stands in brackets is what a note points to, unless it has no codes there. A note that says which last
    characters are meant gives those codes one by one, and none at all when it says so in words of medicine.
    """
    text = re.sub(r"\)\s+(with (?:5th|6th|fifth|sixth|final) [^()]*)$", r" \1)", text)
    enclosed = [part for part in re.findall(r"\(([^()]*)(?:[)}]|$)", text) if _RANGE.search(part)]
    if not enclosed and re.search(r"\bexcept\b", text):
        return ()
    found: dict[tuple[str, str], None] = {}
    for part in enclosed or [text]:
        found.update(dict.fromkeys(_of_part(part, codes)))
    return tuple(found)


def covers(refs: Refs, bare: str) -> bool:
    """Whether a code (no dot) is one of these or stands below one of them."""
    return any(low <= bare and bare[: len(high)] <= high for low, high in refs)


def _of_part(part: str, codes: Codes) -> list[tuple[str, str]]:
    first = _RANGE.search(part)
    if first is None:
        return []
    named, _, condition = part[first.start() :].partition("with ")
    ranges = [(low or one, high or one) for low, high, one in _RANGE.findall(named)]
    bare = [(low.replace(".", ""), high.replace(".", "")) for low, high in ranges]
    bare = [(low, high) for low, high in bare if _begins(codes.listed, low)]
    if not condition.strip():
        return bare
    ends = _condition(condition)
    if ends is None:
        return []
    within = codes.full if "7th" in condition or "seventh" in condition else codes.leaves
    chosen = [covers(tuple(bare), code) and ends(code) for code in within]
    return _runs(within, chosen)


def _runs(ordered: list[str], chosen: list[bool]) -> list[tuple[str, str]]:
    """The chosen codes, neighbours that differ in their last character only as one range."""
    runs: list[tuple[str, str]] = []
    open_run = False
    for code, wanted in zip(ordered, chosen, strict=True):
        if wanted and open_run and runs[-1][1][:-1] == code[:-1]:
            runs[-1] = (runs[-1][0], code)
        elif wanted:
            runs.append((code, code))
        open_run = wanted
    return runs


def _begins(ordered: list[str], bare: str) -> bool:
    at = bisect_left(ordered, bare)
    return at < len(ordered) and ordered[at].startswith(bare)


def _condition(text: str) -> Callable[[str], bool] | None:
    """What is said after `with`: characters in a place, at the end, or after the dot; None for words of medicine."""
    values = _values(re.sub(r"\b(?:5th|6th|7th)\b", "", text))
    places = [_PLACES[word] for word in re.findall("|".join(_PLACES), text)]
    if not values:
        return None
    if any("." in value for value in values):
        rests = tuple(value.strip(".-") for value in values)
        return lambda code: code[3:].startswith(rests)
    if "final" in text:
        return lambda code: any(code.endswith(value) and (len(value) == 1 or len(code) == 6) for value in values)
    if places == [5, 6] and all(len(value) == 1 for value in values):  # the last one that the code has of its own
        return lambda code: len(code) in (5, 6) and code[-1] in values
    if places:
        return lambda code: code[places[0] - 1 :].startswith(tuple(values))
    return None


def _values(text: str) -> list[str]:
    found: list[str] = []
    for low, high in re.findall(r"((?<![\w.])\.\d+|\b\d+\b|\b[A-Z]\b)(?:-(\.?\d+)\b)?", text):
        if high and len(high) == len(low):
            dot, start, end = "." if low[0] == "." else "", low.strip("."), high.strip(".")
            found.extend(f"{dot}{number:0{len(start)}}" for number in range(int(start), int(end) + 1))
        else:
            found.append(low)
    return found

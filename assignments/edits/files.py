"""Read CMS's own files: NCCI pairs, unit limits, and the lists of the Medicare Code Editor. Nothing is stored here.

PTP: tab-delimited text, or the same columns between spaces; the notice and the column heads stand above, and are passed
over because their lines hold no pair. MUE: comma-separated with quoted heads over several lines, or tab-delimited. MCE:
the text of the definitions, a heading for each list and a code with its title on each line below; lists of procedures
are passed over.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


class UnusableFile(ValueError):
    """The file is not what it was said to be; the message tells where."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """A row of the PTP file. `deleted_on` is the last day."""

    column1: str
    column2: str
    effective_on: date
    deleted_on: date | None
    indicator: int
    before_1996: bool
    rationale: str


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A row of the MUE file."""

    code: str
    units: int
    indicator: int
    rationale: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """A code on a list of the Medicare Code Editor."""

    list: str
    code: str


_CODE = r"[0-9A-Z]\d{3}[0-9A-Z]"
_PAIR = re.compile(
    rf"\s*({_CODE})\s+({_CODE})\s+(\*?)\s*(\d{{8}})\s+(\*|\d{{8}})\s+([019])(?:\s+(\S.*?))?\s*", re.ASCII
)
_LIMIT = re.compile(rf"({_CODE})", re.ASCII)

#: What the definitions call each list, by the name that it is kept under; the first that fits a heading names it.
LISTS = (
    ("", re.compile(r"procedure|questionable|non-?covered|limited coverage|duplicate", re.IGNORECASE)),
    ("manifestation", re.compile(r"manifestation code", re.IGNORECASE)),
    ("newborn", re.compile(r"newborn|perinatal", re.IGNORECASE)),
    ("pediatric", re.compile(r"pa?ediatric", re.IGNORECASE)),
    ("maternity", re.compile(r"maternity", re.IGNORECASE)),
    ("adult", re.compile(r"adult", re.IGNORECASE)),
    ("female", re.compile(r"females? only|for females|sex conflict.*female", re.IGNORECASE)),
    ("male", re.compile(r"\bmales? only|for males|sex conflict.*\bmale\b", re.IGNORECASE)),
    ("unacceptable", re.compile(r"unacceptable principal", re.IGNORECASE)),
    ("unspecified", re.compile(r"unspecified code", re.IGNORECASE)),
)
#: `4. Age conflict`, or a short line of its own that is no sentence.
_NUMBERED, _SHORT = re.compile(r"\s*\d{1,2}\.\s+\S"), re.compile(r"\s*(?:[A-Z]\.\s+)?[A-Z][^.*]{0,70}", re.ASCII)
_LISTED = re.compile(r"\s*([A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?)(?:\s+\S.*)?", re.ASCII)


def read_pairs(text: str) -> Iterator[PairRow]:
    """The pairs of a part of the PTP file; raises UnusableFile for one that breaks off or has a date that is none."""
    begun = False
    for number, line in enumerate(text.splitlines(), start=1):
        found = _PAIR.fullmatch(line)
        if found is None:
            if begun and re.match(rf"\s*{_CODE}\s+{_CODE}\b", line):
                raise UnusableFile(f"line {number} is no whole pair")
            continue
        begun = True
        column1, column2, old, effective, deleted, indicator, rationale = found.groups()
        yield PairRow(
            column1, column2, _day(effective, number), None if deleted == "*" else _day(deleted, number),
            int(indicator), old == "*", " ".join((rationale or "").split()),
        )  # fmt: skip
    if not begun:
        raise UnusableFile("there is no pair in it: column 1, column 2, effective and deletion dates, indicator")


def read_limits(text: str) -> Iterator[LimitRow]:
    """The unit limits of an MUE file; raises UnusableFile for a row that cannot be read."""
    begun = False
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter))
    except csv.Error as error:
        raise UnusableFile(str(error)) from None
    for cells in rows:
        if not cells or not _LIMIT.fullmatch(cells[0].strip()):
            continue
        code, *rest = [cell.strip() for cell in cells]
        if len(rest) < 2 or not rest[0].isdecimal() or rest[1][:1] not in ("1", "2", "3"):
            raise UnusableFile(f"the row of {code} has no value and adjudication indicator")
        begun = True
        yield LimitRow(code, int(rest[0]), int(rest[1][0]), rest[2] if len(rest) > 2 else "")
    if not begun:
        raise UnusableFile("there is no unit limit in it: code, value, adjudication indicator, rationale")


def read_lists(text: str, *, only: str = "") -> Iterator[ListRow]:
    """The codes of the lists that are kept, without dots. `only` names the list of a file that has no headings.

    A numbered heading ends the list before it; what is written between a heading and its list is passed over.
    """
    current, begun = only, False
    for line in text.splitlines():
        found = _LISTED.fullmatch(line)
        if found and current:
            begun = True
            yield ListRow(current, found[1].replace(".", ""))
        elif not found and not only and (numbered := bool(_NUMBERED.match(line))) | bool(_SHORT.fullmatch(line)):
            heading = next((name for name, pattern in LISTS if pattern.search(line)), None)
            current = heading if heading is not None else "" if numbered else current
    if not begun:
        raise UnusableFile("there is no list in it that is known here: a heading, then a code on each line")


def _day(text: str, number: int) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise UnusableFile(f"line {number} has a date that is none: {text}") from None

"""How charges are written: whatever the columns, no chart and no line is lost, and the totals count them again."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.charges.mapping import write_file
from assignments.charges.rules import (
    DELIMITERS,
    FIELDS,
    LINE_FIELDS,
    USUAL_COLUMNS,
    Charge,
    ChargeLine,
    Columns,
    ensure_usable,
    filename_of,
    totals_of,
)
from portal.errors import Invalid

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
_LINES = st.lists(
    st.builds(ChargeLine, st.integers(1, 50), st.just("CPT"), st.from_regex("[0-9]{5}", fullmatch=True),
              st.sampled_from([(), ("26",), ("LT", "59")]), st.integers(1, 9999), st.sampled_from(["", "A", "BA"])),
    max_size=4,
).map(tuple)  # fmt: skip
_CHARGES = st.lists(
    st.builds(
        Charge, st.integers(1, 10**6).map(lambda number: f"NOR-{number}"), _WORDS, _WORDS, _WORDS,
        st.dates().map(str), st.dates(date(2000, 1, 1), date(2099, 1, 1)), _WORDS, _WORDS, _WORDS, _WORDS,
        st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(1, 9), st.just(("J18.9", "I10")), _LINES,
    ),
    max_size=6, unique_by=lambda charge: charge.chart,
)  # fmt: skip


@st.composite
def _columns(draw: st.DrawFn) -> Columns:
    layout = draw(st.sampled_from(["line", "chart"]))
    may = [field for field in FIELDS if layout == "line" or field not in LINE_FIELDS]
    needed = ["chart", "code", "units"] if layout == "line" else ["chart", "lines", "all_units"]
    others = draw(st.lists(st.sampled_from(may), unique=True, max_size=10))
    fields = draw(st.permutations(list(dict.fromkeys([*needed, *others]))))
    return Columns(
        layout, draw(st.sampled_from(sorted(DELIMITERS))), draw(st.sampled_from(["iso", "us", "compact"])),
        tuple((field, FIELDS[field]) for field in fields),
    )  # fmt: skip


@given(_columns(), _CHARGES)
def test_whoever_counts_the_file_again_finds_its_totals(columns: Columns, charges: list[Charge]) -> None:
    ensure_usable(columns)
    content = write_file(columns, charges)
    assert content == write_file(columns, charges)
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=DELIMITERS[columns.delimiter][0]))
    totals = totals_of(charges)
    assert len({row["Chart"] for row in rows}) == totals.charts
    assert sum(int(chart.removeprefix("NOR-")) for chart in {row["Chart"] for row in rows}) == totals.hash
    if columns.layout == "line":
        assert sum(row["Code"] != "" for row in rows) == totals.lines
        assert sum(int(row["Units"] or 0) for row in rows) == totals.units
    else:
        assert sum(int(row["Lines"]) for row in rows) == totals.lines
        assert sum(int(row["All units"]) for row in rows) == totals.units
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r")]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (Columns("line", "comma", "iso", ()), "between 1 and 60"),
        (Columns("line", "comma", "iso", (("chart", "A"), ("secret", "B"))), "no field “secret”"),
        (Columns("line", "comma", "iso", (("chart", "A"), ("code", "a"))), "Two columns are called “a”"),
        (Columns("line", "comma", "iso", (("chart", " "), ("code", "B"))), "Give each column a name"),
        (Columns("line", "comma", "iso", (("chart", "x" * 61), ("code", "B"))), "Give each column a name"),
        (Columns("line", "comma", "iso", (("patient", "A"), ("code", "B"))), "tell the rows apart"),
        (Columns("line", "comma", "iso", (("chart", "A"),)), "needs the column “Code”"),
        (Columns("chart", "comma", "iso", (("chart", "A"), ("units", "B"))), "belongs to a procedure line"),
        (Columns("page", "comma", "iso", (("chart", "A"),)), "Choose what a row stands for"),
        (Columns("line", "slash", "iso", (("chart", "A"), ("code", "B"))), "Choose what a row stands for"),
    ],
)
def test_columns_that_no_file_can_be_made_of_are_refused(columns: Columns, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        ensure_usable(columns)


def test_the_usual_columns_can_be_used_and_a_file_is_named_by_its_number() -> None:
    ensure_usable(USUAL_COLUMNS)
    assert filename_of("NOR", 12, None, "comma") == "NOR-charges-00012.csv"
    assert filename_of("NOR", 13, 12, "tab") == "NOR-charges-00013-corrects-00012.txt"


def test_what_the_line_says_of_itself_goes_before_what_the_claim_says() -> None:
    fields = ("chart", "code", "place", "rendering", "line_on", "line_rendering", "ndc", "ndc_quantity", "minutes")
    columns = Columns("line", "comma", "us", tuple((field, FIELDS[field]) for field in fields))
    own = ChargeLine(
        1, "HCPCS", "J1885", (), 1, "A", date(2026, 9, 15), "1982701234", "00409379501", "ML", Decimal("0.500"), None
    )
    charge = Charge(
        "NOR-1", "", "", "", "1961-05-04", date(2026, 9, 14), "", "", "", "", date(2026, 9, 20), 1, ("J18.9",),
        (own, ChargeLine(2, "CPT", "00100", (), 1, "A", minutes=45)), {"place": "11", "rendering": "1234567893"},
    )  # fmt: skip

    rows = list(csv.reader(io.StringIO(write_file(columns, [charge]).decode(), newline="")))

    assert rows[1:] == [
        ["NOR-1", "J1885", "11", "1234567893", "09/15/2026", "1982701234", "00409379501", "0.5", ""],
        ["NOR-1", "00100", "11", "1234567893", "09/14/2026", "1234567893", "", "", "45"],
    ]

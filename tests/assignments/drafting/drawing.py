"""Any lines at all, drawn by hypothesis: with everything that a line and its header can say."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from assignments.drafting.claim_facts import ACQUAINTANCES, DRUG_UNITS, PAYER_CLASSES, PLACES, POA
from assignments.drafting.rules import MOST_PINS, DiagnosisLine, Header, Lines, Pin, ProcedureLine

PAGES = (UUID(int=1), UUID(int=2))
#: Invented, with good check digits.
NPIS = ("1234567893", "1003000126", "2000000002")

codes = st.sampled_from(["A09", "C7A.00", "E11.22", "E11.9", "I10", "J18.9", "M54.50", "N18.32", "R05.9", "S52.501A"])
modifiers = st.lists(st.sampled_from(["25", "59", "LT", "RT", "26"]), max_size=4, unique=True).map(tuple)
npis = st.sampled_from(["", *NPIS])
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
amounts = st.tuples(st.sampled_from(sorted(DRUG_UNITS)), st.decimals(Decimal("0.001"), Decimal("999999.999"), places=3))
drugs = st.one_of(
    st.just(("", "", None)),
    st.tuples(st.from_regex(r"\A[0-9]{11}\Z"), st.one_of(st.just(("", None)), amounts)).map(lambda d: (d[0], *d[1])),
)


@st.composite
def pins(draw: st.DrawFn, pages: Sequence[UUID]) -> Pin:
    start = draw(st.integers(0, 5000))
    return Pin(draw(st.sampled_from(pages)), start, start + draw(st.integers(1, 300)))


@st.composite
def headers(draw: st.DrawFn) -> Header:
    first, last = sorted((draw(days), draw(days)))
    between = (first, last) if draw(st.booleans()) else (None, None)
    return Header(
        draw(st.sampled_from(["", *PAYER_CLASSES])), draw(st.sampled_from(["", *PLACES])),
        draw(st.sampled_from(["", *ACQUAINTANCES])), draw(npis), draw(npis), draw(npis), draw(npis), *between,
    )  # fmt: skip


@st.composite
def some_lines(draw: st.DrawFn, pages: Sequence[UUID] = PAGES) -> Lines:
    evidence = st.lists(pins(pages), max_size=MOST_PINS, unique=True).map(tuple)
    diagnosis = st.builds(DiagnosisLine, codes, st.sampled_from(["", *POA]), evidence)
    diagnoses = tuple(draw(st.lists(diagnosis, max_size=12)))
    pointers = st.lists(st.integers(1, len(diagnoses)), max_size=4, unique=True) if diagnoses else st.just([])
    procedures = []
    for _ in range(draw(st.integers(0, 6))):
        ndc, unit, quantity = draw(drugs)
        procedures.append(
            ProcedureLine(
                draw(st.sampled_from(["CPT", "HCPCS"])), draw(st.sampled_from(["71046", "99213", "J1100"])),
                draw(modifiers), draw(st.integers(1, 9999)), tuple(draw(pointers)),
                draw(st.one_of(st.none(), days)), draw(npis), ndc, unit, quantity,
                draw(st.one_of(st.none(), st.integers(1, 1440))), draw(evidence),
            )
        )  # fmt: skip
    return Lines(diagnoses, tuple(procedures), draw(headers()))

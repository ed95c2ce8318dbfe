"""Scores of the worked examples: M, V, O, X and the figures that follow from them, written out by hand."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditing.quality import scoring
from auditing.quality.choices import score_choices, settle
from auditing.quality.code_families import family
from auditing.quality.comparing import Line, Row, compare
from auditing.quality.rules import Change, Direction, ErrorType, Severity
from auditing.quality.scoring import Score, pool, working
from auditing.quality.suggesting import suggest


def lines(text: str) -> list[Line]:
    """`99213-25 J3301x4@AB E11.9` as lines: modifiers after hyphens, units after x, pointers after @."""
    made = []
    for word in text.split():
        word, _, pointers = word.partition("@")  # noqa: PLW2901 - peeled off piece by piece
        code, *modifiers = word.split("-")
        code, _, units = code.partition("x")
        system = "HCPCS" if code[0] in "GJQ" and "." not in code and len(code) == 5 else "ICD-10-CM"
        system = "CPT" if code[0].isdecimal() else system
        made.append(
            Line(system, code, tuple(modifiers), int(units or 1), tuple("ABCDEFGHIJKL".index(x) + 1 for x in pointers))
        )
    return made


def score(rows: tuple[Row, ...]) -> Score:
    return score_choices(rows, settle(rows, {}))


def third(numerator: int, denominator: int = 3) -> Fraction:
    return Fraction(numerator, denominator)


#: name, coder, auditor, (M, V, O, X), code over code, net, over larger count, all opportunities, precision, record
EXAMPLES = [
    ("S01", "99213 E11.9 I10", "99213 E11.9 I10", (3, 0, 0, 0), 1, 1, 1, 1, 1, True),
    ("S02", "99213 J20.9 R05.9", "99213 J20.9", (2, 0, 0, 1), 1, third(1, 2), third(2), third(2), third(2), False),
    ("S03", "99214 I10", "99214 I10 E78.5", (2, 0, 1, 0), third(2), third(2), third(2), third(2), 1, False),
    ("S04", "99213 E11.9", "99213 E11.65", (1, 1, 0, 0), *[third(1, 2)] * 5, False),
    ("S05", "99214 J02.9", "99213 J02.9", (1, 1, 0, 0), *[third(1, 2)] * 5, False),
    ("S06", "99213 20610-LT M17.12", "99213-25 20610-LT M17.12", (2, 1, 0, 0), *[third(2)] * 5, False),
    ("S07", "J3301 20610-LT M17.12", "J3301x4 20610-LT M17.12", (2, 1, 0, 0), *[third(2)] * 5, False),
    ("S08", "J96.01 J44.1", "J44.1 J96.01", (2, 0, 0, 0), 1, 1, 1, 1, 1, False),
    ("S09", "", "", (0, 0, 0, 0), None, None, None, None, None, True),
    ("S10", "", "99395 Z00.00", (0, 0, 2, 0), 0, 0, 0, 0, None, False),
    ("S11", "99211", "", (0, 0, 0, 1), None, None, 0, 0, 0, False),
    ("S12", "I21.4 R07.9 R06.02", "I21.4", (1, 0, 0, 2), 1, -1, third(1), third(1), third(1), False),
    ("S13", "96372 96372 E53.8", "96372 E53.8", (2, 0, 0, 1), 1, third(1, 2), third(2), third(2), third(2), False),
    ("S14", "99213 I10 E78.5 E11.9 R05.9", "99213 I10 E78.5 E11.65 Z79.4", (3, 1, 1, 1), third(3, 5), third(2, 5),
     third(3, 5), third(1, 2), third(3, 5), False),
    ("S15", "20610-RT M17.11", "20610-LT M17.12", (0, 2, 0, 0), 0, 0, 0, 0, 0, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("coder", "auditor", "counts", "code_over_code", "net", "larger", "opportunities", "precision", "record"),
    [example[1:] for example in EXAMPLES],
    ids=[example[0] for example in EXAMPLES],
)
def test_worked_examples(
    coder: str, auditor: str, counts: tuple[int, ...], code_over_code: Fraction | None, net: Fraction | None,
    larger: Fraction | None, opportunities: Fraction | None, precision: Fraction | None, record: bool,
) -> None:  # fmt: skip
    found = score(compare(lines(coder), lines(auditor)))

    assert (found.matched, found.revised, found.omitted, found.extra) == counts
    assert found.record_is_correct is record
    assert scoring.code_over_code(found) == code_over_code
    assert scoring.net_code_over_code(found) == net
    assert scoring.over_larger_count(found) == larger
    assert scoring.over_all_opportunities(found) == opportunities
    assert scoring.precision(found) == precision


def test_ten_charts_pool_as_a_ratio_of_sums_and_not_as_a_mean_of_scores() -> None:
    matched, codes = [3, 2, 2, 1, 1, 2, 2, 2, 0, 3], [3, 2, 3, 2, 2, 3, 3, 2, 2, 5]

    pooled = pool(Score(m, 0, a - m, 0, m == a) for m, a in zip(matched, codes, strict=True))

    assert pooled.accuracy == Fraction(18, 27)
    assert (pooled.charts, pooled.correct) == (10, 3)
    assert not pooled.is_too_few
    assert pool([]).accuracy is None
    assert pool([]).is_too_few


def test_the_sentence_prints_numerator_and_denominator() -> None:
    assert working(Score(2, 0, 1, 0, False)) == (
        "Code-over-code 66.7% = 2 matched ÷ 3 of the auditor’s codes (2 matched + 0 revised + 1 omitted);"
        " 0 extra, not counted here."
    )
    assert working(Score(0, 0, 0, 1, False)).startswith("No score")
    assert scoring.percent(Fraction(-1)) == "-100.0%"
    assert scoring.percent(Fraction(1, 2000)) == "0.1%"


def test_an_advisory_finding_teaches_and_does_not_score() -> None:
    rows = compare(lines("E11.9 I10"), lines("E11.65 I10"))

    chosen = settle(rows, {})
    key = "revised-E11.9-E11.65"

    assert score_choices(rows, chosen) == Score(1, 1, 0, 0, False)
    assert score_choices(rows, {key: replace(chosen[key], severity=Severity.ADVISORY)}) == Score(2, 0, 0, 0, True)


def only_difference(coder: str, auditor: str) -> tuple[Row, tuple[ErrorType, Severity, Direction]]:
    rows = compare(lines(coder), lines(auditor))
    different = [row for row in rows if row.change is not Change.MATCHED]
    assert len(different) == 1
    guess = suggest(different[0], rows)
    return different[0], (guess.error_type, guess.severity, guess.direction)


@pytest.mark.parametrize(
    ("coder", "auditor", "guess"),
    [
        ("99213@A E11.9", "99213@A E11.65", ("specificity", "major", "under")),  # first-listed
        ("I10 E11.65", "I10 E11.9", ("specificity", "minor", "over")),
        ("I10 M17.11", "I10 M17.12", ("specificity", "minor", "neutral")),
        ("I10", "I10 E78.5", ("omitted", "minor", "under")),
        ("J20.9 R05.9", "J20.9", ("unsupported", "minor", "over")),
        ("99214 J02.9", "99213 J02.9", ("e/m", "major", "over")),
        ("99283 J02.9", "99284 J02.9", ("e/m", "major", "under")),
        ("99203 J02.9", "99213 J02.9", ("e/m", "major", "neutral")),  # new against established: no common scale
        ("99213", "99213-25", ("modifier", "minor", "under")),
        ("20610-RT", "20610-LT", ("modifier", "minor", "neutral")),
        ("J3301", "J3301x4", ("units", "major", "under")),
        ("99213@A I10 E11.9", "99213@B I10 E11.9", ("pointer", "minor", "neutral")),
        ("I10 99213", "I10 99213 93000", ("omitted", "major", "under")),
        ("J96.01 J44.1", "J44.1 J96.01", ("sequence", "major", "neutral")),
    ],
)  # fmt: skip
def test_what_is_prefilled(coder: str, auditor: str, guess: tuple[str, str, str]) -> None:
    assert only_difference(coder, auditor)[1] == guess


def test_a_wrong_procedure_of_the_same_section_is_one_removed_and_one_added_of_type_procedure() -> None:
    rows = compare(lines("45378 D12.3"), lines("45380 D12.3"))

    assert [(row.change, suggest(row, rows).error_type) for row in rows if row.change is not Change.MATCHED] == [
        (Change.OMITTED, ErrorType.PROCEDURE),
        (Change.EXTRA, ErrorType.PROCEDURE),
    ]


@pytest.mark.parametrize(
    ("coder", "auditor"),
    [
        ("99213@A E11.9", "99213@A E11.65"),  # revised under the same letter
        ("99213@AB J20.9 R05.9", "99213@A J20.9"),  # an extra diagnosis goes, and its pointer with it
        ("99213@A I10", "99213@AB I10 E78.5"),  # an omitted diagnosis comes, and its pointer with it
        ("99213@AB J96.01 J44.1", "99213@BA J44.1 J96.01"),  # resequenced, and the letters follow
    ],
)
def test_one_cause_is_one_error(coder: str, auditor: str) -> None:
    row, _ = only_difference(coder, auditor)

    assert row.change is not Change.MATCHED
    assert row.line.is_diagnosis  # the pointers of the visit are no second finding


@pytest.mark.parametrize(
    ("coder", "auditor"),
    [
        ("R05.9 J20.9", "J20.9"),  # what was first went: extra
        ("J44.1", "J96.01 J44.1"),  # what is first came: omitted
        ("I10 E11.9 E78.5", "I10 E78.5 E11.9"),  # the order of further diagnoses is not scored
    ],
)
def test_no_second_finding_for_sequence(coder: str, auditor: str) -> None:
    assert Change.RESEQUENCED not in {row.change for row in compare(lines(coder), lines(auditor))}


CODES = st.lists(
    st.sampled_from(lines("E11.9 E11.65 E11.22 I10 J20.9 99213 99214 99213-25 99203 20610-RT 20610-LT J3301 J3301x4")),
    max_size=5,
)


def likeness(mine: Line, other: Line) -> int:
    """Similarity in tenths: exact 10, same code 9, same family 6, otherwise no pair."""
    if (mine.system, mine.code) == (other.system, other.code):
        return 10 if set(mine.modifiers) == set(other.modifiers) and mine.units == other.units else 9
    return 6 if family(mine.system, mine.code) == family(other.system, other.code) else 0


@given(CODES, CODES)
def test_the_pairing_is_the_best_of_all_pairings(coder: list[Line], auditor: list[Line]) -> None:
    rows = compare(coder, auditor)
    found = sum(
        likeness(row.coder, row.auditor) for row in rows if row.coder and row.auditor and row.change != "resequenced"
    )

    short, long = sorted((coder, auditor), key=len)
    best = max(
        sum(likeness(mine, other) for mine, other in zip(short, order, strict=True))
        for order in permutations(long, len(short))
    )
    assert found == best


@given(CODES, CODES)
def test_every_line_stands_in_exactly_one_row_and_keys_are_unique(coder: list[Line], auditor: list[Line]) -> None:
    rows = compare(coder, auditor)
    aligned = [row for row in rows if row.change is not Change.RESEQUENCED]
    found = score(rows)

    assert sorted(map(repr, (row.coder for row in aligned if row.coder))) == sorted(map(repr, coder))
    assert sorted(map(repr, (row.auditor for row in aligned if row.auditor))) == sorted(map(repr, auditor))
    assert len({row.key for row in rows}) == len(rows)
    assert (found.coder_codes, found.auditor_codes) == (len(coder), len(auditor))
    assert score(compare(auditor, coder)).matched == found.matched

"""Scores: each a numerator over a denominator with a name, never a bare percentage. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from auditing.quality.rules import TOO_FEW, Change, Severity


@dataclass(frozen=True, slots=True)
class Score:
    """What an audit says of one coding: counts of lines, and whether the whole record is right."""

    matched: int
    revised: int
    omitted: int
    extra: int
    record_is_correct: bool

    @property
    def auditor_codes(self) -> int:
        """Lines of the auditor: what could have been right."""
        return self.matched + self.revised + self.omitted

    @property
    def coder_codes(self) -> int:
        """Lines of the coder: what was claimed."""
        return self.matched + self.revised + self.extra


def score(coder_codes: int, findings: Iterable[tuple[Change, Severity]]) -> Score:
    """The score that follows from findings alone, for a coding of `coder_codes` lines; no total is ever typed in.

    An advisory finding teaches and does not score: what it revised counts as matched. A record is correct if nothing
    that scores was revised, omitted, extra or resequenced.
    """
    findings = list(findings)
    counted = Counter(change for change, severity in findings if severity is not Severity.ADVISORY)
    gone = sum(change is Change.EXTRA for change, _ in findings)
    return Score(
        matched=coder_codes - gone - counted[Change.REVISED],
        revised=counted[Change.REVISED],
        omitted=counted[Change.OMITTED],
        extra=counted[Change.EXTRA],
        record_is_correct=not counted,
    )


def ratio(numerator: int, denominator: int) -> Fraction | None:
    """The exact quotient; None, never 0 or 1, where there is nothing to divide by."""
    return Fraction(numerator, denominator) if denominator else None


def code_over_code(of: Score) -> Fraction | None:
    """Matched lines over the auditor's lines (AHIMA 2009); blind to extra lines, so it stands beside precision."""
    return ratio(of.matched, of.auditor_codes)


def precision(of: Score) -> Fraction | None:
    """Matched lines over the coder's lines: what extra lines cost."""
    return ratio(of.matched, of.coder_codes)


def net_code_over_code(of: Score) -> Fraction | None:
    """Matched less extra lines, over the auditor's lines; below zero when more was wrongly added than was right."""
    return ratio(of.matched - of.extra, of.auditor_codes)


def over_larger_count(of: Score) -> Fraction | None:
    """Matched lines over the larger of both counts (the rule of AAPC's Practicode): omissions and extras both cost."""
    return ratio(of.matched, max(of.auditor_codes, of.coder_codes))


def over_all_opportunities(of: Score) -> Fraction | None:
    """Matched lines over every line that either side has: the strictest."""
    return ratio(of.matched, of.matched + of.revised + of.omitted + of.extra)


def percent(value: Fraction | None) -> str:
    """`66.7%`, rounded half up in exact arithmetic; a dash where there is no value."""
    if value is None:
        return "–"
    tenths = (value * 1000 + Fraction(1, 2)).__floor__()
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}%"


def working(of: Score) -> str:
    """The sentence that prints the arithmetic of a score, numerator and denominator included."""
    if not of.auditor_codes:
        return "No score: the auditor found nothing to code, so there is no count to divide by."
    return (
        f"Code-over-code {percent(code_over_code(of))} = {of.matched} matched ÷ {of.auditor_codes}"
        f" of the auditor’s codes ({of.matched} matched + {of.revised} revised + {of.omitted} omitted);"
        f" {of.extra} extra, not counted here."
    )


@dataclass(frozen=True, slots=True)
class Pooled:
    """Many audits together: ratio of sums, because a chart with one code must not weigh as much as one with twelve."""

    charts: int
    correct: int
    matched: int
    auditor_codes: int
    coder_codes: int

    @property
    def accuracy(self) -> Fraction | None:
        """Code-over-code of all charts together."""
        return ratio(self.matched, self.auditor_codes)

    @property
    def precision(self) -> Fraction | None:
        """Precision of all charts together."""
        return ratio(self.matched, self.coder_codes)

    @property
    def is_too_few(self) -> bool:
        """True if so few charts were audited that the figure says little."""
        return self.charts < TOO_FEW


def pool(scores: Iterable[Score]) -> Pooled:
    """Add scores up."""
    scores = list(scores)
    return Pooled(
        len(scores),
        sum(one.record_is_correct for one in scores),
        sum(one.matched for one in scores),
        sum(one.auditor_codes for one in scores),
        sum(one.coder_codes for one in scores),
    )

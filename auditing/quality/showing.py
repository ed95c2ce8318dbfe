"""A worksheet as its templates want it: the line editor, choices to pick from, scores with their working."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from assignments.codesets.icd10cm import get_code
from assignments.desk.work import NOTHING_TYPED, PinMark, Typed, mark_pins, show_work
from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from assignments.pulling import RELEASE_REASONS
from assignments.querying.rules import STATES
from auditing.quality import scoring
from auditing.quality.choices import guess
from auditing.quality.citations import CITATIONS
from auditing.quality.comparing import Row
from auditing.quality.queries import Finding
from auditing.quality.rules import STATE_WORDS, Change
from auditing.quality.scoring import Score
from auditing.quality.words import DIRECTIONS, ERROR_TYPES, SEVERITIES, say_choice, say_drawn, say_line, say_share
from auditing.quality.worksheet import Worksheet
from portal.clock import utc_now
from portal.ids import new_id

#: Where the line editor's requests go; the chart's id follows.
LINES = "/audits/charts"


def show_sheet(sheet: Worksheet, typed: Typed = NOTHING_TYPED) -> dict[str, Any]:
    """Everything that the worksheet's templates need, besides what every page has."""
    audit = sheet.audit
    work = None
    if sheet.draft and sheet.hold:
        prefix = f"{LINES}/{audit.chart_id}"
        work = show_work(
            sheet.hold, sheet.draft, on=audit.service_on, prefix=prefix, places=sheet.places, typed=typed,
            checks=sheet.checks, asks_poa=sheet.asks_poa,
        )  # fmt: skip
    return {
        "sheet": sheet, "audit": audit, "work": work, "pages": sheet.pages, "typed": typed,
        "titles": _titles(sheet), "say_line": say_line, "say_choice": say_choice, "say_share": say_share,
        "state_words": STATE_WORDS, "states": STATES, "say_drawn": say_drawn,
        "error_types": [(one.value, word) for one, word in ERROR_TYPES.items()],
        "severities": [(one.value, word) for one, word in SEVERITIES.items()],
        "directions": [(one.value, word) for one, word in DIRECTIONS.items()],
        "type_words": {one.value: word for one, word in ERROR_TYPES.items()},
        "direction_words": {one.value: word for one, word in DIRECTIONS.items()},
        "guesses": {row.key: guess(row, sheet.rows) for row in sheet.differences}, "citations": CITATIONS,
        "pinned_by_coder": {row.key: _pins(sheet.coder, row, sheet.places) for row in sheet.rows},
        "figures": _figures(sheet.score), "score": sheet.score, "reasons": RELEASE_REASONS,
        "working": scoring.working(sheet.score) if sheet.score else "", "percent": scoring.percent,
        "code_over_code": scoring.code_over_code, "finding_of": _findings_by_key(sheet),
        "now": utc_now(), "request_id": new_id(), "next_request_id": new_id(),
    }  # fmt: skip


def _figures(score: Score | None) -> list[tuple[str, str]]:
    """The same counts by each method: plain code-over-code alone can be 100% for a record that is wrong."""
    if score is None:
        return []
    every = score.matched + score.revised + score.omitted + score.extra
    larger = max(score.auditor_codes, score.coder_codes)
    return [
        ("Precision", f"{scoring.percent(scoring.precision(score))} = {score.matched} ÷ {score.coder_codes}"),
        ("Over the larger count", f"{scoring.percent(scoring.over_larger_count(score))} = {score.matched} ÷ {larger}"),
        (
            "Net of extra codes",
            f"{scoring.percent(scoring.net_code_over_code(score))}"
            f" = ({score.matched} − {score.extra}) ÷ {score.auditor_codes}",
        ),
        ("All opportunities", f"{scoring.percent(scoring.over_all_opportunities(score))} = {score.matched} ÷ {every}"),
    ]


def _titles(sheet: Worksheet) -> Mapping[str, str]:
    """What the diagnoses of the table mean, in the release in force on the date of service."""
    lines = (sheet.coder, sheet.auditor, sheet.corrected)
    codes = {line.code for one in lines if one for line in one.diagnoses}
    found = {code: get_code(code, sheet.audit.service_on) for code in codes}
    return {code: entry.title for code, entry in found.items() if entry}


def _pins(lines: Lines, row: Row, places: Mapping[UUID, int]) -> tuple[PinMark, ...]:
    """What the coder pinned to their line of a row."""
    if row.coder is None or row.coder_at is None or row.change is Change.RESEQUENCED:
        return ()
    of: Sequence[DiagnosisLine | ProcedureLine] = lines.diagnoses if row.coder.is_diagnosis else lines.procedures
    return mark_pins(of[row.coder_at - 1].evidence, places)


def _findings_by_key(sheet: Worksheet) -> Mapping[str, Finding]:
    """The sent finding of each difference; they were written in the order of the differences."""
    return {row.key: finding for row, finding in zip(sheet.differences, sheet.findings, strict=False)}

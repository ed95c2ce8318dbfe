"""Open an audit's worksheet: both codings aligned, what was found or chosen so far, and the score it gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from assignments.assistance.offering import find_shown_codes
from assignments.coding.checks import Check, find_checks
from assignments.coding.versions import find_lines
from assignments.desk.guidelines import ChartRules, find_guideline
from assignments.doubts.queries import Doubt, find_doubts
from assignments.drafting.editing import StoredDraft, begin_draft
from assignments.drafting.rules import Lines
from assignments.edits.answering import Result, find_results
from assignments.edits.gathering import is_poa_asked
from assignments.ehr.visits import EhrVisit, find_ehr_visit
from assignments.leveling.keeping import find_draft as find_leveling_draft
from assignments.leveling.keeping import find_kept
from assignments.leveling.showing import Levels
from assignments.pulling import Hold, find_hold
from assignments.querying.queries import Row as Query
from assignments.querying.queries import find_of_chart as find_queries
from assignments.rules import Stage
from assignments.viewing.queries import ViewPage, database_now, find_pages, find_places, show_pages
from assignments.viewing.watermarks import Mark
from assignments.working.measuring import note_work
from auditing.access_log.actions import Action
from auditing.quality.choices import Choice, differences, score_choices, settle
from auditing.quality.closing import record_audit
from auditing.quality.comparing import Row, beside, compare, lines_of
from auditing.quality.drafting_findings import find_choices
from auditing.quality.queries import Audit, Finding, find_findings, find_score, get_audit
from auditing.quality.rules import AuditState
from auditing.quality.scoring import Score, score
from portal.actor import Actor, Kind
from portal.database import DB, acting_as


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One audit as its page shows it. Without a hold it can only be read."""

    audit: Audit
    hold: Hold | None
    coder: Lines
    auditor: Lines
    rows: Sequence[Row]
    score: Score | None  # None until there is something to score
    draft: StoredDraft | None = None  # while the auditor works on it
    choices: Mapping[str, Choice] | None = None
    checks: tuple[Check, ...] = ()
    results: Sequence[Result] = ()  # what the edits said of the coder’s lines, with their answers
    findings: Sequence[Finding] = ()
    corrected: Lines | None = None
    corrected_rows: Sequence[Row] = ()  # the corrected version against the auditor's
    guideline: ChartRules | None = None
    pages: Sequence[ViewPage] = ()
    ehr: EhrVisit | None = None  # if it is coded in the client's own system
    levels: Levels | None = None  # if coder or auditor has filled in the E/M worksheet
    places: Mapping[UUID, int] = field(default_factory=dict)  # which page of the chart an id is
    queries: Sequence[Query] = ()  # what the chart's provider was asked
    proposed: tuple[str, ...] = ()  # of the coder's diagnoses, those that had been proposed to the coder
    asks_poa: bool = False  # whether diagnoses say if they were there at admission
    doubts: Sequence[Doubt] = ()  # what the coder was unsure of, in the coding under audit and in the corrected one

    @property
    def differences(self) -> list[Row]:
        """The rows that do not agree."""
        return differences(self.rows)

    @property
    def remaining(self) -> list[Row]:
        """Where the corrected version still differs from the auditor's."""
        return differences(self.corrected_rows)

    @property
    def beside(self) -> list[tuple[Row | None, Row | None]]:
        """Original, auditor's and corrected lines in one table: a row of the first two, and one of the last two."""
        return beside(self.rows, self.corrected_rows)

    @property
    def can_be_worked_on(self) -> bool:
        """True while whoever looks holds it for its first look."""
        return self.draft is not None

    @property
    def can_be_verified(self) -> bool:
        """True while whoever looks holds it to check the correction."""
        return self.hold is not None and self.audit.state is AuditState.CORRECTED


async def open_worksheet(actor: Actor, *, audit_id: UUID) -> Worksheet:
    """Everything a worksheet shows. An auditor who holds the audit takes it up, with a draft that starts as the coder's
    lines stood; they come back to that draft. Raises NotFound for an audit that whoever acts may not see.
    """
    async with acting_as(actor):
        sheet = await _assemble(actor, audit_id)
        event_id = await record_audit(actor, Action.AUDIT_OPENED, sheet.audit)
        if actor.kind is not Kind.AUDITOR:
            return sheet
        await note_work(sheet.audit.chart_id)
        guideline, ehr = await find_guideline(sheet.audit.chart_id), await find_ehr_visit(sheet.audit.chart_id)
        pages, seen_at = await find_pages(sheet.audit.chart_id), await database_now()
        mark = Mark(actor.name, seen_at, event_id)
    return replace(sheet, guideline=guideline, pages=await show_pages(pages, mark), ehr=ehr)


async def refresh_worksheet(actor: Actor, *, audit_id: UUID) -> Worksheet:
    """The worksheet without its pages, after a change that the access log knows already."""
    async with acting_as(actor):
        return await _assemble(actor, audit_id)


async def _assemble(actor: Actor, audit_id: UUID) -> Worksheet:
    audit = await get_audit(audit_id)
    hold = await find_hold(chart_id=audit.chart_id, stage=Stage.AUDIT) if actor.kind is Kind.AUDITOR else None
    is_work = hold is not None and audit.state in (AuditState.IN_LINE, AuditState.IN_AUDIT)
    sheet = await (_open_for_work if is_work else _open_to_read)(actor, audit, hold)
    if actor.kind is not Kind.AUDITOR:
        return sheet
    shown, places = await find_shown_codes(audit.chart_id), await find_places(audit.chart_id)
    codings = [one for one in (audit.coding_id, audit.corrected_coding_id) if one]
    return replace(
        sheet, places=places, doubts=await find_doubts(codings, places), queries=await find_queries(audit.chart_id),
        asks_poa=await is_poa_asked(audit.chart_id),
        proposed=tuple(line.code for line in sheet.coder.diagnoses if line.code in shown),
    )  # fmt: skip


async def _open_for_work(auditor: Actor, audit: Audit, hold: Hold | None) -> Worksheet:
    if audit.state is AuditState.IN_LINE or audit.auditor_id != auditor.person_id:
        await DB.execute(
            "UPDATE audit SET state = 'in_audit', auditor_id = $2 WHERE id = $1 AND state IN ('in_line', 'in_audit')",
            audit.id, auditor.person_id,
        )  # fmt: skip
        audit = replace(audit, state=AuditState.IN_AUDIT, auditor_id=auditor.person_id, auditor_name=auditor.name)
    coder = await find_lines(audit.coding_id)
    draft = await begin_draft(chart_id=audit.chart_id, stage=Stage.AUDIT, start=coder)
    rows = compare(lines_of(coder), lines_of(draft.lines))
    choices = settle(rows, await find_choices(audit.id))
    return Worksheet(
        audit, hold, coder, draft.lines, rows, score_choices(rows, choices), draft, choices,
        await find_checks(
            chart_id=audit.chart_id, client_id=audit.client_id, stage=Stage.AUDIT, lines=draft.lines,
            on=audit.service_on,
        ),
        await find_results(audit.coding_id),
        levels=await _find_levels(audit, is_work=True),
    )  # fmt: skip


async def _open_to_read(actor: Actor, audit: Audit, hold: Hold | None) -> Worksheet:
    coder = await find_lines(audit.coding_id)
    auditor = await find_lines(audit.auditor_coding_id) if audit.auditor_coding_id else coder
    corrected = await find_lines(audit.corrected_coding_id) if audit.corrected_coding_id else None
    findings = await find_findings(audit.id, with_comments=actor.kind is not Kind.MANAGER)
    scored = await find_score(audit.id)
    if scored is None and findings:
        scored = score_of(coder, findings)
    return Worksheet(
        audit, hold, coder, auditor, compare(lines_of(coder), lines_of(auditor)), scored, findings=findings,
        corrected=corrected,
        corrected_rows=compare(lines_of(corrected), lines_of(auditor)) if corrected else (),
        results=await find_results(audit.coding_id) if actor.kind is not Kind.MANAGER else (),
        levels=await _find_levels(audit),
    )  # fmt: skip


async def _find_levels(audit: Audit, *, is_work: bool = False) -> Levels | None:
    coder, auditor = await find_kept(audit.coding_id)
    if is_work:
        auditor = await find_leveling_draft(chart_id=audit.chart_id, stage=Stage.AUDIT)
    return Levels(coder, auditor) if coder or auditor else None


def score_of(coder: Lines, findings: Sequence[Finding]) -> Score:
    """The score of a coding that follows from the findings that were sent."""
    return score(len(coder.diagnoses) + len(coder.procedures), [(one.change, one.severity) for one in findings])

"""The demo company's people at work: coders code what waits, auditors audit it, by the use cases of their pages."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from assignments.acknowledging import acknowledge_guideline
from assignments.coding.submitting import submit_coding
from assignments.desk.guidelines import find_guideline
from assignments.drafting.editing import open_draft, save_lines
from assignments.drafting.fields import begin_header
from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from assignments.leveling.keeping import save_leveling
from assignments.pulling import pull
from assignments.rules import Stage
from auditing.quality.choices import differences
from auditing.quality.comparing import compare
from auditing.quality.comparing import lines_of as codes_of
from auditing.quality.queries import find_open_audit
from auditing.quality.reviewing import report_no_findings, send_findings, verify_correction
from auditing.quality.worksheet import open_worksheet
from portal.actor import Actor, Kind
from portal.clock import set_back_to, utc_now
from portal.commands.demo.answers import answer_what_asks
from portal.commands.demo.doubting import mark_what_is_unsure
from portal.commands.demo.notes.shape import AnswerKey, Note
from portal.commands.demo.pinning import pin_words, read_pages
from portal.commands.demo.results import level_of
from portal.commands.working import JOBS
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.jobs import run_jobs


@dataclass
class Company:
    """The loaded company: who acts as whom, and which note each chart came from."""

    clients: dict[str, UUID] = field(default_factory=dict)  # by code
    people: dict[str, Actor] = field(default_factory=dict)  # by e-mail
    notes: dict[UUID, Note] = field(default_factory=dict)  # by chart

    def of_kind(self, kind: Kind) -> list[Actor]:
        """Everybody of a kind."""
        return [actor for actor in self.people.values() if actor.kind is kind]


async def work_until_done(url: str, moment: datetime) -> None:
    """Let the worker do what waits, at that moment."""
    with set_back_to(moment):
        await run_jobs(url, JOBS, until_empty=True)


async def code_what_waits(company: Company, now: datetime) -> None:
    """Every coder in turn takes a chart until nobody finds one. Every other note with a slip is coded with it."""
    coders = company.of_kind(Kind.CODER)
    with set_back_to(now):
        while any([await _code_next(company, coder) for coder in coders]):
            pass


async def _code_next(company: Company, coder: Actor) -> bool:
    now = utc_now()
    pulled = await pull(coder, stage=Stage.CODING, request_id=new_id(), now=now)
    if pulled.chart_id is None or pulled.entry_id is None:
        return False
    note = company.notes[pulled.chart_id]
    is_correction = await _is_correction(coder, pulled.chart_id)
    slips = note.mistake is not None and not is_correction and len(note.body) % 2 == 0
    key = note.slipped if slips else note.answer
    await _read_the_rules(coder, pulled.chart_id)
    draft = await open_draft(coder, chart_id=pulled.chart_id, stage=Stage.CODING)
    pages = await read_pages(coder, pulled.chart_id)
    header = begin_header(note.payer, note.service_line)
    await save_lines(
        coder, chart_id=pulled.chart_id, stage=Stage.CODING, fence=pulled.fence, revision=draft.revision,
        change=lambda _lines, on: replace(pin_words(lines_of(key), pages, on), header=header),
    )  # fmt: skip
    await answer_what_asks(coder, chart_id=pulled.chart_id, fence=pulled.fence, stage=Stage.CODING, now=now)
    if not is_correction:
        await mark_what_is_unsure(coder, note=note, chart_id=pulled.chart_id, fence=pulled.fence, now=now)
    answers = level_of([line.code for line in key.procedures])
    if answers:
        await save_leveling(
            coder, chart_id=pulled.chart_id, stage=Stage.CODING, fence=pulled.fence, answers=answers
        )  # fmt: skip
    await submit_coding(coder, chart_id=pulled.chart_id, fence=pulled.fence, request_id=new_id(), now=now)
    return True


async def _read_the_rules(coder: Actor, chart_id: UUID) -> None:
    async with acting_as(coder):
        rules = await find_guideline(chart_id)
    if rules and rules.is_new:
        await acknowledge_guideline(coder, chart_id=chart_id, version=rules.guideline.version)


async def _is_correction(coder: Actor, chart_id: UUID) -> bool:
    async with acting_as(coder):
        return bool(await DB.value("SELECT state = 'correcting' FROM chart WHERE id = $1", chart_id))


def lines_of(key: AnswerKey) -> Lines:
    """An answer key as code lines."""
    return Lines(
        tuple(DiagnosisLine(code) for code in key.diagnoses),
        tuple(
            ProcedureLine(
                "CPT" if line.code[0].isdigit() else "HCPCS", line.code, line.modifiers, line.units, line.pointed[:4]
            )
            for line in key.procedures
        ),
    )


async def audit_what_waits(company: Company, url: str, now: datetime) -> None:
    """The auditors look at what was drawn; findings go to the coder, come back corrected, and are verified."""
    auditors = company.of_kind(Kind.AUDITOR)
    for hours in (0, 1, 2):
        moment = now + timedelta(hours=hours)
        with set_back_to(moment):
            while any([await _audit_next(company, auditor) for auditor in auditors]):
                pass
            await code_what_waits(company, moment)
        await work_until_done(url, moment)


async def _audit_next(company: Company, auditor: Actor) -> bool:
    now = utc_now()
    pulled = await pull(auditor, stage=Stage.AUDIT, request_id=new_id(), now=now)
    if pulled.chart_id is None or pulled.entry_id is None:
        return False
    async with acting_as(auditor):
        audit_id = await find_open_audit(pulled.chart_id)
    assert audit_id is not None  # whoever holds an audit's entry finds the audit
    sheet = await open_worksheet(auditor, audit_id=audit_id)
    entry_id, fence = pulled.entry_id, pulled.fence
    if sheet.can_be_verified:
        await verify_correction(auditor, audit_id=audit_id, entry_id=entry_id, fence=fence, now=now)
        return True
    right = lines_of(company.notes[pulled.chart_id].answer)
    if sheet.draft is None or not differences(compare(codes_of(sheet.auditor), codes_of(right))):
        await report_no_findings(auditor, audit_id=audit_id, entry_id=entry_id, fence=fence, now=now)
        return True
    pages = await read_pages(auditor, pulled.chart_id)
    await save_lines(
        auditor, chart_id=pulled.chart_id, stage=Stage.AUDIT, fence=fence, revision=sheet.draft.revision,
        change=lambda lines, on: replace(pin_words(right, pages, on), header=lines.header),
    )  # fmt: skip
    await answer_what_asks(auditor, chart_id=pulled.chart_id, fence=fence, stage=Stage.AUDIT, now=now)
    await send_findings(auditor, audit_id=audit_id, entry_id=entry_id, fence=fence, request_id=new_id(), now=now)
    return True

"""One chart's whole life through the web pages, from the upload to the invoice, told in sentences."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import UUID

import httpx

from portal.clock import set_back_to, utc_now
from portal.commands.demo.company import CARDIOLOGY
from portal.commands.demo.notes import NOTES
from portal.commands.demo.notes.shape import AnswerKey, Note, ProcedureLine
from portal.commands.demo.people import PEOPLE, DemoPerson
from portal.commands.demo.seeding import send_note
from portal.commands.demo.visiting import Visitor
from portal.commands.working import JOBS
from portal.jobs import run_jobs

Say = Callable[[str], None]

#: The last working day of the month that can be invoiced.
BEGINS_AT = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)


class Walk:
    """Who walks, and what they know of the chart so far."""

    def __init__(self, transport: httpx.AsyncBaseTransport, origin: str, url: str, say: Say) -> None:
        self.transport, self.origin, self.url, self.say = transport, origin, url, say
        self.visitors: dict[str, Visitor] = {}

    async def visitor(self, person: DemoPerson) -> Visitor:
        """Somebody's browser, signed in."""
        if person.email not in self.visitors:
            self.visitors[person.email] = visitor = Visitor(self.transport, self.origin, person.email)
            await visitor.sign_in()
        return self.visitors[person.email]

    async def work(self) -> None:
        """Let the worker do what waits."""
        await run_jobs(self.url, JOBS, until_empty=True)

    async def leave(self) -> None:
        """Close every browser."""
        for visitor in self.visitors.values():
            await visitor.leave()


async def walk(transport: httpx.AsyncBaseTransport, origin: str, url: str, client_id: UUID, say: Say) -> None:
    """Walk a chart of the cardiology client through its whole life; raises RuntimeError at the first wrong answer."""
    steps = Walk(transport, origin, url, say)
    note = _note()
    try:
        with set_back_to(BEGINS_AT):
            chart_path = await _upload(steps, note, client_id)
        with set_back_to(BEGINS_AT + timedelta(hours=1)):
            await _audit_everything(steps, client_id)
            await _code(steps, note.slipped, "types the codes, with a slip, and submits")
        with set_back_to(BEGINS_AT + timedelta(hours=2)):
            await _find(steps, note)
        with set_back_to(BEGINS_AT + timedelta(hours=3)):
            await _code(steps, note.answer, "gets it back with the findings, corrects it and submits", correct=True)
            await _verify(steps)
            await _deliver(steps, note, chart_path)
        with set_back_to(BEGINS_AT + timedelta(days=1)):
            await _invoice(steps, client_id)
        await _who_saw_it(steps)
    finally:
        await steps.leave()


def _note() -> Note:
    """A cardiology note that is easy to get wrong, as another encounter of another day."""
    slippery = next(note for note in NOTES if note.client == CARDIOLOGY.code and note.mistake is not None)
    return replace(slippery, encounter=f"W{slippery.encounter}", seen_on=date(2026, 9, 29), finished_on=None)


def _person(kind: str, *, works_for: str | None = None, client: str | None = None) -> DemoPerson:
    return next(
        person
        for person in PEOPLE
        if person.kind == kind and person.client == client and (works_for is None or works_for in person.grants)
    )


async def _upload(steps: Walk, note: Note, client_id: UUID) -> str:
    person = _person("client", client=CARDIOLOGY.code)
    staff = await steps.visitor(person)
    upload_id = await send_note(staff, note, client_id, is_stat=True)
    steps.say(f"  {person.name} of {CARDIOLOGY.name} uploads a document ({note.title.lower()}) and gets a receipt")
    await steps.work()
    receipt = await staff.see(f"/uploads/{upload_id}")
    path = re.search(r'href="(/charts/[0-9a-f-]{36})"', receipt)
    if not path or "ready" not in receipt.lower():
        raise RuntimeError("The receipt does not say that the document is ready.")
    steps.say("  The worker checks the file and makes its pages; the chart waits in line, due in four hours")
    return path[1]


async def _audit_everything(steps: Walk, client_id: UUID) -> None:
    person = _person("manager")
    manager = await steps.visitor(person)
    way = _way(await manager.see("/quality"), rf"/quality/plans/{client_id}")
    await manager.send(way, {"percent": "100"}, page="/quality")
    steps.say(f"  {person.name} has every chart of {CARDIOLOGY.name} audited for now; the new seed is committed")


async def _code(steps: Walk, key: AnswerKey, did: str, *, correct: bool = False) -> None:
    person = _person("coder", works_for=CARDIOLOGY.code)
    coder = await steps.visitor(person)
    desk = await coder.send("/desk/next", {}, page="/desk")
    place = desk.url.path
    pages = re.findall(r"/pages/[0-9a-f-]{36}/(?:image|text)", desk.text)
    await coder.fetch(pages[0])
    if f'action="{place}/guideline"' in desk.text:  # the client's rules are new to them
        desk = await coder.send(f"{place}/guideline", {}, page=place)
    text = desk.text
    while "remove d1 " in text:  # a correction starts from the version that was audited
        text = (await coder.send(f"{place}/lines", {"op": _spot(text, "remove d1")}, page=place)).text
    while "remove p1 " in text:
        text = (await coder.send(f"{place}/lines", {"op": _spot(text, "remove p1")}, page=place)).text
    for entry in (*key.diagnoses, *(_typed(line) for line in key.procedures)):
        await coder.send(f"{place}/lines", {"op": "add", "entry": entry}, page=place)
    await _stop(coder, await coder.send(f"{place}/submit", {"op": "submit"}, page=place))
    pulls = "" if correct else " pulls the most urgent chart that they may code, reads its pages,"
    steps.say(f"  {person.name}{pulls} {did}")
    await steps.work()


async def _find(steps: Walk, note: Note) -> None:
    person = _person("auditor", works_for=CARDIOLOGY.code)
    auditor = await steps.visitor(person)
    sheet = await auditor.send("/audits/next", {}, page="/audits")
    place = sheet.url.path
    lines = _way(sheet.text, r"/audits/charts/[0-9a-f-]{36}/lines")
    text = sheet.text
    while "remove d1 " in text:
        text = (await auditor.send(lines, {"op": _spot(text, "remove d1")}, page=place)).text
    while "remove p1 " in text:
        text = (await auditor.send(lines, {"op": _spot(text, "remove p1")}, page=place)).text
    for entry in (*note.answer.diagnoses, *(_typed(line) for line in note.answer.procedures)):
        await auditor.send(lines, {"op": "add", "entry": entry}, page=place)
    await _stop(auditor, await auditor.send(f"{place}/findings", {}, page=place))
    steps.say(f"  {person.name} audits a frozen copy and corrects it; the differences go to the coder as findings")


async def _verify(steps: Walk) -> None:
    person = _person("auditor", works_for=CARDIOLOGY.code)
    auditor = await steps.visitor(person)
    sheet = await auditor.send("/audits/next", {}, page="/audits")
    await _stop(auditor, await auditor.send(f"{sheet.url.path}/verified", {}, page=sheet.url.path))
    steps.say(f"  {person.name} verifies the corrected version; the first one is scored and the audit closed")
    await steps.work()


async def _deliver(steps: Walk, note: Note, chart_path: str) -> None:
    person = _person("client", client=CARDIOLOGY.code)
    staff = await steps.visitor(person)
    text = await staff.see(chart_path)
    missing = [code for code in note.answer.diagnoses if code not in text]
    if missing:
        raise RuntimeError(f"The delivered chart does not show {missing[0]}.")
    steps.say(f"  The chart is delivered: {person.name} reads {', '.join(note.answer.diagnoses)} on its page")


async def _invoice(steps: Walk, client_id: UUID) -> None:
    person = _person("manager")
    manager = await steps.visitor(person)
    month = {"client": str(client_id), "client_id": str(client_id), "month": "2026-09"}
    answer = await manager.send("/invoices", month, page="/invoices")
    again = await manager.http.get(answer.url.path)
    total = re.search(r"\$[\d,]+\.\d\d", again.text)
    steps.say(f"  {person.name} issues September's invoice on {utc_now().date()}: {total[0] if total else ''}")
    reader = _person("client", client=CARDIOLOGY.code)
    await (await steps.visitor(reader)).see(answer.url.path)
    steps.say(f"  {reader.name} opens it, with the backup of each chart")


async def _who_saw_it(steps: Walk) -> None:
    person = _person("compliance")
    officer = await steps.visitor(person)
    text = await officer.see("/access-log")
    steps.say(f"  {person.name}, compliance officer, sees each of these looks and changes in the access log")
    if "access" not in text.lower():
        raise RuntimeError("The access log is empty.")


async def _stop(visitor: Visitor, next_page: httpx.Response) -> None:
    """Give the chart back that came after the submitted one: this walk follows one chart only."""
    place = next_page.url.path
    if re.search(r"/[0-9a-f-]{36}$", place):
        await visitor.send(f"{place}/release", {"reason": "stopping"}, page=f"{place}/release")


def _typed(line: ProcedureLine) -> str:
    """A procedure as coders type it: `G0463-25 x2 AB`."""
    modifiers = f"-{','.join(line.modifiers)}" if line.modifiers else ""
    units = f" x{line.units}" if line.units > 1 else ""
    return f"{line.code}{modifiers}{units} {line.pointers[:4]}"


def _spot(text: str, start: str) -> str:
    found = re.search(rf'value="({start} [^"]*)"', text)
    if not found:
        raise RuntimeError(f"There is no button to {start}.")
    return unescape(found[1])


def _way(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError(f"There is no way to {pattern} on this page.")
    return found[0]

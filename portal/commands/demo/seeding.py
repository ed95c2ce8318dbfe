"""Load the demo company through the product's own use cases and pages. Business times are set back, nothing else."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from assignments.edits.levels import set_level, set_setting
from assignments.qualifying.countries import set_country
from assignments.skills import set_skills
from assignments.worklists.weighing import Work, set_work
from auditing.quality.sampling import open_plan
from portal.actor import Actor, Kind
from portal.clock import set_back_to, utc_now
from portal.commands.demo.asking import ask_a_provider
from portal.commands.demo.at_work import Company, audit_what_waits, code_what_waits, work_until_done
from portal.commands.demo.batches import STAT_PERCENT, import_schedules, put_agreements_on_file
from portal.commands.demo.company import CARDIOLOGY, CLIENTS, OFFICE, ORTHOPAEDICS, RADIOLOGY, Client
from portal.commands.demo.notes import NOTES
from portal.commands.demo.notes.shape import Note
from portal.commands.demo.papers import render
from portal.commands.demo.people import PEOPLE, DemoPerson
from portal.commands.demo.pushed import push_sets
from portal.commands.demo.results import export_charges
from portal.commands.demo.visiting import PASSWORD, Visitor
from portal.commands.demo.waiting import leave_questions
from portal.commands.working import JOBS
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.identity.people import create_person, grant_client
from portal.identity.permissions import permissions_of
from portal.invoicing.issuing import issue_invoice
from portal.jobs import run_jobs
from portal.pages.opening_clients import NewServiceLine, open_client
from portal.tenancy.clients import open_location
from portal.tenancy.guidelines import write_guideline

OPENED_AT = datetime(2026, 8, 17, 15, 0, tzinfo=UTC)
SEPTEMBER = date(2026, 9, 1)
BILLED_AT = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
#: The newest charts of each client wait in line, as if they had come this morning.
WAITING_EACH = 2
#: Every chart of this client is audited from now on, and the auditors have not come to the newest yet.
REVIEWED = OFFICE.code
#: September of the first is left for whoever tries the demo to invoice; the walk invoices the second.
LEFT_TO_INVOICE = (ORTHOPAEDICS.code, CARDIOLOGY.code)

#: On these days of September a provider is asked about one chart.
ASKED_ON = (3, 10, 17)

Say = Callable[[str], None]


async def is_loaded() -> bool:
    """True if the database knows a client already."""
    async with acting_as(Actor(Kind.MANAGER, name="demo")):
        return bool(await DB.value("SELECT 1 FROM client LIMIT 1"))


async def load_company(transport: httpx.AsyncBaseTransport, origin: str, url: str, say: Say) -> Company:
    """Open the clients, add everybody, and let September happen; `say` is told how far it is."""
    company = Company()
    say(f"People: {len(PEOPLE)} sign-ins (each password is hashed on purpose slowly)")
    await _add_people(company)
    say(f"Clients: {', '.join(client.name for client in CLIENTS)}")
    for client in CLIENTS:
        await open_demo_client(company, client)
    await _add_client_staff(company)
    await _grant(company)
    worked, _ = _split(NOTES)
    staff = {client.code: await _client_visitor(transport, origin, client) for client in CLIENTS}
    done = 0
    say("September begins: each day's documents are uploaded, checked, made into pages, coded and audited")
    for day, notes in groupby(sorted(worked, key=_received_on), key=_received_on):
        today = list(notes)
        for note in today:
            with set_back_to(_at(day, 9, _client(note))):
                company.notes[await _upload(company, staff[note.client], note)] = note
        await work_until_done(url, _at(day, 14, CLIENTS[0]))  # later than nine everywhere
        if day.day in ASKED_ON:
            await ask_a_provider(company, _at(day, 14, CLIENTS[0]))
            await work_until_done(url, _at(day, 15, CLIENTS[0]))
        await code_what_waits(company, _at(day, 16, CLIENTS[0]))
        await work_until_done(url, _at(day, 17, CLIENTS[0]))
        await audit_what_waits(company, url, _at(day, 18, CLIENTS[0]))
        done += len(today)
        say(f"September {day.day}: {done} of {len(worked)} charts coded")
    await _issue_invoices(company)
    say("September is invoiced")
    await _change_a_rule(company)
    await push_sets(company, utc_now())
    for client in (RADIOLOGY, OFFICE):
        people = company.of_kind(Kind.CLIENT)
        taker = next(one for one in people if one.client_id == company.clients[client.code])
        try:
            await export_charges(taker, is_answered=client is RADIOLOGY, now=BILLED_AT)
        except Conflict:
            continue  # nothing of this client's was delivered in September
    for visitor in staff.values():
        await visitor.leave()
    return company


async def leave_work_waiting(
    company: Company, transport: httpx.AsyncBaseTransport, origin: str, url: str, say: Say
) -> None:
    """Let this morning's charts come in, so that whoever tries the demo finds charts to code and audits to do."""
    say("This morning's charts come in")
    _, waiting = _split(NOTES)
    manager = company.of_kind(Kind.MANAGER)[0]
    await open_plan(manager, client_id=company.clients[REVIEWED], percent=Decimal(100), now=utc_now())
    for to_audit in (True, False):
        for client in (client for client in CLIENTS if (client.code == REVIEWED) is to_audit):
            visitor = await _client_visitor(transport, origin, client)
            for note in (note for note in waiting if note.client == client.code):
                company.notes[await _upload(company, visitor, note)] = note
            await visitor.leave()
        await run_jobs(url, JOBS, until_empty=True)
        if to_audit:
            await code_what_waits(company, utc_now())
            await run_jobs(url, JOBS, until_empty=True)
    await leave_questions(company, utc_now())
    await ask_a_provider(company, utc_now(), is_answered=False)
    await run_jobs(url, JOBS, until_empty=True)
    await import_schedules(company, NOTES)
    say("They wait to be coded, two coded ones to be audited")


async def _add_people(company: Company) -> None:
    first = Actor(Kind.ADMINISTRATOR, name="set-up")
    await asyncio.gather(*(_add(company, first, person) for person in PEOPLE if person.kind != "client"))


async def _add_client_staff(company: Company) -> None:
    administrator = company.of_kind(Kind.ADMINISTRATOR)[0]
    await asyncio.gather(*(_add(company, administrator, person) for person in PEOPLE if person.kind == "client"))


async def _add(company: Company, administrator: Actor, person: DemoPerson) -> None:
    kind, client_id = Kind(person.kind), company.clients[person.client] if person.client else None
    person_id = await create_person(
        administrator, email=person.email, name=person.name, kind=kind, password=PASSWORD, now=OPENED_AT,
        client_id=client_id,
    )  # fmt: skip
    if person.country != "US":
        await set_country(administrator, person_id=person_id, country=person.country, now=OPENED_AT)
    company.people[person.email] = Actor(kind, person_id, client_id, person.name, permissions_of(kind), assurance=1)


_LINES = "SELECT id, name FROM service_line WHERE client_id = $1"


async def open_demo_client(company: Company, client: Client) -> None:
    """Open a client with its lines, rules and places, as the company's first manager."""
    manager = company.of_kind(Kind.MANAGER)[0]
    company.clients[client.code] = client_id = await open_client(
        manager, code=client.code, name=client.name, time_zone=client.time_zone, location=client.locations[0],
        service_lines=[
            NewServiceLine(line.name, line.specialty, line.turnaround_hours, line.rate, STAT_PERCENT)
            for line in client.service_lines
        ],
        sample_percent=Decimal(client.sample_percent), now=OPENED_AT,
    )  # fmt: skip
    async with acting_as(manager):
        lines = {row["name"]: row["id"] for row in await DB.fetch(_LINES, client_id)}
    for line in client.service_lines:
        minutes = (Decimal(60) / line.charts_an_hour).quantize(Decimal("0.1"))
        work = Work(level=1, minutes=minutes, audit_minutes=max(minutes / 2, Decimal("0.5")), widen_minutes=60)
        await set_work(manager, client_id=client_id, service_line_id=lines[line.name], work=work)
    if client.code == "EDF":
        await set_setting(
            manager, client_id=client_id, service_line_id=lines[client.service_lines[0].name], setting="outpatient",
            asks_poa=False,
        )  # fmt: skip
        await set_level(
            manager, client_id=client_id, rule="P8", level="critical", now=OPENED_AT,
            because="Every visit here has a charge; a chart without one is missing its nursing sheet.",
        )  # fmt: skip
    await write_guideline(
        manager,
        client_id=client_id,
        service_line_id=lines[client.service_lines[0].name],
        body="\n".join(client.coding_rules),
        now=OPENED_AT,
    )
    for name in client.locations[1:]:
        await open_location(manager, client_id=client_id, name=name)
    await put_agreements_on_file(company, client)


async def _change_a_rule(company: Company) -> None:
    """One client wants something else from now on: whoever codes its next chart is shown what changed."""
    manager = company.of_kind(Kind.MANAGER)[0]
    async with acting_as(manager):
        lines = await DB.fetch(_LINES, company.clients[RADIOLOGY.code])
    changed = (
        RADIOLOGY.coding_rules[0],
        *RADIOLOGY.coding_rules[2:],
        "An addendum is read before the report is coded.",
    )
    await write_guideline(
        manager, client_id=company.clients[RADIOLOGY.code], service_line_id=lines[0]["id"], body="\n".join(changed),
        now=utc_now(),
    )  # fmt: skip


async def _grant(company: Company) -> None:
    manager = company.of_kind(Kind.MANAGER)[0]
    for person in PEOPLE:
        actor = company.people[person.email]
        if person.skills and actor.person_id:
            levels = {skill.specialty: skill.level for skill in person.skills}
            await set_skills(manager, person_id=actor.person_id, levels=levels)
        for code in person.grants if person.skills else ():  # managers see every client without a grant
            if actor.person_id:
                await grant_client(manager, person_id=actor.person_id, client_id=company.clients[code], now=OPENED_AT)


def _split(notes: Iterable[Note]) -> tuple[list[Note], list[Note]]:
    """The charts that September has seen through, and the newest of each client, which wait."""
    worked: list[Note] = []
    waiting: list[Note] = []
    for _, own in groupby(sorted(notes, key=lambda note: note.client), key=lambda note: note.client):
        by_age = sorted(own, key=_received_on)
        worked += by_age[:-WAITING_EACH]
        waiting += by_age[-WAITING_EACH:]
    return worked, waiting


def _received_on(note: Note) -> date:
    """Dates of service lag one to three days."""
    return (note.finished_on or note.seen_on) + timedelta(days=1 + len(note.encounter + note.title) % 3)


def _at(day: date, hour: int, client: Client) -> datetime:
    return datetime.combine(day, time(hour, 10), ZoneInfo(client.time_zone)).astimezone(UTC)


def _client(note: Note) -> Client:
    return next(client for client in CLIENTS if client.code == note.client)


async def _client_visitor(transport: httpx.AsyncBaseTransport, origin: str, client: Client) -> Visitor:
    person = next(person for person in PEOPLE if person.client == client.code)
    visitor = Visitor(transport, origin, person.email)
    await visitor.sign_in()
    return visitor


async def _upload(company: Company, visitor: Visitor, note: Note) -> UUID:
    """Send a note as its client's staff do, by the form; returns the chart's id."""
    upload_id = await send_note(visitor, note, company.clients[note.client])
    async with acting_as(company.people[visitor.email]):
        chart_id = await DB.value("SELECT chart_id FROM upload WHERE id = $1", upload_id)
    return UUID(bytes=chart_id.bytes)


async def send_note(visitor: Visitor, note: Note, client_id: UUID, *, is_stat: bool = False) -> UUID:
    """Send a note's document by the upload form; returns the upload's id."""
    async with acting_as(Actor(Kind.MANAGER, name="demo")):
        places = await DB.fetch("SELECT id, name FROM location WHERE client_id = $1", client_id)
        lines = await DB.fetch("SELECT id FROM service_line WHERE client_id = $1", client_id)
    fields = {
        "encounter_number": note.encounter,
        "service_line": str(lines[0]["id"]),
        "location": str(next(place["id"] for place in places if place["name"] == note.location)),
        "provider": note.provider,
        "service_on": note.seen_on.isoformat(),
        "payer": note.payer,
        "patient_name": note.patient.name,
        "mrn": note.patient.mrn,
        "born_on": note.patient.born_on.isoformat(),
        "sex": note.patient.sex,
        **({"stat": "1"} if is_stat else {}),
    }
    answer = await visitor.send("/upload", fields, page="/upload", files=[("files", render(note))])
    return UUID(answer.url.path.rpartition("/")[2])


async def _issue_invoices(company: Company) -> None:
    manager = company.of_kind(Kind.MANAGER)[0]
    for code, client_id in company.clients.items():
        if code not in LEFT_TO_INVOICE:
            try:
                await issue_invoice(manager, client_id=client_id, month=SEPTEMBER, now=BILLED_AT)
            except Conflict:
                continue  # nothing of this client's was delivered in September

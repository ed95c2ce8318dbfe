"""The demo company's agreements, cut-off and schedules: what was expected, and what of it never came."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from assignments.batches.excusing import mark_not_coming
from assignments.batches.importing import draft_schedule, import_draft
from assignments.batches.moving import release_batch
from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.demo.at_work import Company
from portal.commands.demo.company import CARDIOLOGY, RADIOLOGY, Client
from portal.commands.demo.notes.shape import Note
from portal.database import DB, acting_as
from portal.tenancy.agreements import add_agreement
from portal.tenancy.calendars import add_holiday, set_cut_off
from portal.tenancy.rules import AgreementKind

STAT_PERCENT = Decimal(30)
SIGNED_ON, FIRST_ON = date(2026, 7, 20), date(2026, 8, 1)
#: This client's agreement ends soon, so that somebody is warned.
ENDS_SOON = CARDIOLOGY.code
#: This one has a schedule and a cut-off; the last lines of its schedule never came.
SCHEDULED = RADIOLOGY
NEVER_CAME = (("0301", "Sandoval, Mirabel"), ("0304", "Okafor, Teodor"), ("0309", "Lindgren, Beatrix"))
_HEAD = "Accession,DOS,Location,Provider,Patient name,MRN,DOB"


async def put_agreements_on_file(company: Company, client: Client) -> None:
    """The paper with a client, and the days of the one that has agreed on a cut-off."""
    compliance, manager = company.of_kind(Kind.COMPLIANCE)[0], company.of_kind(Kind.MANAGER)[0]
    client_id, now = company.clients[client.code], utc_now()
    for kind, words in ((AgreementKind.BAA, "BAA"), (AgreementKind.CONTRACT, "service agreement")):
        is_short = kind is AgreementKind.BAA and client.code == ENDS_SOON
        await add_agreement(
            compliance, client_id=client_id, kind=kind, reference=f"Contracts 2026, {client.code}, {words}",
            signed_on=SIGNED_ON, effective_on=FIRST_ON,
            expires_on=now.date() + timedelta(days=45 if is_short else 730), now=now,
        )  # fmt: skip
    if client is SCHEDULED:
        await set_cut_off(manager, client_id=client_id, cut_off_minute=17 * 60, working_days=(1, 2, 3, 4, 5), now=now)
        await add_holiday(manager, client_id=client_id, day=date(2026, 9, 7), name="Labor Day")
        await add_holiday(manager, client_id=client_id, day=date(2026, 11, 26), name="Thanksgiving")


async def import_schedules(company: Company, notes: Sequence[Note]) -> None:
    """What the radiologists expected: all that came but one, three that did not; the oldest day is reconciled."""
    own = sorted((note for note in notes if note.client == SCHEDULED.code), key=lambda note: note.seen_on)
    staff = next(actor for actor in company.of_kind(Kind.CLIENT) if actor.client_id == company.clients[SCHEDULED.code])
    lines = [_line(note) for note in own[:-1]]
    newest = own[-1]
    lines += [
        f'PIA-{newest.seen_on:%y%m%d}-{number},{newest.seen_on},{newest.location},"{newest.provider}","{name}",,'
        for number, name in NEVER_CAME
    ]
    now = utc_now()
    draft_id = await draft_schedule(staff, data="\r\n".join([_HEAD, *lines]).encode(), now=now)
    await import_draft(staff, draft_id=draft_id, now=now)
    await _reconcile(staff, now)


async def _reconcile(staff: Actor, now: datetime) -> None:
    async with acting_as(staff):
        missing: UUID = await DB.value(
            "SELECT id FROM expected_encounter WHERE encounter_id IS NULL ORDER BY id LIMIT 1"
        )
        complete: UUID = await DB.value(
            "SELECT b.id FROM batch b WHERE NOT EXISTS (SELECT FROM expected_encounter x WHERE x.batch_id = b.id"
            " AND x.encounter_id IS NULL) ORDER BY b.service_on, b.id LIMIT 1"
        )
    await mark_not_coming(staff, expected_id=missing, reason="no-show", now=now)
    await release_batch(staff, batch_id=complete, confirmed_missing=None, now=now)


def _line(note: Note) -> str:
    patient = note.patient
    return (
        f'{note.encounter},{note.seen_on},{note.location},"{note.provider}","{patient.name}",{patient.mrn},'
        f"{patient.born_on}"
    )

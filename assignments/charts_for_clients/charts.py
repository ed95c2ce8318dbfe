"""One chart as its client sees it: facts, documents, history, and the codes once they are delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from assignments.charts_for_clients.codes import FinalCodes, find_final_codes
from assignments.charts_for_clients.rules import IN_WORK, TONES, words_of
from assignments.duplicates.queries import Resemblance, find_of_chart
from assignments.ehr.visits import EhrVisit, find_ehr_visit
from assignments.hastening import Haste, get_haste
from assignments.opening import open_fields
from assignments.pends.rules import Owner
from assignments.pends.stories import NotCodable, Story, find_not_codable, find_stories
from assignments.rules import FOR_CLIENTS, ChartState, with_specialty
from assignments.viewing.queries import ViewPage, database_now, find_pages, show_pages
from assignments.viewing.watermarks import Mark
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from storage.sniffing import MediaType


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """One document of the client's own."""

    id: UUID
    name: str
    media_type: str
    size: int  # bytes
    state: str
    refusal: str | None
    page_count: int | None
    purged_at: datetime | None
    superseded_at: datetime | None
    posted_late_at: datetime | None
    waits_for_scan: bool
    is_infected: bool

    @property
    def kind(self) -> str:
        """What people call this kind of document."""
        return MediaType(self.media_type).words


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a chart's life."""

    at: datetime
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class OwnChart:
    """A chart with everything that its client may see of it."""

    id: UUID
    number: str
    state: ChartState
    is_stat: bool
    encounter_number: str
    patient_name: str
    mrn: str
    born_on: str
    sex: str  # empty if nobody has said it
    line: str
    specialty: str
    location: str | None
    provider: str
    payer: str | None
    service_on: date
    received_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    time_zone: str
    documents: Sequence[OwnDocument]
    history: Sequence[Happened]
    codes: FinalCodes | None
    resembles: Sequence[Resemblance]
    batch_id: UUID
    haste: Haste
    pages: Sequence[ViewPage]
    ehr: EhrVisit | None  # if it is coded in the client's own system
    stories: Sequence[Story] = ()  # what the client or its providers were asked
    not_codable: NotCodable | None = None

    @property
    def line_words(self) -> str:
        """The service line, with its specialty where the name does not say it."""
        return with_specialty(self.line, self.specialty)

    @property
    def state_words(self) -> str:
        """The state as a client reads it."""
        return FOR_CLIENTS[self.state]

    @property
    def tone(self) -> str:
        """The colour of the state's chip."""
        return TONES.get(self.state, "")

    @property
    def is_in_work(self) -> bool:
        """True if the promise still runs."""
        return self.state in IN_WORK


async def open_own_chart(person: Actor, *, chart_id: UUID, now: datetime) -> OwnChart:
    """A chart of the person's client, and the access event of the look; NotFound for any other."""
    async with acting_as(person):
        row = await DB.fetch_one(_CHART, chart_id)
        if row is None:
            raise NotFound
        patient_id, encounter_id = row["patient_id"], row["encounter_id"]
        number = await open_fields("encounter.number", {encounter_id: row["number_sealed"]})
        name = await open_fields("patient_identity.name", {patient_id: row["name_sealed"]})
        mrn = await open_fields("patient_identity.mrn", {patient_id: row["mrn_sealed"]})
        born_on = await open_fields("patient_identity.birth_on", {patient_id: row["birth_on_sealed"]})
        sealed = {patient_id: row["sex_sealed"]} if row["sex_sealed"] else {}
        sex = await open_fields("patient_identity.sex", sealed)
        documents = await _find_documents(chart_id)
        history = await _find_history(chart_id)
        resembles = await find_of_chart(chart_id)
        codes = await find_final_codes(chart_id, state=row["state"], service_on=row["service_on"])
        haste = await get_haste(chart_id, now=now)
        stories = [one for one in await find_stories(chart_id) if one.owner is not Owner.LEAD]
        not_codable = await find_not_codable(chart_id)
        pages, ehr = await find_pages(chart_id), await find_ehr_visit(chart_id)
        event_id = await record(
            person, Action.CHART_OPENED, object_type="chart", object_id=chart_id, client_id=row["client_id"],
            patient_id=patient_id, details={"pages": len(pages)},
        )  # fmt: skip
        mark = Mark(person.name, await database_now(), event_id)
    return OwnChart(
        chart_id, row["number"], ChartState(row["state"]), row["is_stat"], number[encounter_id], name[patient_id],
        mrn[patient_id], born_on[patient_id], sex.get(patient_id, ""), row["line"],
        row["specialty"], row["location"], row["provider"],
        row["payer"], row["service_on"], row["received_at"], row["due_at"], row["delivered_at"], row["time_zone"],
        documents, history, codes, resembles, row["batch_id"], haste, await show_pages(pages, mark), ehr,
        stories, not_codable,
    )  # fmt: skip


async def _find_documents(chart_id: UUID) -> list[OwnDocument]:
    rows = await DB.fetch(
        "SELECT d.id, d.name_sealed, d.media_type, d.size, d.state, d.refusal, d.page_count, i.purged_at,"
        " d.superseded_at, d.posted_late_at,"
        " d.scan_waiting_since IS NOT NULL AND d.state = 'received' AS waits_for_scan,"
        " coalesce(d.scan_verdict = 'infected', false) AS is_infected"
        " FROM document d LEFT JOIN purge_item i ON i.document_id = d.id WHERE d.chart_id = $1 ORDER BY d.position",
        chart_id,
    )
    names = await open_fields("document.name", {row["id"]: row["name_sealed"] for row in rows})
    return [
        OwnDocument(
            row["id"],
            names[row["id"]],
            row["media_type"],
            row["size"],
            row["state"],
            row["refusal"],
            row["page_count"],
            row["purged_at"],
            row["superseded_at"],
            row["posted_late_at"],
            row["waits_for_scan"],
            row["is_infected"],
        )
        for row in rows
    ]


async def _find_history(chart_id: UUID) -> list[Happened]:
    # Of people, a client's staff see their own only: a name that is missing is one of the coding company's.
    rows = await DB.fetch(
        "SELECT h.kind, h.happened_at, h.actor_id, p.name, h.details ->> 'documents' = '0' AS without"
        " FROM chart_event h LEFT JOIN person p ON p.id = h.actor_id"
        " WHERE h.chart_id = $1 ORDER BY h.happened_at, h.id",
        chart_id,
    )
    without = any(row["without"] for row in rows)
    return [Happened(row["happened_at"], words_of(row["kind"], without_documents=without), _who(row)) for row in rows]


def _who(row: asyncpg.Record) -> str:
    return row["name"] or ("coding team" if row["actor_id"] else "automatic")


_CHART = """
  SELECT c.client_id, c.number, c.state, c.is_stat, c.specialty, c.service_on, c.received_at, c.due_at, c.delivered_at,
         c.batch_id, c.patient_id, c.encounter_id, e.number_sealed, e.provider, e.payer, i.name_sealed, i.mrn_sealed,
         i.birth_on_sealed, i.sex_sealed, s.name AS line, l.name AS location, k.time_zone
    FROM chart c JOIN encounter e ON e.id = c.encounter_id JOIN patient_identity i ON i.patient_id = c.patient_id
    JOIN service_line s ON s.id = c.service_line_id JOIN client k ON k.id = c.client_id
    LEFT JOIN location l ON l.id = e.location_id
   WHERE c.id = $1
"""

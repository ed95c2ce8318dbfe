"""What the coder's desk shows: the start page with its reasons, and one chart with its facts, pages and findings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from assignments.assistance.offering import find_waiting
from assignments.bookmarks.queries import Bookmark, find_bookmarks
from assignments.coding.checks import find_checks
from assignments.coding.versions import find_latest, find_lines
from assignments.desk.guidelines import ChartRules, find_guideline
from assignments.desk.news import News, find_news
from assignments.desk.work import NOTHING_TYPED, PinMark, Typed, Work, mark_pins, show_work, with_offers
from assignments.doubts.queries import count_draft_doubts
from assignments.drafting.editing import begin_draft, save_lines
from assignments.drafting.fields import begin_header
from assignments.drafting.rules import Lines
from assignments.duplicates.queries import find_hint
from assignments.edits.gathering import find_age_and_sex, is_poa_asked
from assignments.ehr.visits import EhrVisit, find_ehr_visit
from assignments.opening import open_fields
from assignments.pausing import Workload, get_workload
from assignments.pends.stories import Story, find_stories
from assignments.pulling import LOST, find_hold
from assignments.querying.queries import Row, find_of_chart
from assignments.rules import ChartState, Stage
from assignments.viewing.queries import ViewPage, database_now, find_pages, show_pages
from assignments.viewing.watermarks import Mark
from assignments.working.measuring import note_work
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Held:
    """A chart in the coder's hands, as the start page names it."""

    chart_id: UUID
    number: str
    specialty: str
    client: str | None
    due_at: datetime
    is_correction: bool
    lease_left: timedelta


@dataclass(frozen=True, slots=True)
class DeskHome:
    """The coder's start page: what they hold, what they did today (UTC), and where charts could come from."""

    held: tuple[Held, ...]
    submitted: int
    released: int
    specialties: tuple[str, ...]
    clients: tuple[str, ...]
    workload: Workload
    set_aside: int  # pends of theirs that are still open


@dataclass(frozen=True, slots=True)
class ChartFacts:
    """What stands at the head of the desk. No patient: coders do not need to know who it is beyond the pages, but codes
    depend on age and sex.
    """

    id: UUID
    number: str
    state: ChartState
    client: str | None
    location: str | None
    payer: str | None
    provider: str
    service_on: date
    specialty: str
    service_line: str | None
    is_stat: bool
    due_at: datetime
    versions: int


@dataclass(frozen=True, slots=True)
class Correction:
    """One finding that asks for a correction: the coder's line, and what the auditor has in its place."""

    position: int
    change: str
    error_type: str
    severity: str
    direction: str
    coder_line: Mapping[str, Any] | None
    auditor_line: Mapping[str, Any] | None
    citation: str | None
    comment: str | None
    version: int  # the coder's version that was audited


@dataclass(frozen=True, slots=True)
class Desk:
    """One chart on the desk."""

    chart: ChartFacts
    pages: tuple[ViewPage, ...]
    work: Work
    corrections: tuple[Correction, ...]
    submitted: int
    pulled_at: datetime
    guideline: ChartRules | None
    likeness: str  # a hint that the documents resemble another chart's, '' if they do not
    ehr: EhrVisit | None = None  # if it is coded in the client's own system
    queries: Sequence[Row] = ()  # what its provider was asked
    news: News = News()  # what came of documents since the chart was coded or pulled
    stories: Sequence[Story] = ()  # what it waited for
    lead_answered_at: datetime | None = None
    lead_is_asked: bool = False
    pinned: Mapping[str, tuple[PinMark, ...]] = field(default_factory=dict)  # by line of the auditor's, such as d2
    bookmarks: tuple[Bookmark, ...] = ()  # the coder’s own
    patient: str = ""  # age and sex, as far as they are known
    doubts: int = 0  # how often its coder has marked that they are unsure


async def get_desk_home(coder: Actor) -> DeskHome:
    """The coder's start page."""
    async with acting_as(coder):
        held = await DB.fetch(
            "SELECT c.id AS chart_id, c.number, c.specialty, k.name AS client, c.due_at, c.state = 'correcting' AS"
            " is_correction, a.lease_until - clock_timestamp() AS lease_left FROM assignment a"
            " JOIN chart c ON c.id = a.chart_id LEFT JOIN client k ON k.id = c.client_id"
            " WHERE a.person_id = acting_person() AND a.stage = 'coding' ORDER BY a.pulled_at"
        )
        today = await _count_today()
        specialties = await DB.fetch("SELECT specialty FROM skill ORDER BY specialty")
        clients = await DB.fetch("SELECT name FROM client ORDER BY name")
        workload = await get_workload(coder.person_id) if coder.person_id else Workload()
        set_aside = await DB.value("SELECT count(*) FROM pend WHERE opened_by = acting_person() AND ended_at IS NULL")
    return DeskHome(
        tuple(Held(**dict(row)) for row in held), today.get("submitted", 0), today.get("released", 0),
        tuple(row["specialty"] for row in specialties), tuple(row["name"] for row in clients), workload,
        set_aside,
    )  # fmt: skip


async def open_desk(coder: Actor, *, chart_id: UUID, prefix: str, typed: Typed = NOTHING_TYPED) -> Desk:
    """A chart that the coder holds, with their draft as they left it; a correction begins with their last version.

    The look is in the access log before anything of the chart is read. Raises NotFound for a chart that is not theirs
    to see, Conflict for one that they do not hold (any more).
    """
    async with acting_as(coder):
        chart, patient_id, client_id = await _get_chart(chart_id)
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
        if hold is None:
            raise Conflict(LOST)
        await note_work(chart_id)
        draft = await begin_draft(chart_id=chart_id, stage=Stage.CODING, start=await _find_start(chart))
        checks = await find_checks(
            chart_id=chart_id, client_id=client_id, stage=Stage.CODING, lines=draft.lines, on=chart.service_on
        )
        waiting = await find_waiting(chart_id, draft.lines)
        rows = await find_pages(chart_id)
        corrections = await find_corrections(chart_id) if chart.state is ChartState.CORRECTING else ()
        auditor = await find_latest(chart_id, "auditor") if corrections else None
        audited = await find_lines(auditor.id) if auditor else Lines()
        today, guideline = await _count_today(), await find_guideline(chart_id, hold)
        likeness, ehr = await find_hint(chart_id), await find_ehr_visit(chart_id)
        news, stories = await find_news(chart_id, pulled_at=hold.pulled_at), await find_stories(chart_id)
        asked = await DB.fetch_one("SELECT waiting_since, answered_at FROM lead_thread WHERE chart_id = $1", chart_id)
        asks_poa = await is_poa_asked(chart_id)
        age, sex = await find_age_and_sex(chart_id, chart.service_on)
        queries, doubts = await find_of_chart(chart_id), await count_draft_doubts(chart_id)
        bookmarks = await find_bookmarks(chart_id, {row.id: row.place for row in rows})
        looked = {"stage": Stage.CODING.value, "pages": len(rows)} | ({"in_own_system": True} if ehr else {})
        event_id = await record(
            coder, Action.CHART_OPENED, object_type="chart", object_id=chart_id, client_id=client_id,
            patient_id=patient_id, details=looked,
        )  # fmt: skip
        mark = Mark(coder.name, await database_now(), event_id)
    places = {row.id: row.place for row in rows}
    work = show_work(
        hold, draft, on=chart.service_on, prefix=prefix, typed=typed, checks=checks,
        places=places, specialty=chart.specialty, asks_poa=asks_poa,
    )  # fmt: skip
    return Desk(
        chart=chart,
        pages=tuple(await show_pages(rows, mark)),
        work=await with_offers(work, waiting),
        corrections=corrections,
        submitted=today.get("submitted", 0),
        pulled_at=hold.pulled_at,
        guideline=guideline,
        likeness=likeness,
        ehr=ehr,
        queries=queries,
        news=news,
        stories=stories,
        lead_answered_at=asked["answered_at"] if asked else None,
        lead_is_asked=bool(asked and asked["waiting_since"]),
        pinned=_mark_all(audited, places),
        patient=", ".join(filter(None, ("" if age is None else f"{age} y", sex))),
        doubts=doubts,
        bookmarks=bookmarks,
    )


async def discard_changes(coder: Actor, *, chart_id: UUID, fence: int, revision: int) -> None:
    """Put the lines back to where the coder began: nothing, or the version that they correct. It can be undone.

    Raises Conflict and Stale as `save_lines` does, NotFound for a chart that is not theirs to see.
    """
    async with acting_as(coder):
        chart, _, _ = await _get_chart(chart_id)
        start = await _find_start(chart)
    await save_lines(
        coder, chart_id=chart_id, stage=Stage.CODING, fence=fence, revision=revision, change=lambda _lines, _on: start
    )


async def get_held_chart(coder: Actor, *, chart_id: UUID) -> tuple[ChartFacts, int]:
    """A chart that the coder holds and its fence; raises NotFound and Conflict as `open_desk` does."""
    async with acting_as(coder):
        chart, _, _ = await _get_chart(chart_id)
        hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
    if hold is None:
        raise Conflict(LOST)
    return chart, hold.fence


def _mark_all(lines: Lines, places: Mapping[UUID, int]) -> dict[str, tuple[PinMark, ...]]:
    marks = {f"d{at}": mark_pins(line.evidence, places) for at, line in enumerate(lines.diagnoses, start=1)}
    return marks | {f"p{at}": mark_pins(line.evidence, places) for at, line in enumerate(lines.procedures, start=1)}


async def find_corrections(chart_id: UUID) -> tuple[Correction, ...]:
    """The findings that a chart under correction was sent back with, read inside the current transaction."""
    return await _read_findings(
        await DB.fetch(
            "SELECT f.id, f.position, f.change, f.error_type, f.severity, f.direction, f.coder_line, f.auditor_line,"
            " f.citation, f.comment_sealed, v.version"
            " FROM finding f JOIN audit a ON a.id = f.audit_id JOIN coding v ON v.id = a.coding_id"
            " WHERE f.chart_id = $1 AND a.state = 'findings' ORDER BY a.number, f.position",
            chart_id,
        )
    )


async def find_findings(chart_id: UUID) -> tuple[Correction, ...]:
    """The findings of a chart's last audit that has any, read inside the current transaction."""
    return await _read_findings(
        await DB.fetch(
            "SELECT f.id, f.position, f.change, f.error_type, f.severity, f.direction, f.coder_line, f.auditor_line,"
            " f.citation, f.comment_sealed, v.version"
            " FROM finding f JOIN audit a ON a.id = f.audit_id JOIN coding v ON v.id = a.coding_id"
            " WHERE f.chart_id = $1"
            " AND a.number = (SELECT max(o.number) FROM audit o JOIN finding g ON g.audit_id = o.id"
            "  WHERE o.chart_id = $1) ORDER BY f.position",
            chart_id,
        )
    )


async def _read_findings(rows: list[asyncpg.Record]) -> tuple[Correction, ...]:
    comments = await open_fields(
        "finding.comment", {row["id"]: row["comment_sealed"] for row in rows if row["comment_sealed"]}
    )
    return tuple(
        Correction(
            row["position"], row["change"], row["error_type"], row["severity"], row["direction"],
            _line(row["coder_line"]), _line(row["auditor_line"]), row["citation"], comments.get(row["id"]),
            row["version"],
        )
        for row in rows
    )  # fmt: skip


async def _find_start(chart: ChartFacts) -> Lines:
    latest = await find_latest(chart.id, "coder")
    return await find_lines(latest.id) if latest else Lines(header=begin_header(chart.payer, chart.specialty))


async def _get_chart(chart_id: UUID) -> tuple[ChartFacts, UUID, UUID]:
    row: asyncpg.Record | None = await DB.fetch_one(
        "SELECT c.id, c.number, c.state, k.name AS client, o.name AS location, e.payer, e.provider, c.service_on,"
        " c.specialty, s.name AS service_line, c.is_stat, c.due_at, c.patient_id, c.client_id,"
        " (SELECT count(*) FROM coding v WHERE v.chart_id = c.id AND v.role = 'coder')::int AS versions"
        " FROM chart c JOIN encounter e ON e.id = c.encounter_id LEFT JOIN client k ON k.id = c.client_id"
        " LEFT JOIN location o ON o.id = e.location_id LEFT JOIN service_line s ON s.id = c.service_line_id"
        " WHERE c.id = $1",
        chart_id,
    )
    if row is None:
        raise NotFound
    known = {name: row[name] for name in row.keys() if name not in ("patient_id", "client_id", "state")}  # noqa: SIM118
    return ChartFacts(**known, state=ChartState(row["state"])), row["patient_id"], row["client_id"]


async def _count_today() -> dict[str, int]:
    """How the assignments of whoever acts ended since midnight UTC, by outcome."""
    rows = await DB.fetch(
        "SELECT outcome, count(*)::int AS count FROM assignment_history WHERE person_id = acting_person()"
        " AND stage = 'coding' AND ended_at >= date_trunc('day', clock_timestamp(), 'UTC') GROUP BY outcome"
    )
    return {row["outcome"]: row["count"] for row in rows}


def _line(text: str | None) -> Mapping[str, Any] | None:
    line: Mapping[str, Any] | None = json.loads(text) if text else None
    return line

"""Propose codes for a chart in the worker, show them to its coder, keep what became of each."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import anyio.to_thread
import asyncpg

from assignments.assistance.dictionary import load_dictionary
from assignments.assistance.keeping import (
    PROPOSE,
    ChartText,
    PageText,
    digest_of,
    find_knowledge,
    find_texts,
    read_texts,
)
from assignments.assistance.learning import Knowledge
from assignments.assistance.proposing import STRONG, Proposed, least_shown, propose
from assignments.codesets.icd10cm import get_code, is_billable_on
from assignments.drafting.rules import DiagnosisLine, Lines, Pin, add_diagnosis
from assignments.events import ChartEvent
from assignments.rules import ChartState
from portal.actor import WORKER, Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.ids import new_id
from portal.jobs import put_in_line

#: So many are shown at once, each with the number of its key.
MOST_SHOWN = 9
_HELD_BACK = 10
#: Somebody looks at the chart: before what is proposed ahead of time.
_AT_ONCE = 10
#: So much of the text stands around a quote.
_AROUND = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal as the coder sees it. `page` counts through the chart's pages that have words."""

    id: UUID
    number: int
    code: str
    title: str
    is_strong: bool
    page_id: UUID
    page: int
    start: int
    end: int
    before: str
    quote: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal that is to be shown: its place, and how many of the charts with its phrase came to its code."""

    id: UUID
    code: str
    score: float
    pin: Pin
    coded: int
    charts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Proposals that are to be shown, the pages they point to, and which page of the chart an id is.

    While they `are_coming` none is shown: those of an older version would change under the coder's keys.
    """

    rows: tuple[Row, ...] = ()
    pages: tuple[PageText, ...] = ()
    places: Mapping[UUID, int] = field(default_factory=dict)
    are_coming: bool = False  # the worker was asked for them


async def note_ready(_worker: Actor, event: ChartEvent) -> None:
    """A chart's pages are there: codes are proposed before somebody pulls it."""
    await put_in_line(PROPOSE, event.chart_id)


async def propose_codes(chart_id: UUID) -> None:
    """Propose codes for a chart, once for each set of its pages, and again for an open one that more is known for.

    Calm when repeated, and where nothing is known. What a coder has answered stays as it is.
    """
    async with acting_as(WORKER):
        chart = await DB.fetch_one(
            "SELECT c.client_id, c.specialty, c.service_on, c.state, p.documents, p.model_version FROM chart c"
            " LEFT JOIN proposing p ON p.client_id = c.client_id AND p.chart_id = c.id WHERE c.id = $1",
            chart_id,
        )
        if chart is None:
            return
        known = await find_knowledge(chart["client_id"], chart["specialty"])
        if known is None:
            return
        pages = await find_texts(chart_id)
        documents = digest_of(pages)
        is_open = chart["state"] in (ChartState.READY, ChartState.ASSIGNED)
        is_made = chart["documents"] == documents and (chart["model_version"] >= known[1] or not is_open)
        if not pages or is_made:
            return
    whole = await read_texts(pages)
    found = await anyio.to_thread.run_sync(_propose, known[2], whole)
    usable = [(one, whole.place(one.start, one.end)) for one in found if is_billable_on(one.code, chart["service_on"])]
    async with acting_as(WORKER):
        await _keep(chart_id, chart["client_id"], known[0], known[1], documents, usable)


async def _keep(
    chart_id: UUID, client_id: UUID, lexicon_id: UUID, version: int, documents: str,
    found: Sequence[tuple[Proposed, tuple[UUID, int, int]]],
) -> None:  # fmt: skip
    """Put the proposals in place of those that were made from the same pages, unless one of those is answered."""
    before = await DB.fetch(
        "SELECT decision FROM proposal WHERE chart_id = $1 AND documents = $2 FOR UPDATE", chart_id, documents
    )
    now = utc_now()
    await DB.execute(
        "INSERT INTO proposing (chart_id, client_id, lexicon_id, model_version, documents, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (chart_id) DO UPDATE SET lexicon_id = excluded.lexicon_id,"
        " model_version = excluded.model_version, documents = excluded.documents, made_at = excluded.made_at",
        chart_id, client_id, lexicon_id, version, documents, now,
    )  # fmt: skip
    if any(row["decision"] for row in before):
        return
    await DB.execute(
        "UPDATE proposal SET withdrawn_at = $4 WHERE chart_id = $1 AND documents = $2 AND code <> ALL ($3)"
        " AND withdrawn_at IS NULL",
        chart_id, documents, [one.code for one, _ in found], now,
    )  # fmt: skip
    for one, place in found:
        await DB.execute(
            "INSERT INTO proposal (id, client_id, chart_id, lexicon_id, model_version, documents, code, score,"
            " page_id, start_at, end_at, coded, charts, is_held_back, made_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, round($8::float8::numeric, 3), $9, $10, $11, $12, $13, $14, $15)"
            " ON CONFLICT (chart_id, documents, code) DO UPDATE SET lexicon_id = excluded.lexicon_id,"
            " model_version = excluded.model_version, score = excluded.score, page_id = excluded.page_id,"
            " start_at = excluded.start_at, end_at = excluded.end_at, coded = excluded.coded,"
            " charts = excluded.charts, made_at = excluded.made_at, withdrawn_at = NULL",
            new_id(), client_id, chart_id, lexicon_id, version, documents, one.code, one.confidence, *place,
            one.coded, one.charts, is_held_back(chart_id), now,
        )  # fmt: skip


def _propose(knowledge: Knowledge, whole: ChartText) -> list[Proposed]:
    return propose(knowledge, load_dictionary(), whole.text, least=least_shown(knowledge))


def is_held_back(chart_id: UUID) -> bool:
    """Whether a chart is one of the one in ten that are coded without proposals; always the same answer."""
    return hashlib.sha256(chart_id.bytes).digest()[0] % _HELD_BACK == 0


async def find_waiting(chart_id: UUID, lines: Lines, *, late: bool = False) -> Waiting:
    """What is to be shown to the coder who holds the chart, noted as shown; inside the current transaction.

    What is coded already is not shown; what was accepted and taken back again is. The worker is asked at once for
    proposals that are not there yet, and for newer ones while none is answered; `late` shows what there is meanwhile.
    """
    coded = [line.code for line in lines.diagnoses]
    made = await DB.fetch_one("SELECT documents, is_newest FROM proposals_made($1)", chart_id)
    rows = await DB.fetch(
        "SELECT id, code, documents, score, page_id, start_at, end_at, coded, charts FROM proposal"
        " WHERE chart_id = $1 AND NOT is_held_back AND decision IS DISTINCT FROM 'dismissed' AND code <> ALL ($2)"
        " AND withdrawn_at IS NULL ORDER BY score DESC, code",
        chart_id, coded,
    )  # fmt: skip
    pages = await find_texts(chart_id) if made or rows else []
    documents = digest_of(pages)
    if pages and made and not (made["documents"] == documents and made["is_newest"]):
        await put_in_line(PROPOSE, chart_id, priority=_AT_ONCE)
        if not is_held_back(chart_id) and not late:
            return Waiting(are_coming=True)
    if not rows:
        return Waiting()
    shown = [row for row in rows if row["documents"] == documents][:MOST_SHOWN]
    await DB.execute(
        "UPDATE proposal SET shown_at = clock_timestamp() WHERE id = ANY ($1) AND shown_at IS NULL",
        [row["id"] for row in shown],
    )
    every_page = await DB.fetch(
        "SELECT p.id FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' AND d.superseded_at IS NULL ORDER BY d.position, p.number",
        chart_id,
    )
    found = tuple(
        Row(_id(row["id"]), row["code"], float(row["score"]), _pin(row), row["coded"], row["charts"]) for row in shown
    )
    needed = {row.pin.page_id for row in found}
    return Waiting(
        found,
        tuple(page for page in pages if page.id in needed),
        {_id(row["id"]): place for place, row in enumerate(every_page, 1)},
    )


async def read_offers(waiting: Waiting, *, on: date) -> tuple[Offer, ...]:
    """The proposals with their quotes; outside a transaction."""
    texts = {page.id: (await read_texts([page])).text for page in waiting.pages}
    offers = []
    for number, row in enumerate(waiting.rows, 1):
        text, found = texts.get(row.pin.page_id, ""), get_code(row.code, on)
        offers.append(Offer(
            row.id, number, row.code, found.title if found else "", row.score >= STRONG, row.pin.page_id,
            waiting.places.get(row.pin.page_id, 0), row.pin.start, row.pin.end,
            *quote(text, row.pin.start, row.pin.end), _why(row),
        ))  # fmt: skip
    return tuple(offers)


def _why(row: Row) -> str:
    if not row.charts:
        return "The words of the code itself stand here."
    times = "chart" if row.charts == 1 else "charts"
    return f"Your team coded this in {row.coded} of {row.charts} {times} with this phrase."


def quote(text: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands before a place, at it and after it, in one line and in whole words; joined they read as the text."""
    before = text[max(0, start - _AROUND) : start]
    if start > _AROUND and not text[start - _AROUND - 1].isspace():
        before = re.sub(r"^\S+", "", before).lstrip()
    after = text[end : end + _AROUND]
    if text[end + _AROUND : end + _AROUND + 1].strip():
        after = re.sub(r"\S+$", "", after).rstrip()
    return re.sub(r"\s+", " ", before).lstrip(), " ".join(text[start:end].split()), re.sub(r"\s+", " ", after).rstrip()


def accept_into(lines: Lines, row: Row) -> Lines:
    """The lines with a proposed code, pinned to its place; as they are if they have it."""
    if any(line.code == row.code for line in lines.diagnoses):
        return lines
    return add_diagnosis(lines, DiagnosisLine(row.code, evidence=(row.pin,)))


async def get_proposal(coder: Actor, *, chart_id: UUID, proposal_id: UUID) -> Row:
    """A proposal that was shown for a chart; raises Conflict if there is none."""
    async with acting_as(coder):
        row = await DB.fetch_one(
            "SELECT id, code, score, page_id, start_at, end_at, coded, charts FROM proposal"
            " WHERE id = $2 AND chart_id = $1 AND shown_at IS NOT NULL",
            chart_id, proposal_id,
        )  # fmt: skip
    if row is None:
        raise Conflict(GONE)
    return Row(_id(row["id"]), row["code"], float(row["score"]), _pin(row), row["coded"], row["charts"])


async def find_shown_codes(chart_id: UUID) -> frozenset[str]:
    """The codes that were proposed to a chart's coder; inside the current transaction."""
    rows = await DB.fetch("SELECT code FROM proposal WHERE chart_id = $1 AND shown_at IS NOT NULL", chart_id)
    return frozenset(row["code"] for row in rows)


async def answer_proposal(coder: Actor, *, chart_id: UUID, proposal_id: UUID, accepted: bool, now: datetime) -> None:
    """Keep what a coder decided of a proposal that was shown; the last answer counts. Raises Conflict for another's."""
    async with acting_as(coder):
        changed = await DB.execute(
            "UPDATE proposal SET decision = $3, decided_by = acting_person(), decided_at = $4"
            " WHERE id = $2 AND chart_id = $1 AND shown_at IS NOT NULL",
            chart_id, proposal_id, "accepted" if accepted else "dismissed", now,
        )  # fmt: skip
        if not changed:
            raise Conflict(GONE)


GONE = "That proposal is not there any more. The lines below are as they stand now."


def _id(value: UUID) -> UUID:
    return UUID(bytes=value.bytes)  # the driver's own kind of UUID stays below this


def _pin(row: asyncpg.Record) -> Pin:
    return Pin(_id(row["page_id"]), row["start_at"], row["end_at"])

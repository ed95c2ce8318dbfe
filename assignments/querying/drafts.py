"""A query that is being written: kept with every change, sealed, quoted from the pages of its chart."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from assignments.pulling import LOST, Hold, find_hold
from assignments.querying.linking import find_recipients
from assignments.querying.rules import (
    LONGEST_QUOTE,
    MOST_INDICATORS,
    Content,
    Indicator,
    Purpose,
    Shape,
    arrange,
    ensure_fits,
    from_plain,
    to_plain,
)
from assignments.querying.shipped import Template
from assignments.querying.templates import find_templates
from assignments.rules import Stage
from assignments.viewing.looking import get_page_layer
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from storage.client_keys import get_active_key, get_key
from storage.sealed_fields import key_of, open_field, seal_field

EMPTY = Content(Purpose.SPECIFICITY, Shape.CHOICE, "", "")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a coder has written so far. `affects_coding` and `reasons` are never shown to a provider."""

    content: Content = EMPTY
    provider: str = ""
    template_key: str = ""
    template_version: int = 0
    affects_coding: bool = True
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Builder:
    """Everything that the builder shows beside the draft. Pages are ids by their place."""

    chart_id: UUID
    number: str
    fence: int
    draft: Draft
    templates: Sequence[Template]
    providers: Sequence[str]
    answered_by: Mapping[str, int]  # how many people answer for a provider, by the provider's name in small letters
    pages: Sequence[UUID]


async def open_builder(coder: Actor, *, chart_id: UUID) -> Builder:
    """The builder for a chart that the coder holds, with their draft as they left it; raises Conflict and NotFound."""
    async with acting_as(coder):
        chart = await DB.fetch_one(
            "SELECT c.number, c.patient_id, e.provider FROM chart c JOIN encounter e ON e.id = c.encounter_id"
            " WHERE c.id = $1",
            chart_id,
        )
        if chart is None:
            raise NotFound
        hold = await _ensure_held(chart_id)
        draft = await find_draft(chart_id) or Draft(provider=chart["provider"])
        templates = await find_templates()
        answered_by = await find_recipients(hold.client_id)
        pages = await _find_pages(chart_id)
        await record(
            coder, Action.QUERY_DRAFTED, object_type="chart", object_id=chart_id, client_id=hold.client_id,
            patient_id=chart["patient_id"], details={"look": "builder"},
        )  # fmt: skip
    names = {name.lower(): name for name in (chart["provider"], *answered_by)}
    return Builder(
        chart_id, chart["number"], hold.fence, draft, templates, tuple(names.values()),
        {name.lower(): count for name, count in answered_by.items()}, pages,
    )  # fmt: skip


async def find_draft(chart_id: UUID) -> Draft | None:
    """The draft of whoever acts for a chart, read inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT id, content_sealed FROM query_draft WHERE chart_id = $1 AND person_id = acting_person()", chart_id
    )
    if row is None:
        return None
    key = await get_key(key_of(row["content_sealed"]))
    return _read(json.loads(open_field(key, "query_draft.content", UUID(bytes=row["id"].bytes), row["content_sealed"])))


async def save_draft(coder: Actor, *, chart_id: UUID, draft: Draft) -> None:
    """Keep a draft. Raises Conflict if the chart is not theirs any more, Invalid if it is too long anywhere."""
    ensure_fits(draft.content)
    async with acting_as(coder):
        hold = await _ensure_held(chart_id)
        before = await find_draft(chart_id)
        if before == draft:
            return
        if not {i.page_id for i in draft.content.indicators} <= set(await _find_pages(chart_id)):
            raise Invalid("A quoted page is not there any more. Remove its quote.")
        row_id = await DB.value(
            "SELECT id FROM query_draft WHERE chart_id = $1 AND person_id = acting_person()", chart_id
        )
        draft_id = UUID(bytes=row_id.bytes) if row_id else new_id()
        key = await get_active_key(hold.client_id)
        sealed = seal_field(key, "query_draft.content", draft_id, json.dumps(_plain(draft)))
        # Two tabs that begin at once: the second's words are dropped, and its next change goes through.
        await DB.execute(
            "UPDATE query_draft SET content_sealed = $2 WHERE id = $1"
            if row_id
            else "INSERT INTO query_draft (id, content_sealed, client_id, chart_id, person_id)"
            " VALUES ($1, $2, $3, $4, acting_person()) ON CONFLICT DO NOTHING",
            *((draft_id, sealed) if row_id else (draft_id, sealed, hold.client_id, chart_id)),
        )
        await record(
            coder, Action.QUERY_DRAFTED, object_type="chart", object_id=chart_id, client_id=hold.client_id,
            patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", chart_id),
        )  # fmt: skip


async def quote(coder: Actor, *, chart_id: UUID, page_id: UUID, start: int, end: int) -> Indicator:
    """The words `start` to before `end` of one page of the chart, as an indicator; the look is in the access log.

    Raises NotFound for a page of another chart, Invalid for a range that the page does not have.
    """
    place = await _place_of(coder, chart_id, page_id)
    layer, _ = await get_page_layer(coder, page_id=page_id)
    return _indicator(page_id, place, layer.text, start, end)


async def quote_words(coder: Actor, *, chart_id: UUID, place: int, words: str) -> Indicator:
    """Like `quote`, for words that were typed: the first place of the page that has them, however they are spaced."""
    async with acting_as(coder):
        pages = await _find_pages(chart_id)
    if not 1 <= place <= len(pages):
        raise Invalid(f"Choose a page from 1 to {len(pages)}.")
    layer, _ = await get_page_layer(coder, page_id=pages[place - 1])
    wanted = r"\s+".join(re.escape(word) for word in words.split())
    found = re.search(wanted, layer.text, re.IGNORECASE) if wanted else None
    if found is None:
        raise Invalid(f"Page {place} does not have these words. Copy them exactly as they stand there.")
    return _indicator(pages[place - 1], place, layer.text, *found.span())


def with_indicator(draft: Draft, indicator: Indicator) -> Draft:
    """The draft with one quote more; the same draft if it has it. Raises Invalid when there are too many."""
    quoted = draft.content.indicators
    if indicator in quoted:
        return draft
    if len(quoted) >= MOST_INDICATORS:
        raise Invalid(f"Quote at most {MOST_INDICATORS} places. Remove some before you add another.")
    return replace(draft, content=replace(draft.content, indicators=(*quoted, indicator)))


def without_indicator(draft: Draft, at: int) -> Draft:
    """The draft without the quote of place `at`, counted from 1."""
    quoted = draft.content.indicators
    return replace(draft, content=replace(draft.content, indicators=quoted[: max(at - 1, 0)] + quoted[at:]))


def from_template(draft: Draft, template: Template) -> Draft:
    """The draft in the words of a template; quotes and recipient stay."""
    content = Content(
        template.purpose, template.shape, template.title, template.question,
        arrange(template.shape, template.offered, template.standing), draft.content.indicators,
    )  # fmt: skip
    return replace(draft, content=content, template_key=template.key, template_version=template.version, reasons={})


async def _ensure_held(chart_id: UUID) -> Hold:
    hold = await find_hold(chart_id=chart_id, stage=Stage.CODING)
    if hold is None:
        raise Conflict(LOST)
    return hold


async def _find_pages(chart_id: UUID) -> list[UUID]:
    rows = await DB.fetch(
        "SELECT p.id FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' AND d.superseded_at IS NULL ORDER BY d.position, p.number",
        chart_id,
    )
    return [UUID(bytes=row["id"].bytes) for row in rows]


async def _place_of(coder: Actor, chart_id: UUID, page_id: UUID) -> int:
    async with acting_as(coder):
        pages = await _find_pages(chart_id)
    if page_id not in pages:
        raise NotFound
    return pages.index(page_id) + 1


def _indicator(page_id: UUID, place: int, text: str, start: int, end: int) -> Indicator:
    words = " ".join(text[start:end].split()) if 0 <= start < end <= len(text) else ""
    if not words:
        raise Invalid("Select the words on the page first.")
    if len(words) > LONGEST_QUOTE:
        raise Invalid(
            f"Quote less: at most {LONGEST_QUOTE} characters. Several short quotes read better than one long."
        )
    return Indicator(page_id, start, end, words, place)


def _plain(draft: Draft) -> dict[str, Any]:
    return {
        "content": to_plain(draft.content),
        "provider": draft.provider,
        "template": [draft.template_key, draft.template_version],
        "affects": draft.affects_coding,
        "reasons": dict(draft.reasons),
    }


def _read(plain: Mapping[str, Any]) -> Draft:
    key, version = plain["template"]
    return Draft(from_plain(plain["content"]), plain["provider"], key, version, plain["affects"], plain["reasons"])

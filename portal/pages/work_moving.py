"""Moving chosen work: what will happen is shown before it is done, and what stays is named with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from litestar import Request, Response, post

from assignments.handing_over.closing import close_waiting
from assignments.handing_over.moving import keep_for, open_to_all, unlock
from assignments.handing_over.rules import AT_MOST, MOVING_REASONS, TERMS
from assignments.handing_over.selecting import Selected, Shares, Stays, find_selected, plan_shares
from assignments.hastening import CAN_HASTEN, change_haste
from assignments.obstacles import find_standings
from assignments.pends.reasons import find_reasons
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.pages.work import WORK
from portal.pages.work_list import find_work_ids, read_work_filter
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

#: What can be done with chosen work: the heading of its page, and the words on its button.
DEEDS = {
    "keep": ("Keep for somebody", "Keep them"),
    "open": ("Open to everybody", "Open them"),
    "unlock": ("Take back", "Take them back"),
    "stat": ("Make STAT", "Make them STAT"),
    "close": ("Close as not codable", "Close them"),
}
_WEIGHT = "weight "


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody for whom chosen work could be kept."""

    id: UUID
    name: str
    may: int  # how many of the chosen they may take
    holds: int
    kept: int
    on_duty: bool


@post(f"{WORK}/move", status_code=200, opt={"permission": Permission.LINE_MANAGE})
async def post_move(request: Request[Any, Any, Any]) -> Response[Any]:
    """Ask how the chosen work is moved, show what would happen, or do it."""
    form = await read_form(request)
    deed = form.choice("deed", "what is done with the charts", DEEDS)
    form.ensure()
    try:
        entry_ids = await _read_chosen(request, form)
    except Invalid as refusal:
        return await see_other(request, f"{WORK}?{form.values.get('query', '')}", flash=refusal.message, tone="warn")
    if form.values.get("step") != "do":
        return await _ask(request, form, deed, entry_ids)
    try:
        flash = await _do(request, form, deed, entry_ids)
    except FormError as refusal:
        return await _ask(request, form, deed, entry_ids, refusal.errors)
    except (Conflict, Invalid) as refusal:
        return await _ask(request, form, deed, entry_ids, {"reason": refusal.message})
    return await see_other(request, f"{WORK}?{form.values.get('query', '')}", flash=flash)


async def _do(request: Request[Any, Any, Any], form: Form, deed: str, entry_ids: list[UUID]) -> str:
    now = utc_now()
    if deed == "stat":
        return await _hasten(request, entry_ids)
    if deed == "close":
        reason_id = form.uuid("not_codable", "why they are not codable")
        form.ensure()
        done = await close_waiting(request.user, entry_ids=entry_ids, reason_id=reason_id, now=now)
        return f"{_charts(len(done.closed))} closed as not codable.{_say_stays(done.stays)}"
    reason = form.choice("reason", "the reason for which the work is moved", MOVING_REASONS)
    if deed == "keep":
        term = form.choice("term", "for how long they are kept", TERMS)
        weights = _read_weights(form)
        form.ensure()
        shares = await keep_for(
            request.user, entry_ids=entry_ids, weights=weights, term=TERMS[term][1], reason=reason, now=now,
            take_back=form.flag("take_back"),
        )  # fmt: skip
        said = ", ".join(f"{shares.count(one)} for {name}" for one, name in shares.people.items() if shares.count(one))
        return f"Kept for {TERMS[term][0]}: {said}.{_say_stays(shares.stays)}"
    form.ensure()
    if deed == "open":
        opened = await open_to_all(request.user, entry_ids=entry_ids, reason=reason, now=now)
        return f"{_charts(len(opened))} {'waits' if len(opened) == 1 else 'wait'} for everybody now."
    taken = await unlock(request.user, entry_ids=entry_ids, reason=reason, now=now)
    said = ", ".join(f"{one.entry.number} from {one.holder}" for one in taken[:5])
    more = f", and {len(taken) - 5} more" if len(taken) > 5 else ""
    return f"Taken back: {said}{more}. What was typed is kept for them."


async def _hasten(request: Request[Any, Any, Any], entry_ids: list[UUID]) -> str:
    async with acting_as(request.user):
        rows = await DB.fetch(
            "SELECT DISTINCT c.id FROM queue_entry e JOIN chart c ON c.id = e.chart_id WHERE e.id = ANY ($1)"
            " AND NOT c.is_stat AND c.state = ANY ($2)",
            entry_ids, [state.value for state in CAN_HASTEN],
        )  # fmt: skip
    if not rows:
        raise Conflict("All of these are STAT already, or out of our hands.")
    for row in rows:
        await change_haste(request.user, chart_id=row["id"], is_stat=True, now=utc_now())
    return f"{_charts(len(rows))} made STAT."


async def _ask(
    request: Request[Any, Any, Any], form: Form, deed: str, entry_ids: list[UUID],
    errors: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    """The page that asks how, with what would happen once that is known."""
    errors = dict(errors or {})
    shares: Shares | None = None
    async with acting_as(request.user):
        selected = await find_selected(entry_ids)
        candidates = await _find_candidates(selected) if deed == "keep" else []
        endings = [(str(one.id), one.name) for one in await find_reasons(client_id=None, use="not codable")]
        if deed == "keep" and form.values.get("step"):
            try:
                weights = _read_weights(form)
                if not form.errors:
                    shares = await plan_shares(selected, weights, take_back=form.flag("take_back"))
            except Invalid as refusal:
                errors.setdefault("weights", refusal.message)
    errors |= {name: sentence for name, sentence in form.errors.items() if name not in errors}
    return page(
        request, "portal/work_move.html", status=422 if errors else 200, deed=deed, title=DEEDS[deed][0],
        submit=DEEDS[deed][1], selected=selected, candidates=candidates, shares=shares, endings=endings,
        reasons=MOVING_REASONS, terms=TERMS, values=form.values, errors=errors,
        waiting=[one for one in selected if one.state == "waiting"],
        held=[one for one in selected if one.holder_id], kept=[one for one in selected if one.preferred_person],
    )  # fmt: skip


async def _find_candidates(selected: list[Selected]) -> list[Candidate]:
    """Everybody who may take any of it: who may take most of it first, of these who has least."""
    standings = await find_standings(list({one.work for one in selected}))
    may: dict[UUID, int] = {}
    for one in selected:
        for standing in standings[one.work]:
            if standing.obstacle is None and standing.person_id not in one.barred:
                may[standing.person_id] = may.get(standing.person_id, 0) + 1
    rows = await DB.fetch(
        "SELECT p.id, p.name, (SELECT count(*) FROM assignment a WHERE a.person_id = p.id)::integer AS holds,"
        " (SELECT count(*) FROM queue_entry e WHERE e.preferred_person = p.id AND e.state = 'waiting')::integer"
        " AS kept, p.id IN (SELECT person_id FROM people_on_duty('coding') UNION"
        "                   SELECT person_id FROM people_on_duty('audit')) AS on_duty"
        " FROM person p WHERE p.id = ANY ($1)",
        list(may),
    )
    found = [Candidate(row["id"], row["name"], may[row["id"]], row["holds"], row["kept"], row["on_duty"])
             for row in rows]  # fmt: skip
    return sorted(found, key=lambda one: (not one.on_duty, -one.may, one.holds + one.kept, one.name))


async def _read_chosen(request: Request[Any, Any, Any], form: Form) -> list[UUID]:
    """The ticked places in line, or all that the filter shows; raises Invalid for none or too many."""
    if form.flag("all"):
        wanted, _ = read_work_filter(dict(parse_qsl(form.values.get("query", ""))))
        async with acting_as(request.user):
            chosen = await find_work_ids(wanted, now=utc_now(), at_most=AT_MOST)
    else:
        posted = await request.form()
        chosen = []
        for value in posted.getall("entry", []):
            try:
                chosen.append(UUID(str(value)))
            except ValueError:
                continue
    if not chosen:
        raise Invalid("Nothing was ticked. Tick at least one chart in the list, then press the button again.")
    return list(dict.fromkeys(chosen))


def _read_weights(form: Form) -> dict[UUID, int]:
    """Who gets how large a share, from the fields `weight <id>`."""
    weights = {}
    for name, value in form.values.items():
        if name.startswith(_WEIGHT) and value not in ("", "0"):
            try:
                weights[UUID(name.removeprefix(_WEIGHT))] = form.integer(name, "A share", low=1, high=99)
            except ValueError:
                continue
    if not weights:
        form.wrong("weights", "Give at least one person a share.")
    return weights


def _say_stays(stays: Sequence[Stays]) -> str:
    if not stays:
        return ""
    first = stays[0]
    more = f" (and {len(stays) - 1} more)" if len(stays) > 1 else ""
    return f" Stays where it is: {first.entry.number}{more}: {first.why}"


def _charts(count: int) -> str:
    return "1 chart" if count == 1 else f"{count:,} charts"


ROUTES: list[Any] = [post_move]

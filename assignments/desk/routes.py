"""The coder's desk: start page, next chart, one chart with its documents and lines, submit, give back."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from assignments.bookmarks.routes import ROUTES as BOOKMARK_ROUTES
from assignments.code_use.counting import find_starred, get_weights
from assignments.coding.submitting import HasErrors, Unanswered, submit_coding
from assignments.desk.guideline_routes import guideline_routes
from assignments.desk.line_routes import line_routes, save_typed_fields
from assignments.desk.queries import discard_changes, get_desk_home, get_held_chart, open_desk
from assignments.desk.routes_aside import ROUTES as ASIDE_ROUTES
from assignments.desk.routes_next import CHARTS, go_to_next
from assignments.desk.routes_offers import ROUTES as OFFER_ROUTES
from assignments.desk.searching import find_options, with_stars
from assignments.desk.work import NOTHING_TYPED, Typed, get_work
from assignments.doubts.routes import ROUTES as DOUBT_ROUTES
from assignments.drafting.editing import Stale
from assignments.drafting.operations import ASKS_POA, Refused
from assignments.drafting.rules import MOST_DIAGNOSES
from assignments.leveling.routes import leveling_routes
from assignments.pulling import RELEASE_REASONS, SENTENCES, Outcome, release_chart
from assignments.querying.queries import find_unclosed
from assignments.querying.rules import STATES
from assignments.rules import Stage
from portal.actor import Kind
from portal.clock import utc_now
from portal.errors import Conflict
from portal.identity.permissions import Permission
from portal.ids import new_id
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import FormError, read_form
from portal.web.templating import page

CODER = {"permission": Permission.CODING_WORK}
CLOSE_IT = "Say above what came of it, or submit once more to leave it open."
DISCARDED = "Your changes are taken back. Undo brings them again."


@get("/desk", opt=CODER)
async def show_desk_home(
    request: Request[Any, Any, Any], why: FromQuery[str] = "", until: FromQuery[str] = ""
) -> Response[Any]:
    """What the coder holds, and the way to the next chart; after a pull without one, why there is none."""
    home = await get_desk_home(request.user)
    outcome = Outcome(why) if why in set(Outcome) else None
    return page(
        request, "assignments/desk/home.html", home=home, outcome=outcome,
        sentence=SENTENCES[outcome] if outcome else "", now=utc_now(), request_id=new_id(), until=_moment(until),
    )  # fmt: skip


@post("/desk/next", status_code=200, opt=CODER)
async def post_next(request: Request[Any, Any, Any]) -> Response[Any]:
    """Pull the next chart and go to it."""
    form = await read_form(request)
    request_id = form.uuid("request_id", "the button on the page again")
    form.ensure()
    return await go_to_next(request, request_id)


@get(f"{CHARTS}/{{chart_id:uuid}}", opt=CODER)
async def show_desk(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The desk with one chart, exactly as it was left."""
    return await show_chart(request, chart_id, NOTHING_TYPED)


async def show_chart(request: Request[Any, Any, Any], chart_id: UUID, typed: Typed) -> Response[Any]:
    """The desk with what was typed and could not be used."""
    desk = await open_desk(request.user, chart_id=chart_id, prefix=f"{CHARTS}/{chart_id}", typed=typed)
    return page(
        request, "assignments/desk/desk.html", status=typed.status, desk=desk, work=desk.work, pages=desk.pages,
        now=utc_now(), reasons=RELEASE_REASONS, request_id=new_id(), next_request_id=new_id(), states=STATES,
    )  # fmt: skip


@post(f"{CHARTS}/{{chart_id:uuid}}/submit", status_code=200, opt=CODER)
async def post_submit(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Submit the lines and go straight to the next chart; what is wrong with them stays beside them."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    request_id = form.uuid("request_id", "the button on the page again")
    next_request_id = form.uuid("next_request_id", "the button on the page again")
    form.ensure()
    try:
        await save_typed_fields(request, chart_id, Stage.CODING, form)
    except Refused as refusal:
        return await _show_again(request, chart_id, Typed(form.values, refusal.errors, 422, refusal.message))
    except Stale as refusal:
        return await _show_again(request, chart_id, Typed(form.values, {}, 409, notice=refusal.message))
    except Conflict:
        pass  # no longer held: submit_coding knows whether that is because this request has done its work already
    unclosed = " ".join(await find_unclosed(request.user, chart_id=chart_id))
    if unclosed and unclosed != form.values.get("left_open"):
        notice = f"Not submitted yet. Answered and not closed: {unclosed}. {CLOSE_IT}"
        return await _show_again(request, chart_id, Typed(form.values, {}, 422, notice=notice, left_open=unclosed))
    try:
        submitted = await submit_coding(
            request.user, chart_id=chart_id, fence=fence, request_id=request_id, now=utc_now()
        )
    except (HasErrors, Unanswered) as refusal:
        goes_on = isinstance(refusal, Unanswered)
        return await _show_again(
            request, chart_id, Typed(form.values, {}, 422, notice=refusal.message, goes_on=goes_on)
        )
    return await go_to_next(request, next_request_id, done=f"{submitted.number} is submitted.")


@post(f"{CHARTS}/{{chart_id:uuid}}/discarded", status_code=200, opt=CODER)
async def post_discarded(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Take everything back to where the coder began; undo brings it again."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    revision = form.integer("revision", "The revision", low=0, high=2_000_000_000)
    form.ensure()
    try:
        await discard_changes(request.user, chart_id=chart_id, fence=fence, revision=revision)
    except Stale as refusal:
        return await _show_again(request, chart_id, Typed(form.values, {}, 409, notice=refusal.message))
    if not wants_fragment(request):
        return await see_other(request, f"{CHARTS}/{chart_id}", flash=DISCARDED)
    return await _show_again(request, chart_id, Typed(said=DISCARDED))


@get(f"{CHARTS}/{{chart_id:uuid}}/release", opt=CODER)
async def show_release(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The same form as the desk's dialog, as a page."""
    chart, fence = await get_held_chart(request.user, chart_id=chart_id)
    return page(
        request, "assignments/desk/release.html", chart=chart, fence=fence, reasons=RELEASE_REASONS, errors={},
        prefix=f"{CHARTS}/{chart_id}",
    )  # fmt: skip


@post(f"{CHARTS}/{{chart_id:uuid}}/release", status_code=200, opt=CODER)
async def post_release(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Give the chart back for a reason."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    reason = form.choice("reason", "the reason for which you give this chart back", RELEASE_REASONS)
    try:
        form.ensure()
    except FormError as refusal:
        chart, fence = await get_held_chart(request.user, chart_id=chart_id)
        return page(
            request, "assignments/desk/release.html", status=422, chart=chart, fence=fence, reasons=RELEASE_REASONS,
            errors=refusal.errors, prefix=f"{CHARTS}/{chart_id}",
        )  # fmt: skip
    await release_chart(request.user, chart_id=chart_id, fence=fence, reason=reason, now=utc_now())
    return await see_other(request, "/desk", flash="The chart is back in line. Your lines are kept.")


@post("/codes/search", status_code=200, opt={"permission": (Permission.CODING_WORK, Permission.AUDIT_WORK)})
async def post_code_search(request: Request[Any, Any, Any]) -> Response[Any]:
    """The list below the entry box for what is typed in it; posted, so that no word typed ever stands in a URL."""
    form = await read_form(request)
    entry = form.values.get("entry", "")[:200]
    on = form.date("on", "The date of service", earliest=date(1990, 1, 1), latest=date(2100, 1, 1))
    diagnoses = form.integer("diagnoses", "The diagnoses", low=0, high=1000) if "diagnoses" in form.values else None
    form.ensure()
    if diagnoses is None:
        diagnoses = MOST_DIAGNOSES
    weights = await get_weights(request.user, specialty=form.values.get("specialty", "")[:60])
    # The index is built when it is first asked for, which takes a second: not on the event loop.
    options = await anyio.to_thread.run_sync(
        lambda: find_options(entry, on=on, diagnoses=diagnoses, weights=weights, asks_poa=ASKS_POA in form.values)
    )
    is_coder = request.user.kind is Kind.CODER  # nobody else has favourites
    options = with_stars(options, find_starred(request.user)) if is_coder else options
    return page(request, "assignments/desk/_hits.html", options=options, query=entry, has_stars=is_coder)


def _moment(seconds: str) -> datetime | None:
    """A time as seconds since 1970; what cannot be read is no time."""
    return datetime.fromtimestamp(int(seconds), UTC) if re.fullmatch(r"\d{1,10}", seconds) else None


async def _show_again(request: Request[Any, Any, Any], chart_id: UUID, typed: Typed) -> Response[Any]:
    if not wants_fragment(request):
        return await show_chart(request, chart_id, typed)
    work = await get_work(
        request.user, chart_id=chart_id, stage=Stage.CODING, prefix=f"{CHARTS}/{chart_id}", typed=typed
    )
    return page(request, "assignments/desk/_changed.html", status=typed.status, work=work)


ROUTES = [
    show_desk_home,
    post_next,
    show_desk,
    post_submit,
    post_discarded,
    show_release,
    post_release,
    post_code_search,
    *ASIDE_ROUTES,
    *BOOKMARK_ROUTES,
    *OFFER_ROUTES,
    *DOUBT_ROUTES,
    *guideline_routes(CHARTS, permission=Permission.CODING_WORK),
    *leveling_routes(CHARTS, stage=Stage.CODING, permission=Permission.CODING_WORK),
    *line_routes(CHARTS, stage=Stage.CODING, permission=Permission.CODING_WORK, show_page=show_chart),
]

"""The coder's side of queries: the builder on the desk, what they asked, and what came of it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pulling import pull_next_chart
from assignments.querying.closing import cancel_query, close_query
from assignments.querying.drafts import (
    Builder,
    Draft,
    from_template,
    open_builder,
    quote,
    quote_words,
    save_draft,
    with_indicator,
    without_indicator,
)
from assignments.querying.forms import read_draft
from assignments.querying.linting import lint
from assignments.querying.queries import find_asked, open_query
from assignments.querying.rules import CANCEL_REASONS, OUTCOMES, PURPOSES, SHAPES, STANDING, STATES
from assignments.querying.sending import send_query
from portal.clock import utc_now
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.ids import new_id
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form
from portal.web.templating import page

CODER = {"permission": Permission.CODING_WORK}
CODER_OR_AUDITOR = {"permission": (Permission.CODING_WORK, Permission.AUDIT_WORK)}
CODER_OR_MANAGER = {"permission": (Permission.CODING_WORK, Permission.QUERY_MANAGE)}
PLACE = "/desk/charts/{chart_id:uuid}/query"


@get(PLACE, opt=CODER)
async def show_builder(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The builder as it was left, in the drawer or as a page."""
    return _show(request, await open_builder(request.user, chart_id=chart_id))


@post(PLACE, status_code=200, opt=CODER)
async def post_builder(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Keep what was written, and do what the pressed button says."""
    form = await read_form(request)
    builder = await open_builder(request.user, chart_id=chart_id)
    builder = replace(builder, draft=read_draft(builder.draft, form.values))
    op, _, rest = form.values.get("op", "check").partition(" ")
    try:
        await save_draft(request.user, chart_id=chart_id, draft=builder.draft)
        if op == "send":
            return await _send(request, chart_id, form)
        builder = replace(builder, draft=await _change(request, builder, op, rest, form))
        await save_draft(request.user, chart_id=chart_id, draft=builder.draft)
    except Invalid as refusal:
        return _show(request, builder, refusal, typed=form.values.get("words", ""))
    if op == "check" and wants_fragment(request):
        return page(request, "assignments/querying/_check.html", **_around(builder))
    return _show(request, builder)


async def _change(request: Request[Any, Any, Any], builder: Builder, op: str, rest: str, form: Form) -> Draft:
    """The draft after a template was taken, or words were quoted or a quote removed."""
    chart_id, draft = builder.chart_id, builder.draft
    if op == "template":
        template = {one.key: one for one in builder.templates}.get(form.values.get("template", ""))
        if template is None:
            raise Invalid("Choose a template from the list.")
        return from_template(draft, template)
    if op == "quote" and form.values.get("q_page"):
        page_id = form.uuid("q_page", "the words on the page again")
        start = form.integer("q_start", "The place", low=0, high=10_000_000)
        end = form.integer("q_end", "The place", low=0, high=10_000_000)
        form.ensure()
        return with_indicator(
            draft, await quote(request.user, chart_id=chart_id, page_id=page_id, start=start, end=end)
        )
    if op == "quote":
        place = form.integer("page", "The page", low=1, high=100_000)
        form.ensure()
        words = form.values.get("words", "")
        return with_indicator(draft, await quote_words(request.user, chart_id=chart_id, place=place, words=words))
    if op == "unquote" and rest.isdecimal():
        return without_indicator(draft, int(rest[:4]))
    return draft


async def _send(request: Request[Any, Any, Any], chart_id: UUID, form: Form) -> Response[Any]:
    """Send the query and go straight to the next chart."""
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    request_id = form.uuid("next_request_id", "the button on the page again")
    form.ensure()
    now = utc_now()
    sent = await send_query(request.user, chart_id=chart_id, fence=fence, now=now)
    pulled = await pull_next_chart(request.user, request_id=request_id, now=now)
    place = f"/desk/charts/{pulled.chart_id}" if pulled.chart_id else f"/desk?why={pulled.outcome.value}"
    return await see_other(request, place, flash=f"{sent.number} is sent. Its chart comes back to you with the answer.")


@get("/my-queries", opt=CODER)
async def show_asked(request: Request[Any, Any, Any]) -> Response[Any]:
    """What the coder asked: answered, open, and over."""
    rows = await find_asked(request.user)
    return page(request, "assignments/querying/asked.html", rows=rows, states=STATES, purposes=PURPOSES, now=utc_now())


@get("/my-queries/{query_id:uuid}", opt=CODER_OR_AUDITOR)
async def show_asked_query(request: Request[Any, Any, Any], query_id: FromPath[UUID]) -> Response[Any]:
    """One query with its answer, in the drawer or as a page; an auditor reads it, and no more."""
    shown = await open_query(request.user, query_id=query_id)
    place = "my-queries" if request.user.may(Permission.CODING_WORK) else "audits"
    name = "_query.html" if wants_fragment(request) else "query.html"
    return page(
        request, f"assignments/querying/{name}", shown=shown, states=STATES, now=utc_now(), outcomes=OUTCOMES,
        reasons=CANCEL_REASONS, place=place,
    )  # fmt: skip


@post("/my-queries/{query_id:uuid}/close", status_code=200, opt=CODER)
async def post_close(request: Request[Any, Any, Any], query_id: FromPath[UUID]) -> Response[Any]:
    """Close an answered query with its outcome, and go back to where the coder was."""
    form = await read_form(request)
    outcome = form.choice("outcome", "what came of the query", OUTCOMES)
    form.ensure()
    closed = await close_query(request.user, query_id=query_id, outcome=outcome, now=utc_now())
    place = f"/desk/charts/{closed.chart_id}" if form.flag("desk") else f"/my-queries/{query_id}"
    return await see_other(request, place, flash=f"{closed.number} is closed.")


@post("/queries/{query_id:uuid}/cancel", status_code=200, opt=CODER_OR_MANAGER)
async def post_cancel(request: Request[Any, Any, Any], query_id: FromPath[UUID]) -> Response[Any]:
    """Take an open query back: one's own, or as a manager anybody's."""
    form = await read_form(request)
    reason = form.choice("reason", "why the query is taken back", CANCEL_REASONS)
    form.ensure()
    number = await cancel_query(request.user, query_id=query_id, reason=reason, now=utc_now())
    place = f"/queries/{query_id}" if request.user.may(Permission.QUERY_MANAGE) else "/my-queries"
    return await see_other(request, place, flash=f"{number} is taken back. Its chart goes to its coder.")


def _show(
    request: Request[Any, Any, Any], builder: Builder, refusal: Invalid | None = None, typed: str = ""
) -> Response[Any]:
    name = "_builder.html" if wants_fragment(request) else "builder.html"
    # htmx leaves out what comes with an error; in the drawer the sentence stands above the form.
    status = 422 if refusal and not wants_fragment(request) else 200
    return page(
        request, f"assignments/querying/{name}", status=status, problem=refusal.message if refusal else "",
        typed=typed, next_request_id=new_id(), **_around(builder),
    )  # fmt: skip


def _around(builder: Builder) -> dict[str, Any]:
    return {
        "builder": builder, "draft": builder.draft, "remarks": lint(builder.draft.content), "purposes": PURPOSES,
        "shapes": SHAPES, "standing": STANDING,
        "template_names": [("", "Own words"), *((one.key, one.name) for one in builder.templates)],
    }  # fmt: skip


ROUTES: list[Any] = [show_builder, post_builder, show_asked, show_asked_query, post_close, post_cancel]

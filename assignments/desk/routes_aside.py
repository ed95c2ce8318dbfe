"""The desk's tools for a chart that cannot be coded now: set it aside for the client, ask a lead, not codable."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.desk.aside import get_aside, get_asked
from assignments.desk.routes_next import CHARTS, go_to_next
from assignments.pends.asking_leads import ask_lead
from assignments.pends.closing import close_not_codable
from assignments.pends.opening import Asked, pend_chart
from assignments.pends.rules import LONGEST_NOTE, Owner
from portal.clock import utc_now
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.ids import new_id
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

CODER = {"permission": Permission.CODING_WORK}
PLACE = f"{CHARTS}/{{chart_id:uuid}}"


@get(f"{PLACE}/pend", opt=CODER)
async def show_pend(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Why the chart has to wait for its client."""
    return await _show(request, chart_id, "pend", Form({}))


@post(f"{PLACE}/pend", status_code=200, opt=CODER)
async def post_pend(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Set the chart aside until its client answers, and go to the next one."""
    form = await read_form(request)
    fence, next_id = _fence(form)
    asked = _read_asked(form)
    try:
        form.ensure()
        await pend_chart(request.user, chart_id=chart_id, fence=fence, owner=Owner.CLIENT, asked=asked, now=utc_now())
    except Invalid as refusal:
        return await _show(request, chart_id, "pend", form, refusal)
    return await go_to_next(request, next_id, done="The chart waits for its client and comes back to you first.")


@get(f"{PLACE}/not-codable", opt=CODER)
async def show_not_codable(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Why there is nothing to code."""
    return await _show(request, chart_id, "not_codable", Form({}))


@post(f"{PLACE}/not-codable", status_code=200, opt=CODER)
async def post_not_codable(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Close the chart as not codable, and go to the next one."""
    form = await read_form(request)
    fence, next_id = _fence(form)
    reason = form.uuid("reason", "the reason why it cannot be coded")
    note = form.text("note", "The note", required=False, most=LONGEST_NOTE)
    try:
        form.ensure()
        number = await close_not_codable(
            request.user, chart_id=chart_id, fence=fence, reason_id=reason, note=note, now=utc_now()
        )
    except Invalid as refusal:
        return await _show(request, chart_id, "not_codable", form, refusal)
    return await go_to_next(request, next_id, done=f"{number} is closed as not codable.")


@get(f"{PLACE}/lead", opt=CODER)
async def show_asking(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """What was asked of the leads about this chart, and the box for more."""
    return await _show(request, chart_id, "lead", Form({}))


@post(f"{PLACE}/lead", status_code=200, opt=CODER)
async def post_asking(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Ask the leads; the coder goes on with the chart, or sets it aside until they answer."""
    form = await read_form(request)
    fence, next_id = _fence(form)
    text = form.text("text", "What you want to know", most=LONGEST_NOTE)
    set_aside = form.values.get("then") == "aside"
    try:
        form.ensure()
        await ask_lead(request.user, chart_id=chart_id, fence=fence, text=text, set_aside=set_aside, now=utc_now())
    except Invalid as refusal:
        return await _show(request, chart_id, "lead", form, refusal)
    if set_aside:
        return await go_to_next(request, next_id, done="The chart waits for a lead and comes back to you first.")
    if wants_fragment(request):
        return await _show(request, chart_id, "lead", Form({}))
    return await see_other(request, f"{CHARTS}/{chart_id}", flash="The leads have your question. Go on meanwhile.")


def _fence(form: Form) -> tuple[int, UUID]:
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    next_id = form.uuid("next_request_id", "the button on the page again")
    form.ensure()
    return fence, next_id


def _read_asked(form: Form) -> list[Asked]:
    """The reasons that were ticked, each with what stands in its own fields."""
    asked = []
    for name in [name for name in form.values if name.startswith("reason_")]:
        reason_id = form.uuid(name, "a reason from the list")
        at = name.removeprefix("reason_")
        note = form.text(f"note_{at}", "The note", required=False, most=LONGEST_NOTE)
        provider = form.text(f"provider_{at}", "The provider", required=False, most=120)
        about_on = None
        if form.values.get(f"on_{at}"):
            about_on = form.date(f"on_{at}", "The date", earliest=date(1990, 1, 1), latest=date(2100, 1, 1))
        asked.append(Asked(reason_id, note, provider, about_on))
    return asked


async def _show(
    request: Request[Any, Any, Any], chart_id: UUID, what: str, form: Form, refusal: Invalid | None = None
) -> Response[Any]:
    """One tool in the drawer, or as a page; what was typed stays."""
    aside = (
        await get_asked(request.user, chart_id=chart_id)
        if what == "lead"
        else await get_aside(request.user, chart_id=chart_id, use="pend" if what == "pend" else "not codable")
    )
    errors = sentences_of(refusal, None)
    template = "assignments/desk/_aside.html" if wants_fragment(request) else "assignments/desk/aside.html"
    return page(
        request, template, status=refusal.status if refusal else 200, aside=aside, what=what, values=form.values,
        errors=errors, prefix=f"{CHARTS}/{chart_id}", next_request_id=new_id(), most=LONGEST_NOTE,
    )  # fmt: skip


ROUTES: list[Any] = [show_pend, post_pend, show_not_codable, post_not_codable, show_asking, post_asking]

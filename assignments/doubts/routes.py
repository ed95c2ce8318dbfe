"""The desk's tool for what a coder is unsure of: mark it, see what is marked, take it back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.doubts.marking import LONGEST_NOTE, mark_unsure, open_doubts, unmark
from assignments.drafting.operations import read_pin
from portal.clock import utc_now
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.ids import new_id
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

CODER = {"permission": Permission.CODING_WORK}
PLACE = "/desk/charts/{chart_id:uuid}/unsure"


@get(PLACE, opt=CODER)
async def show_doubts(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """What is marked on the chart, and the form for more."""
    return await _show(request, chart_id, Form({}))


@post(PLACE, status_code=200, opt=CODER)
async def post_doubt(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Mark a line or a place, or the chart as a whole."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    request_id = form.uuid("request_id", "the button on the page again")
    form.ensure()
    note = form.text("note", "What you are unsure of", most=LONGEST_NOTE)
    try:
        form.ensure()
        await mark_unsure(
            request.user, chart_id=chart_id, fence=fence, request_id=request_id, note=note,
            line=form.values.get("line", ""), pin=read_pin(form.values), now=utc_now(),
        )  # fmt: skip
    except Invalid as refusal:
        return await _show(request, chart_id, form, refusal)
    if wants_fragment(request):
        return await _show(request, chart_id, Form({}))
    return await see_other(request, f"/desk/charts/{chart_id}", flash="Marked. An auditor will look at this chart.")


@post(f"{PLACE}/removed", status_code=200, opt=CODER)
async def post_removed(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Take a mark back."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    doubt_id = form.uuid("mark", "the button on the page again")
    form.ensure()
    await unmark(request.user, chart_id=chart_id, fence=fence, doubt_id=doubt_id)
    if wants_fragment(request):
        return await _show(request, chart_id, Form({}))
    return await see_other(request, f"/desk/charts/{chart_id}/unsure", flash="The mark is taken back.")


async def _show(
    request: Request[Any, Any, Any], chart_id: UUID, form: Form, refusal: Invalid | None = None
) -> Response[Any]:
    """The tool in the drawer, or as a page; what was typed stays."""
    doubts = await open_doubts(request.user, chart_id=chart_id)
    errors = sentences_of(refusal, None)
    template = "_drawer" if wants_fragment(request) else "page"
    return page(
        request, f"assignments/doubts/{template}.html", status=refusal.status if refusal else 200, doubts=doubts,
        values=form.values, errors=errors, back=f"/desk/charts/{chart_id}", request_id=new_id(), most=LONGEST_NOTE,
    )  # fmt: skip


ROUTES: list[Any] = [show_doubts, post_doubt, post_removed]

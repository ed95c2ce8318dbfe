"""Favourites and sets, a tool of the desk."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from assignments.desk.queries import get_held_chart
from assignments.desk.work import Typed, get_work
from assignments.favourites.queries import open_tool
from assignments.favourites.sets import end_set, keep_set, put_set
from assignments.favourites.starring import star_code, unstar_code
from assignments.rules import Stage
from portal.actor import Actor
from portal.clock import utc_now
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form
from portal.web.templating import page

CHARTS = "/desk/charts"
CODER = {"permission": Permission.CODING_WORK}


@get(f"{CHARTS}/{{chart_id:uuid}}/sets", opt=CODER)
async def show_sets(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Favourites, the sets for this chart, and what of its lines could be starred or kept."""
    return await _show(request, chart_id)


@post(f"{CHARTS}/{{chart_id:uuid}}/sets", status_code=200, opt=CODER)
async def post_sets(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Star a code or take its star back; keep the chart's lines as a set, or end one of one's own."""
    form = await read_form(request)
    try:
        await _change(request.user, chart_id, form)
    except Invalid as refusal:
        return await _show(request, chart_id, refusal.message, form.values.get("name", ""))
    if wants_fragment(request):
        return await _show(request, chart_id)
    return await see_other(request, f"{CHARTS}/{chart_id}/sets")


@post(f"{CHARTS}/{{chart_id:uuid}}/sets/put", status_code=200, opt=CODER)
async def post_put(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Put a set on the chart, and show the lines as they then are."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    revision = form.integer("revision", "The revision", low=0, high=2_000_000_000)
    form.ensure()
    set_id = _id(form.values.get("op", "").partition(" ")[2])
    back = f"{CHARTS}/{chart_id}"
    try:
        said = await put_set(request.user, chart_id=chart_id, fence=fence, revision=revision, set_id=set_id)
        typed = Typed(said=said, notice=said if "Not added" in said else "")
    except (Conflict, Invalid) as refusal:
        typed = Typed(status=int(refusal.status), notice=refusal.message, said=refusal.message)
    if not wants_fragment(request):
        return await see_other(request, back, flash=typed.said)
    work = await get_work(request.user, chart_id=chart_id, stage=Stage.CODING, prefix=back, typed=typed)
    return page(request, "assignments/desk/_changed.html", status=typed.status, work=work)


@post("/codes/starred", status_code=200, opt=CODER)
async def post_starred(request: Request[Any, Any, Any]) -> Response[Any]:
    """Star a code that the search has found, or take its star back, and say so; whoever types goes on typing."""
    form = await read_form(request)
    code = form.values.get("code", "")[:20]
    if form.values.get("op") == "unstar":
        await unstar_code(request.user, code=code)
        said = f"{code} is no favourite any more."
    else:
        await star_code(request.user, code=code, now=utc_now())
        said = f"{code} is a favourite: it comes earlier when you search."
    if not wants_fragment(request):
        return await see_other(request, "/desk", flash=said)
    return Response(said, media_type=MediaType.TEXT)


async def _change(coder: Actor, chart_id: UUID, form: Form) -> None:
    verb, _, rest = form.values.get("op", "").partition(" ")
    match verb:
        case "star":
            await star_code(coder, code=rest, now=utc_now())
        case "unstar":
            await unstar_code(coder, code=rest)
        case "keep":
            await keep_set(coder, chart_id=chart_id, name=form.values.get("name", ""), now=utc_now())
        case "end":
            await end_set(coder, set_id=_id(rest), now=utc_now())
        case _:
            raise Invalid


async def _show(request: Request[Any, Any, Any], chart_id: UUID, refusal: str = "", name: str = "") -> Response[Any]:
    back = f"{CHARTS}/{chart_id}"
    await get_held_chart(request.user, chart_id=chart_id)  # a chart of somebody else's is not found
    work = await get_work(request.user, chart_id=chart_id, stage=Stage.CODING, prefix=back)
    shown = await open_tool(request.user, chart_id=chart_id, lines=work.lines, on=work.on)
    template = "assignments/favourites/_sets.html" if wants_fragment(request) else "assignments/favourites/sets.html"
    return page(
        request, template, status=422 if refusal else 200, shown=shown, work=work, back=back, refusal=refusal, name=name
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("That set is not there any more.") from None


ROUTES = [show_sets, post_sets, post_put, post_starred]

"""Split a PDF of many patients on screen: every button saves all that was typed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.bulk.manifest import NAMES
from assignments.bulk.page_ranges import PageRange, read_ranges, toggle_beginning, write_ranges
from assignments.bulk.splitting import Part, Splitting, get_small_page, get_splitting, save_splitting, send_splitting
from assignments.intake.queries import get_choices
from portal.clock import utc_now
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

_MAY = {"permission": Permission.CHART_UPLOAD}
_FACTS = tuple(name for name in NAMES if name != "file")


@get("/deliveries/{delivery_id:uuid}/split", opt=_MAY)
async def show_splitting(request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[Any]:
    """The pages in order, and what has been marked so far."""
    return await _page(request, await get_splitting(request.user, delivery_id))


@post("/deliveries/{delivery_id:uuid}/split", status_code=200, opt=_MAY)
async def post_splitting(request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[Any]:
    """Mark a beginning, set typed ranges, save, or send; `op` says which."""
    form = await read_form(request)
    splitting = await get_splitting(request.user, delivery_id)
    here, op, seen = f"/deliveries/{delivery_id}", form.values.get("op", "save"), form.values.get("seen", "")
    typed = _typed(form, splitting)
    try:
        if op == "send":
            await send_splitting(
                request.user, delivery_id=delivery_id, seen=seen, parts=typed,
                choices=await get_choices(request.user), now=utc_now(),
            )  # fmt: skip
            return await see_other(request, here)
        ranges = _marked(op, form, [one.pages for one in typed], pages=len(splitting.pages))
    except Invalid as refusal:
        shown = replace(splitting, parts=typed)
        return await _page(request, shown, refusal, form)
    await save_splitting(request.user, delivery_id=delivery_id, seen=seen, parts=_filled(ranges, typed, splitting))
    return await see_other(request, f"{here}/split" + (f"#page-{op[6:]}" if op.startswith("begin ") else ""))


@get("/deliveries/pages/{delivery_page_id:uuid}/image", opt=_MAY)
async def show_small_page(request: Request[Any, Any, Any], delivery_page_id: FromPath[UUID]) -> Response[bytes]:
    """A page as a small picture."""
    jpeg = await get_small_page(request.user, delivery_page_id)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store, private"})


def _typed(form: Form, splitting: Splitting) -> list[Part]:
    """The parts on file with what the form says of each; a part that the form does not have keeps what it has."""
    parts = []
    for one in splitting.parts:
        first = one.pages.first
        if f"{first}.here" not in form.values:
            parts.append(one)
            continue
        values = {name: form.values.get(f"{first}.{name}", "")[:200] for name in _FACTS}
        values["stat"] = "yes" if values["stat"] else ""
        is_left_out = form.flag(f"{first}.leave")
        parts.append(Part(replace(one.pages, is_left_out=is_left_out), values))
    return parts


def _marked(op: str, form: Form, ranges: list[PageRange], *, pages: int) -> list[PageRange]:
    if op.startswith("begin ") and op[6:].isdecimal() and 1 < int(op[6:][:5]) <= pages:
        return toggle_beginning(ranges, int(op[6:][:5]))
    if op == "ranges":
        return read_ranges(form.values.get("ranges", ""), form.values.get("left_out", ""), pages=pages)
    return ranges


def _filled(ranges: list[PageRange], typed: list[Part], splitting: Splitting) -> list[Part]:
    """Facts stay with the page on which their range begins; a new range starts with what its page proposes."""
    values = {one.pages.first: one.values for one in typed}
    return [Part(one, values.get(one.first, splitting.proposals.get(one.first, {}))) for one in ranges]


async def _page(
    request: Request[Any, Any, Any], splitting: Splitting, refusal: Invalid | None = None, form: Form | None = None
) -> Response[Any]:
    errors = sentences_of(refusal, "ranges")
    ranges = [one.pages for one in splitting.parts]
    typed = form.values if form and refusal else {}
    return page(
        request, "assignments/bulk/split.html", status=refusal.status if refusal else 200, splitting=splitting,
        errors=errors, choices=await get_choices(request.user),
        ranges=typed.get("ranges", write_ranges(ranges, left_out=False)),
        left_out=typed.get("left_out", write_ranges(ranges, left_out=True)),
    )  # fmt: skip


ROUTES: list[Any] = [show_splitting, post_splitting, show_small_page]

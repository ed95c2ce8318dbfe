"""Charge exports on the web: the list, one with its charts and answer, its file, and how it is written."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.charges.making import correct_export, count_waiting, make_export
from assignments.charges.mapping import get_mapping, preview, save_mapping
from assignments.charges.queries import answer_export, count_exports, find_exports, open_export, take_file
from assignments.charges.rules import (
    CHART_FIELDS,
    DATE_FORMATS,
    DELIMITERS,
    FIELDS,
    LAYOUTS,
    LINE_FIELDS,
    MOST_COLUMNS,
    REJECTIONS,
    Columns,
)
from assignments.charts_for_clients.originals import attachment
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid, PortalError
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, read_form
from portal.web.paging import read_paging
from portal.web.templating import page

_READ, _MAKE = {"permission": Permission.EXPORT_READ}, {"permission": Permission.EXPORT_MAKE}
_FREE = 4  # places for another column


@get("/exports", opt=_READ)
async def list_exports(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every file that was made, with its totals and the client's answer."""
    return await _list(request)


@post("/exports", status_code=200, opt=_MAKE)
async def post_export(request: Request[Any, Any, Any]) -> Response[Any]:
    """Write what stands in no export yet into a new one."""
    try:
        export_id = await make_export(request.user, now=utc_now())
    except Conflict as refusal:
        return await _list(request, refusal)
    return await see_other(request, f"/exports/{export_id}", flash="The export is made. Take its file from here.")


@get("/exports/mapping", opt=_MAKE)
async def show_mapping(request: Request[Any, Any, Any]) -> Response[Any]:
    """How the client's charges are written."""
    mapping = await get_mapping(request.user)
    return await _mapping_page(request, mapping.columns)


@post("/exports/mapping", status_code=200, opt=_MAKE)
async def post_mapping(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show real rows as they would be written, or save how they are to be."""
    form = await read_form(request)
    columns = read_columns(form)
    if form.values.get("op") != "save":
        return await _mapping_page(request, columns)
    try:
        version = await save_mapping(request.user, columns=columns, now=utc_now())
    except Invalid as refusal:
        return await _mapping_page(request, columns, refusal)
    return await see_other(request, "/exports", flash=f"Saved as version {version}: the next export is written so.")


@get("/exports/{export_id:uuid}", opt=_READ)
async def show_export(request: Request[Any, Any, Any], export_id: FromPath[UUID]) -> Response[Any]:
    """One export with its charts, corrections and answer."""
    return await _show(request, export_id)


@get("/exports/{export_id:uuid}/file", opt=_MAKE)
async def download_export(request: Request[Any, Any, Any], export_id: FromPath[UUID]) -> Response[Any]:
    """The file as it was made."""
    export, content = await take_file(request.user, export_id=export_id)
    return Response(
        content, media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": attachment(export.filename), "Cache-Control": "no-store, private"},
    )  # fmt: skip


@post("/exports/{export_id:uuid}/answer", status_code=200, opt=_MAKE)
async def post_answer(request: Request[Any, Any, Any], export_id: FromPath[UUID]) -> Response[Any]:
    """Say whether the file was taken in."""
    form = await read_form(request)
    verdict, reason = form.values.get("verdict", ""), form.values.get("reason", "")
    try:
        await answer_export(request.user, export_id=export_id, verdict=verdict, reason=reason, now=utc_now())
    except (Conflict, Invalid) as refusal:
        return await _show(request, export_id, refusal, form)
    return await see_other(request, f"/exports/{export_id}", flash="Your answer is noted.")


@post("/exports/{export_id:uuid}/corrections", status_code=200, opt=_MAKE)
async def post_correction(request: Request[Any, Any, Any], export_id: FromPath[UUID]) -> Response[Any]:
    """Send the export again as a correction: what changed, or the whole."""
    is_whole = (await read_form(request)).values.get("what") == "whole"
    try:
        made = await correct_export(request.user, export_id=export_id, is_whole=is_whole, now=utc_now())
    except Conflict as refusal:
        return await _show(request, export_id, refusal)
    return await see_other(request, f"/exports/{made}", flash="The correction is made. Take its file from here.")


def read_columns(form: Form) -> Columns:
    """The columns as they were filled in, ordered by the numbers before them; a place without a field is none."""
    places = []
    for at in range(MOST_COLUMNS + _FREE):
        field, order = form.values.get(f"field{at}", ""), form.values.get(f"order{at}", "")
        if field:
            name = form.values.get(f"name{at}", "") or FIELDS.get(field, field)
            places.append((int(order) if order.isdecimal() and len(order) < 5 else 9999, at, field, name))
    return Columns(
        form.values.get("layout", ""), form.values.get("delimiter", ""), form.values.get("date_format", ""),
        tuple((field, name) for _, _, field, name in sorted(places)), form.flag("is_daily"),
    )  # fmt: skip


async def _list(request: Request[Any, Any, Any], refusal: PortalError | None = None) -> Response[Any]:
    may_make = request.user.may(Permission.EXPORT_MAKE)
    async with acting_as(request.user):
        paging = read_paging(request.query_params, await count_exports())
        exports = await find_exports(limit=paging.limit, offset=paging.offset)
        waiting = await count_waiting() if may_make else 0
    return page(
        request, "assignments/charges/exports.html", status=refusal.status if refusal else 200, exports=exports,
        paging=paging, waiting=waiting, may_make=may_make, refusal=refusal.message if refusal else "",
    )  # fmt: skip


async def _show(
    request: Request[Any, Any, Any], export_id: UUID, refusal: PortalError | None = None, form: Form | None = None
) -> Response[Any]:
    opened = await open_export(request.user, export_id=export_id, query=dict(request.query_params))
    return page(
        request, "assignments/charges/export.html", status=refusal.status if refusal else 200, opened=opened,
        export=opened.export, may_make=request.user.may(Permission.EXPORT_MAKE), rejections=list(REJECTIONS.items()),
        refusal=refusal.message if refusal else "", values=form.values if form else {},
    )  # fmt: skip


async def _mapping_page(
    request: Request[Any, Any, Any], columns: Columns, refusal: Invalid | None = None
) -> Response[Any]:
    rows: list[list[str]] = []
    if refusal is None:
        try:
            rows = await preview(request.user, columns=columns)
        except Invalid as wrong:
            refusal = wrong
    return page(
        request, "assignments/charges/mapping.html", status=refusal.status if refusal else 200, columns=columns,
        rows=rows, refusal=refusal.message if refusal else "", layouts=list(LAYOUTS.items()), free=_FREE,
        delimiters=[(key, words) for key, (_, words) in DELIMITERS.items()],
        date_formats=[(key, example) for key, (_, example) in DATE_FORMATS.items()],
        chart_fields=list(CHART_FIELDS.items()), line_fields=list(LINE_FIELDS.items()),
    )  # fmt: skip


ROUTES: list[Any] = [
    list_exports, post_export, show_mapping, post_mapping, show_export, download_export, post_answer, post_correction,
]  # fmt: skip

"""Send many charts at once, and read what became of each line."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from assignments.bulk.manifest import COLUMNS, NAMES
from assignments.bulk.queries import (
    STATES,
    count_deliveries,
    find_deliveries,
    find_refused,
    get_progress,
    get_report,
)
from assignments.bulk.receiving import receive_delivery
from assignments.bulk.rules import LARGEST_DELIVERY
from assignments.intake.parts import Parts
from assignments.intake.queries import get_choices
from portal.clock import utc_now
from portal.errors import Invalid, NotPermitted, PortalError
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.bodies import boundary_of, read_body
from portal.web.cookies import csrf_is_right
from portal.web.csv import csv_answer
from portal.web.paging import read_paging
from portal.web.templating import page
from storage.sniffing import MediaType, sniff

#: How often a report asks again, every two seconds, before it leaves that to its reader.
MOST_ASKED = 300
LINES_ON_A_PAGE = 100

_MAY = {"permission": Permission.CHART_UPLOAD}
_AGAIN = "This page has been open since before you signed in. Reload it and send it again."


@get("/deliveries", opt=_MAY)
async def list_deliveries(request: Request[Any, Any, Any]) -> Response[Any]:
    """What was sent many at once, newest first."""
    paging = read_paging(request.query_params, await count_deliveries(request.user))
    rows = await find_deliveries(request.user, limit=paging.limit, offset=paging.offset)
    return page(request, "assignments/bulk/deliveries.html", deliveries=rows, paging=paging)


@get("/deliveries/new", opt=_MAY)
async def show_new_delivery(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form for a ZIP or a PDF of many patients, and what a manifest holds."""
    return await _form(request)


@post(
    "/deliveries/new", status_code=200, opt={**_MAY, "checks_csrf_itself": True},
    request_max_body_size=LARGEST_DELIVERY + 1_000_000,
)  # fmt: skip
async def post_delivery(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take a ZIP or a PDF in; the worker does the rest."""
    parts = Parts(read_body(request), boundary_of(request, form="page for deliveries"))
    fields = await parts.read_fields()
    # A header was looked at before this route was reached; a plain form has the field instead, before any file.
    if "x-csrf-token" not in request.headers and not csrf_is_right(request.auth, fields.get("csrf_token")):
        raise NotPermitted(_AGAIN)
    try:
        async for file in parts.files():
            if not file.name:
                continue
            kind, head = await _kind_of(file.name, aiter(file))
            received = await receive_delivery(
                request.user, _with_head(head, aiter(file)), kind=kind, name=file.name, now=utc_now()
            )
            await parts.skip()
            said = "This was sent before; here is its report. Nothing is made twice." if received.is_repeated else None
            return await see_other(request, f"/deliveries/{received.id}", flash=said)
        raise Invalid("Choose a file.")
    except PortalError as refusal:
        await parts.skip()
        return await _form(request, refusal)


@get("/deliveries/{delivery_id:uuid}", opt=_MAY)
async def show_delivery(request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[Any]:
    """What became of each line."""
    progress = await get_progress(request.user, delivery_id)
    paging = read_paging(request.query_params, progress.total, limit=LINES_ON_A_PAGE)
    delivery, lines = await get_report(request.user, delivery_id, limit=paging.limit, offset=paging.offset)
    return page(
        request, "assignments/bulk/delivery.html", delivery=delivery, lines=lines, paging=paging, states=STATES,
        asked=0, may_ask=not delivery.is_decided,
    )  # fmt: skip


@get("/deliveries/{delivery_id:uuid}/progress", opt=_MAY)
async def show_delivery_progress(
    request: Request[Any, Any, Any], delivery_id: FromPath[UUID], asked: FromQuery[int] = 0
) -> Response[Any]:
    """How far it has come; the whole report is loaded anew once it is done."""
    delivery = await get_progress(request.user, delivery_id)
    if delivery.is_decided:
        return Response(None, status_code=204, headers={"HX-Redirect": f"/deliveries/{delivery_id}"})
    return page(request, "assignments/bulk/_progress.html", delivery=delivery, asked=asked, may_ask=asked < MOST_ASKED)


@get("/deliveries/{delivery_id:uuid}/report.csv", opt=_MAY)
async def export_report(request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[Any]:
    """The report as CSV."""
    _, lines = await get_report(request.user, delivery_id)
    lines.sort(key=lambda one: one.position)
    rows = [(one.position, one.name, one.pages, STATES[one.state][0], one.chart_number, one.refusal) for one in lines]
    header = ("line", "file", "pages", "outcome", "chart", "reason")
    return csv_answer(f"delivery-{delivery_id.hex[-8:]}.csv", header, rows)


@get("/deliveries/{delivery_id:uuid}/refused.csv", opt=_MAY)
async def export_refused(request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[Any]:
    """The refused lines as a manifest to be corrected and sent again."""
    rows = await find_refused(request.user, delivery_id)
    return csv_answer("manifest.csv", (*NAMES, "what was wrong"), rows)


@get("/deliveries/manifest.csv", opt=_MAY)
async def download_template(request: Request[Any, Any, Any]) -> Response[Any]:
    """A manifest with one line that shows how."""
    choices = await get_choices(request.user)
    example = {name: value for name, _, value in COLUMNS}
    example["service_line"] = choices.lines[0].name if choices.lines else ""
    example["location"] = choices.locations[0][1] if choices.locations else ""
    return csv_answer("manifest.csv", NAMES, [[example[name] for name in NAMES]])


async def _form(request: Request[Any, Any, Any], refusal: PortalError | None = None) -> Response[Any]:
    return page(
        request, "assignments/bulk/_form.html" if wants_fragment(request) else "assignments/bulk/new.html",
        status=refusal.status if refusal else 200, error=refusal.message if refusal else None, columns=COLUMNS,
        choices=await get_choices(request.user),
    )  # fmt: skip


async def _kind_of(name: str, pieces: AsyncIterator[bytes]) -> tuple[Any, bytes]:
    """Whether a ZIP or a PDF comes in, and its first bytes; raises Invalid for anything else."""
    head = bytearray()
    async for piece in pieces:
        head += piece
        if len(head) >= 8192:
            break
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return "zip", bytes(head)
    if head and sniff(name, bytes(head)) is MediaType.PDF:
        return "pdf", bytes(head)
    raise Invalid("Choose a ZIP with a manifest.csv, or a PDF. Single documents go in on the upload page.")


async def _with_head(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in pieces:
        yield piece


ROUTES: list[Any] = [
    list_deliveries, show_new_delivery, post_delivery, show_delivery, show_delivery_progress, export_report,
    export_refused, download_template,
]  # fmt: skip

"""A client's charts, their documents and codes."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from assignments.charts_for_clients.charts import open_own_chart
from assignments.charts_for_clients.codes import export_codes
from assignments.charts_for_clients.lists import ChartFilter, ChartList, export_charts, find_charts, search_charts
from assignments.charts_for_clients.originals import attachment, open_original
from assignments.charts_for_clients.rules import STATE_FILTERS
from assignments.hastening import change_haste
from portal.actor import Kind
from portal.clock import utc_now
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import FormError, read_form
from portal.web.templating import page
from storage.blobs import read_blob

_LIST_HEADER = ("Chart", "Encounter", "Patient", "Service line", "Date of service", "Received", "Due", "Delivered",
                "STAT", "State")  # fmt: skip
_CODES_HEADER = ("Chart", "Date of service", "Version", "Kind", "Position", "System", "Code", "Title", "Modifiers",
                 "Units", "Diagnoses", "Details", "Release")  # fmt: skip


@get("/charts", opt={"permission": Permission.CHART_READ})
async def list_charts(request: Request[Any, Any, Any]) -> Response[Any]:
    """The client's charts, newest first."""
    wanted, number = _read_filter(request), request.query_params.get("page", "")
    found = await find_charts(
        request.user, wanted=wanted, page=int(number) if re.fullmatch("[0-9]{1,6}", number) else 1, now=utc_now()
    )
    return _show_list(request, found, wanted)


@post("/charts", status_code=200, opt={"permission": Permission.CHART_READ})
async def search(request: Request[Any, Any, Any]) -> Response[Any]:
    """Charts by number. Encounter numbers and MRNs stay out of addresses, so this is a POST that shows its result."""
    form = await read_form(request)
    number = form.text("number", "What to look for", most=60)
    try:
        form.ensure()
    except FormError as refusal:
        found = await find_charts(request.user, wanted=ChartFilter(), page=1, now=utc_now())
        return _show_list(request, found, ChartFilter(), error=refusal.message)
    found = await search_charts(request.user, number=number, now=utc_now())
    return _show_list(request, found, ChartFilter(), searched=number)


@get("/charts.csv", opt={"permission": Permission.CHART_READ})
async def export_list(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every chart of the filter on screen, as CSV."""
    charts = await export_charts(request.user, wanted=_read_filter(request))
    return csv_answer(
        "charts.csv",
        _LIST_HEADER,
        [
            (chart.number, chart.encounter_number, chart.patient_name, chart.line, chart.service_on, chart.received_at,
             chart.due_at, chart.delivered_at, chart.is_stat, chart.state_words)
            for chart in charts
        ],
    )  # fmt: skip


@get("/charts/{chart_id:uuid}", opt={"permission": Permission.CHART_READ})
async def show_chart(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """One chart with its documents, its history, and its codes once they are delivered."""
    now = utc_now()
    chart = await open_own_chart(request.user, chart_id=chart_id, now=now)
    return page(request, "assignments/client/chart.html", chart=chart, now=now)


@post("/charts/{chart_id:uuid}/haste", status_code=200, opt={"permission": Permission.CHART_HASTEN})
async def post_haste(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Make a chart STAT, or ordinary again; for the client's people on its page, for managers on the floor's."""
    is_stat = (await read_form(request)).flag("stat")
    await change_haste(request.user, chart_id=chart_id, is_stat=is_stat, now=utc_now())
    place = "/charts" if request.user.kind is Kind.CLIENT else "/floor/charts"
    said = "It is STAT now." if is_stat else "It is an ordinary chart again."
    return await see_other(request, f"{place}/{chart_id}", flash=said)


@get("/charts/{chart_id:uuid}/codes.csv", opt={"permission": Permission.CHART_READ})
async def download_codes(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The delivered codes as CSV."""
    file = await export_codes(request.user, chart_id=chart_id)
    lines = [*file.codes.diagnoses, *file.codes.procedures]
    return csv_answer(
        f"{file.chart_number}-codes.csv",
        _CODES_HEADER,
        [
            (file.chart_number, file.service_on, file.codes.version, line.kind, line.position, line.system, line.code,
             line.title, line.modifiers, line.units, line.letter or line.pointers, line.details, file.codes.release)
            for line in lines
        ],
    )  # fmt: skip


@get("/documents/{document_id:uuid}/original", opt={"permission": Permission.CHART_READ})
async def download_original(request: Request[Any, Any, Any], document_id: FromPath[UUID]) -> Response[Any]:
    """The document as it was sent, opened while it is read."""
    original = await open_original(request.user, document_id=document_id)
    return Stream(
        read_blob(original.blob),
        media_type="application/octet-stream",
        headers={"Content-Disposition": attachment(original.name), "Content-Length": str(original.blob.plain_size)},
    )


def _read_filter(request: Request[Any, Any, Any]) -> ChartFilter:
    """What the address asks for; what makes no sense asks for nothing."""
    state, line = request.query_params.get("state", ""), request.query_params.get("line", "")
    try:
        line_id = UUID(line) if line else None
    except ValueError:
        line_id = None
    return ChartFilter(state if state in STATE_FILTERS else "", line_id)


def _show_list(
    request: Request[Any, Any, Any], found: ChartList, wanted: ChartFilter, *, searched: str | None = None,
    error: str | None = None,
) -> Response[Any]:  # fmt: skip
    query = urlencode({name: value for name, value in (("state", wanted.state), ("line", wanted.line_id)) if value})
    return page(
        request, "assignments/client/charts.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        found=found, wanted=wanted, searched=searched, error=error, now=utc_now(), query=query,
        states=[(word, label) for word, (label, _) in STATE_FILTERS.items()],
    )  # fmt: skip


ROUTES: list[Any] = [list_charts, search, export_list, show_chart, download_codes, download_original, post_haste]

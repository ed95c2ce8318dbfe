"""Results on the web: a day's or a batch's on screen, as CSV and as a summary to print."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from assignments.charts_for_clients.originals import attachment
from assignments.results.exporting import MOST_IN_A_SUMMARY, MOST_IN_A_TABLE, show_results, take_results
from assignments.results.finding import Result, Which
from assignments.results.summaries import make_summary
from portal.identity.permissions import Permission
from portal.web.csv import csv_answer
from portal.web.templating import page

_MAY = {"permission": Permission.CHART_READ}
HEADER = ("Chart", "Encounter", "Patient", "MRN", "Birth date", "Sex", "Date of service", "Provider", "Payer",
          "Location", "Service line", "Version", "Delivered", "Kind", "Position", "System", "Code", "Title",
          "Modifiers", "Units", "Diagnoses", "Details", "Release", "Changed since version 1")  # fmt: skip


@get("/results", opt=_MAY)
async def list_results(request: Request[Any, Any, Any]) -> Response[Any]:
    """What was delivered on a day, or of a batch; the newest day's unless another is asked for."""
    which = _read(request)
    shown = await show_results(request.user, which=which, query=dict(request.query_params))
    asked = {"batch": str(shown.which.batch_id)} if shown.which.batch_id else {"day": str(shown.which.day)}
    return page(
        request, "assignments/results/results.html", shown=shown, query=urlencode(asked), most=MOST_IN_A_SUMMARY
    )


@get("/results.csv", opt=_MAY)
async def export_results(request: Request[Any, Any, Any]) -> Response[Any]:
    """The lines of the results that are asked for, as CSV."""
    which = _read(request)
    taken = await take_results(request.user, which=which, kind="csv", most=MOST_IN_A_TABLE)
    return csv_answer(f"{taken.client.code}-results.csv", HEADER, _rows(taken.results))


@get("/results.pdf", opt=_MAY)
async def print_results(request: Request[Any, Any, Any]) -> Response[Any]:
    """The coding summary of the results that are asked for."""
    return await _summary(request, _read(request))


@get("/charts/{chart_id:uuid}/codes.pdf", opt=_MAY)
async def print_codes(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The coding summary of one chart."""
    return await _summary(request, Which(chart_id=chart_id))


async def _summary(request: Request[Any, Any, Any], which: Which) -> Response[Any]:
    taken = await take_results(request.user, which=which, kind="pdf", most=MOST_IN_A_SUMMARY)
    name = f"{taken.results[0].number if which.chart_id else taken.client.code}-coding-summary.pdf"
    return Response(
        await make_summary(taken), media_type="application/pdf",
        headers={"Content-Disposition": attachment(name), "Cache-Control": "no-store, private"},
    )  # fmt: skip


def _read(request: Request[Any, Any, Any]) -> Which:
    """What the address asks for; what makes no sense asks for nothing."""
    batch, day = request.query_params.get("batch", ""), request.query_params.get("day", "")
    try:
        return Which(batch_id=UUID(batch)) if batch else Which(day=date.fromisoformat(day)) if day else Which()
    except ValueError:
        return Which()


def _rows(results: Sequence[Result]) -> Iterator[tuple[object, ...]]:
    for one in results:
        for line in (*one.diagnoses, *one.procedures):
            yield (one.number, one.encounter_number, one.patient_name, one.mrn, one.born_on, one.sex, one.service_on,
                   one.provider, one.payer, one.location, one.service_line, one.delivery, one.delivered_at, line.kind,
                   line.position, line.system, line.code, line.title, line.modifiers, line.units,
                   line.letter or line.pointers, line.details, one.release, " ".join(one.changes))  # fmt: skip


ROUTES: list[Any] = [list_results, export_results, print_results, print_codes]

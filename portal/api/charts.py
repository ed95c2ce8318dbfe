"""How far a chart has come, and its codes once they are delivered, by API."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath

from assignments.bulk.status import get_chart_status
from assignments.results.exporting import take_results
from assignments.results.finding import Which
from portal.api.shapes import Chart, ChartResults, ResultLine
from portal.identity.permissions import Permission


@get("/charts/{chart_id:uuid}", opt={"permission": Permission.API_CHARTS, "token": True})
async def show_chart_status(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Chart:
    """The state of a chart."""
    found = await get_chart_status(request.user, chart_id=chart_id)
    return Chart(
        found.id, found.number, found.state, found.is_stat, found.received_at, found.due_at, found.delivered_at
    )


@get("/charts/{chart_id:uuid}/results", opt={"permission": Permission.API_RESULTS, "token": True})
async def show_chart_results(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> ChartResults:
    """The codes of a chart as they were delivered last; 409 before the delivery."""
    taken = await take_results(request.user, which=Which(chart_id=chart_id), kind="api", most=1)
    [one] = taken.results
    lines = [
        ResultLine(
            line.kind, line.position, line.system, line.code, line.title, line.modifiers.split(), line.units,
            line.letter or line.pointers, line.service_on, line.rendering, line.ndc, line.ndc_unit, line.ndc_quantity,
            line.minutes,
        )
        for line in (*one.diagnoses, *one.procedures)
    ]  # fmt: skip
    return ChartResults(
        one.chart_id, one.number, one.delivery, one.delivered_at, one.release, one.is_reopened, list(one.changes), lines
    )


ROUTES: list[Any] = [show_chart_status, show_chart_results]

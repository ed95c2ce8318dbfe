"""Go to the next chart, or say why there is none."""

from typing import Any
from uuid import UUID

from litestar import Request, Response

from assignments.pulling import Outcome, pull_next_chart
from portal.clock import utc_now
from portal.web.answers import see_other

CHARTS = "/desk/charts"


async def go_to_next(request: Request[Any, Any, Any], request_id: UUID, done: str = "") -> Response[Any]:
    """Pull the next chart and send the coder there, or to their start page with the reason; `done` is said there."""
    pulled = await pull_next_chart(request.user, request_id=request_id, now=utc_now())
    if pulled.chart_id is None:
        until = f"&until={int(pulled.kept_until.timestamp())}" if pulled.kept_until else ""
        return await see_other(request, f"/desk?why={pulled.outcome.value}{until}", flash=done or None)
    said = pulled.sentence if pulled.outcome is Outcome.HELD else ""
    flash = " ".join(part for part in (done, said) if part)
    return await see_other(request, f"{CHARTS}/{pulled.chart_id}", flash=flash or None)

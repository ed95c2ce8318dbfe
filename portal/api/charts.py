"""How far a chart has come, by API."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath

from assignments.bulk.status import get_chart_status
from portal.api.shapes import Chart
from portal.identity.permissions import Permission


@get("/charts/{chart_id:uuid}", opt={"permission": Permission.API_CHARTS, "token": True})
async def show_chart_status(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Chart:
    """The state of a chart. Codes are on the client's pages, after their release."""
    found = await get_chart_status(request.user, chart_id=chart_id)
    return Chart(
        found.id, found.number, found.state, found.is_stat, found.received_at, found.due_at, found.delivered_at
    )


ROUTES: list[Any] = [show_chart_status]

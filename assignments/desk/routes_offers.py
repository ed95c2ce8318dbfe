"""The codes proposed for a chart, asked for again until the worker has made them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from assignments.desk.queries import get_held_chart
from assignments.desk.work import get_offers
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.templating import page

CHARTS = "/desk/charts"
#: So often a page asks, a second apart at first; then it shows what there is.
MOST_ASKED = 12


@get(f"{CHARTS}/{{chart_id:uuid}}/proposals", opt={"permission": Permission.CODING_WORK})
async def show_proposals(
    request: Request[Any, Any, Any], chart_id: FromPath[UUID], asked: FromQuery[int] = 0
) -> Response[Any]:
    """The proposals, or that they are being made."""
    await get_held_chart(request.user, chart_id=chart_id)  # a chart of somebody else's is not found
    if not wants_fragment(request):
        return await see_other(request, f"{CHARTS}/{chart_id}")
    offers, are_coming = await get_offers(request.user, chart_id=chart_id, late=not 0 <= asked < MOST_ASKED)
    return page(
        request, "assignments/desk/_proposals.html", offers=offers, are_coming=are_coming, asked=asked,
        prefix=f"{CHARTS}/{chart_id}",
    )  # fmt: skip


ROUTES = [show_proposals]

"""The list of possible duplicates, and the decision about one chart."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.duplicates.deciding import decide_pair
from assignments.duplicates.queries import count_resemblances, find_of_chart, find_resemblances
from assignments.duplicates.rules import REASONS
from portal.actor import Kind
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.paging import read_paging
from portal.web.templating import page


@get("/duplicates", opt={"permission": Permission.DUPLICATE_DECIDE})
async def show_duplicates(request: Request[Any, Any, Any]) -> Response[Any]:
    """Charts that may have come twice: those to decide, or those decided."""
    query = request.query_params
    is_open = query.get("show") != "decided"
    async with acting_as(request.user):
        waiting = await count_resemblances(is_open=True)
        paging = read_paging(query, waiting if is_open else await count_resemblances(is_open=False))
        found = await find_resemblances(is_open=is_open, limit=paging.limit, offset=paging.offset)
    return page(
        request, "assignments/duplicates/duplicates.html", found=found, paging=paging, is_open=is_open,
        waiting=waiting, charts=_charts_of(request),
    )  # fmt: skip


@get("/duplicates/{chart_id:uuid}", opt={"permission": Permission.DUPLICATE_DECIDE})
async def show_duplicate(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """What one chart resembles, and what can be decided of it."""
    return await _show(request, chart_id)


@post("/duplicates/{chart_id:uuid}", status_code=200, opt={"permission": Permission.DUPLICATE_DECIDE})
async def post_decision(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Decide what a chart and an earlier one are to each other."""
    form = await read_form(request)
    other_id, reason = form.uuid("other", "the chart that it resembles"), form.choice("reason", "a reason", REASONS)
    try:
        form.ensure()
        await decide_pair(
            request.user, chart_id=chart_id, other_chart_id=other_id, verdict=REASONS[reason].verdict, reason=reason,
            now=utc_now(),
        )  # fmt: skip
    except (Conflict, FormError) as refusal:
        return await _show(request, chart_id, form, refusal)
    return await see_other(request, f"/duplicates/{chart_id}", flash="Decided. It stands in the chart’s history.")


async def _show(
    request: Request[Any, Any, Any], chart_id: UUID, form: Form | None = None,
    refusal: Conflict | FormError | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        found = await find_of_chart(chart_id)
        number = await DB.value("SELECT number FROM chart WHERE id = $1", chart_id)
    errors = sentences_of(refusal, "reason")
    return page(
        request, "assignments/duplicates/chart.html", status=refusal.status if refusal else 200, found=found,
        number=number, chart_id=chart_id, reasons=REASONS, charts=_charts_of(request), errors=errors,
        tried=form.values.get("other", "") if form else "",
    )  # fmt: skip


def _charts_of(request: Request[Any, Any, Any]) -> str:
    """Where a chart's page is for whoever looks: the client's own, or the floor's without patients."""
    return "/charts/" if request.user.kind is Kind.CLIENT else "/floor/charts/"


ROUTES: list[Any] = [show_duplicates, show_duplicate, post_decision]

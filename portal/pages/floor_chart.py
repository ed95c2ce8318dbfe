"""One chart as managers see it: how it stands, what it took, how it came there; its due time is agreed here."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.duplicates.queries import find_of_chart
from assignments.hastening import get_haste
from assignments.pends.stories import find_reason, find_stories
from assignments.reopening import CAN_BE_REOPENED, REOPENING_REASONS
from assignments.rescheduling import REASONS, agree_due_time, keep_promise
from assignments.retention.holds import find_hold_reasons
from assignments.turnaround.measuring import find_turnaround
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.pages.chart_routing import find_routing
from portal.pages.floor_board import OPEN_STATES
from portal.pages.floor_charts import find_moves, get_chart
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page


@get("/floor/charts/{chart_id:uuid}", opt={"permission": Permission.FLOOR_READ})
async def show_floor_chart(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Where a chart is, and how it came there."""
    return await _page(request, chart_id)


@post("/floor/charts/{chart_id:uuid}/due", status_code=200, opt={"permission": Permission.CHART_RESCHEDULE})
async def post_due_time(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Agree another due time, or let it be due as promised again."""
    form = await read_form(request)
    if form.flag("as_promised"):
        await keep_promise(request.user, chart_id=chart_id, now=utc_now())
        return await see_other(request, f"/floor/charts/{chart_id}", flash="It is due as promised.")
    async with acting_as(request.user):
        zone = (await get_chart(chart_id)).time_zone
    due, reason = _moment(form, "due", zone), form.choice("reason", "why it is due at another time", REASONS)
    try:
        form.ensure()
        await agree_due_time(request.user, chart_id=chart_id, due=due, reason=reason, now=utc_now())
    except (Conflict, Invalid) as refusal:
        return await _page(request, chart_id, form, refusal)
    return await see_other(request, f"/floor/charts/{chart_id}", flash="Its due time was changed.")


def _moment(form: Form, name: str, zone: str) -> datetime:
    """A wall-clock time of `zone`; of one that comes twice the first."""
    try:
        return datetime.fromisoformat(form.values.get(name, "")).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ValueError:
        form.wrong(name, "The due time is missing. It is a day and a time such as 2026-09-14 17:00.")
        return utc_now()


async def _page(
    request: Request[Any, Any, Any], chart_id: UUID, form: Form | None = None,
    refusal: Conflict | Invalid | None = None,
) -> Response[Any]:  # fmt: skip
    now = utc_now()
    async with acting_as(request.user):
        chart = await get_chart(chart_id)
        moves, routing = await find_moves(chart_id), await find_routing(chart_id)
        stories, not_codable = await find_stories(chart_id, with_words=False), await find_reason(chart_id)
        resembles, holds = await find_of_chart(chart_id), await find_hold_reasons(chart_id)
        haste, took = await get_haste(chart_id, now=now), await find_turnaround(chart_id, now=now)
    errors = sentences_of(refusal, "due")
    return page(
        request, "portal/floor_chart.html", status=refusal.status if refusal else 200, chart=chart, moves=moves,
        routing=routing, now=now, open_states=OPEN_STATES, resembles=resembles, holds=holds, haste=haste, took=took,
        reopening=REOPENING_REASONS if chart.state in CAN_BE_REOPENED else {}, reasons=REASONS,
        values=form.values if form else {}, errors=errors, stories=stories, not_codable=not_codable,
        line_deeds=request.user.may(Permission.LINE_MANAGE),
    )  # fmt: skip


ROUTES: list[Any] = [show_floor_chart, post_due_time]

"""What a manager agrees about a service line's promise: its hours, its warnings, a calendar of its own."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.pages.calendar_form import WEEK, read_week, show_week
from portal.tenancy.calendars import get_days, keep_clients_week, set_line_week
from portal.tenancy.queries import get_client, get_service_line
from portal.tenancy.rules import (
    LONGEST_PROMISE,
    LONGEST_STAT,
    LONGEST_WARNING,
    LONGEST_WIDENING,
    SHORTEST_PROMISE,
    SHORTEST_WIDENING,
)
from portal.tenancy.terms import LineTerms, set_terms
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page


@get(
    "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/promise", opt={"permission": Permission.CLIENT_MANAGE}
)  # fmt: skip
async def show_promise(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """What a service line promises, and by which calendar."""
    return await _page(request, client_id, line_id)


@post(
    "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/promise", status_code=200,
    opt={"permission": Permission.CLIENT_MANAGE},
)  # fmt: skip
async def post_promise(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Agree on its hours and warnings."""
    form = await read_form(request)
    terms = LineTerms(
        form.integer("promise_hours", "The promise in hours", low=SHORTEST_PROMISE, high=LONGEST_PROMISE),
        form.integer("stat_hours", "STAT hours", low=1, high=LONGEST_STAT),
        form.choice("hours", "which hours count", ("elapsed", "working")) == "working",
        _minutes(form, "at_risk_minutes", "The warning in minutes", 1, LONGEST_WARNING),
        _minutes(form, "widen_minutes", "The minutes", SHORTEST_WIDENING, LONGEST_WIDENING),
    )
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, line_id, form, refusal)
    await set_terms(request.user, client_id=client_id, service_line_id=line_id, terms=terms)
    said = "The promise holds for what comes from now on."
    return await see_other(request, f"/clients/{client_id}/service-lines/{line_id}/promise", flash=said)


@post(
    "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/calendar", status_code=200,
    opt={"permission": Permission.CLIENT_MANAGE},
)  # fmt: skip
async def post_calendar(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Give it a calendar of its own, or its client's."""
    form = await read_form(request)
    place, week = f"/clients/{client_id}/service-lines/{line_id}/promise", read_week(form)
    if form.flag("as_client"):
        await keep_clients_week(request.user, client_id=client_id, service_line_id=line_id)
        return await see_other(request, f"{place}#calendar", flash="It keeps its client’s calendar.")
    try:
        form.ensure()
        await set_line_week(
            request.user, client_id=client_id, service_line_id=line_id, week=week,
            keeps_holidays=form.flag("keeps_holidays"), now=utc_now(),
        )  # fmt: skip
    except Invalid as refusal:
        return await _page(request, client_id, line_id, form, refusal, "opens" if week.working_days else "day1")
    return await see_other(request, f"{place}#calendar", flash="Its own calendar holds for what comes from now on.")


def _minutes(form: Form, name: str, label: str, low: int, high: int) -> int | None:
    """Minutes before a due time; None if nothing was entered."""
    return form.integer(name, label, low=low, high=high) if form.values.get(name) else None


async def _page(
    request: Request[Any, Any, Any], client_id: UUID, line_id: UUID, form: Form | None = None,
    refusal: Invalid | None = None, field: str = "",
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        client, line = await get_client(client_id), await get_service_line(client_id, line_id)
        days = await get_days(client_id, service_line_id=line_id)
    errors = sentences_of(refusal, field)
    is_calendar = request.scope["path"].endswith("/calendar")
    calendar: dict[str, str] = {**show_week(days.week)} | ({"keeps_holidays": "1"} if days.keeps_holidays else {})
    terms: dict[str, Any] = {
        "promise_hours": line.promise_hours, "stat_hours": line.stat_hours, "at_risk_minutes": line.at_risk_minutes,
        "widen_minutes": line.widen_minutes, "hours": "working" if line.in_working_hours else "elapsed",
    }  # fmt: skip
    return page(
        request, "portal/line_promise.html", status=refusal.status if refusal else 200, client=client, line=line,
        days=days, week=list(enumerate(WEEK, start=1)), errors=errors,
        calendar=form.values if form and is_calendar else calendar,
        values=form.values if form and not is_calendar else terms,
        longest_promise=LONGEST_PROMISE, longest_stat=LONGEST_STAT, longest_warning=LONGEST_WARNING,
        widening=(SHORTEST_WIDENING, LONGEST_WIDENING),
    )  # fmt: skip


ROUTES: list[Any] = [show_promise, post_promise, post_calendar]

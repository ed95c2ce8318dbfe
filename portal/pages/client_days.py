"""What a manager agrees about a client's days: cut-off, working days and hours, holidays."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.pages.calendar_form import WEEK, read_week, show_week
from portal.tenancy.calendars import add_holiday, adopt_holidays, get_days, remove_holiday, set_week
from portal.tenancy.public_holidays import FEDERAL, states
from portal.tenancy.queries import find_service_lines, get_client
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page


@get("/clients/{client_id:uuid}/days", opt={"permission": Permission.CLIENT_MANAGE})
async def show_days(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """When a client's promises start, and what its service lines promise."""
    return await _page(request, client_id)


@post("/clients/{client_id:uuid}/days", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_days(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Agree on a cut-off, working days and hours."""
    form = await read_form(request)
    week = read_week(form)
    try:
        form.ensure()
        await set_week(request.user, client_id=client_id, week=week, now=utc_now())
    except Invalid as refusal:
        return await _page(request, client_id, form, refusal, "opens" if week.working_days else "day1")
    said = "The calendar holds for what comes from now on."
    return await see_other(request, f"/clients/{client_id}/days", flash=said)


@post("/clients/{client_id:uuid}/holidays", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_holiday(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Note a holiday."""
    form = await read_form(request)
    day = form.date("holiday", "The day", earliest=date(2020, 1, 1), latest=date(2100, 1, 1))
    name = form.text("name", "The name", most=80)
    try:
        form.ensure()
        await add_holiday(request.user, client_id=client_id, day=day, name=name)
    except (Conflict, FormError) as refusal:
        return await _page(request, client_id, form, refusal, "holiday")
    return await see_other(request, f"/clients/{client_id}/days#holidays", flash=f"{day} is a holiday now.")


@post("/clients/{client_id:uuid}/holidays/public", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_public_holidays(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Note every public holiday of a year."""
    form = await read_form(request)
    year, state = form.integer("year", "The year", low=2020, high=2099), form.values.get("state", FEDERAL)
    try:
        form.ensure()
        added = await adopt_holidays(request.user, client_id=client_id, year=year, state=state)
    except Invalid as refusal:
        return await _page(request, client_id, form, refusal, "state")
    said = f"{added} public holidays of {year} were added." if added else f"Those of {year} were all there."
    return await see_other(request, f"/clients/{client_id}/days#holidays", flash=said)


@post("/clients/{client_id:uuid}/holidays/remove", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_no_holiday(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Take a holiday off the list."""
    form = await read_form(request)
    day = form.date("day", "The day", earliest=date(2020, 1, 1), latest=date(2100, 1, 1))
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, form, refusal)
    await remove_holiday(request.user, client_id=client_id, day=day)
    return await see_other(request, f"/clients/{client_id}/days#holidays", flash=f"{day} is a day like others.")


async def _page(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None,
    refusal: Conflict | Invalid | None = None, field: str = "",
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        client = await get_client(client_id)
        days, lines = await get_days(client_id), await find_service_lines(client_id)
    errors = sentences_of(refusal, field)
    values = form.values if form else {}
    year = utc_now().year
    return page(
        request, "portal/client_days.html", status=refusal.status if refusal else 200, client=client,
        holidays=days.holidays, lines=lines, week=list(enumerate(WEEK, start=1)), values=values, errors=errors,
        calendar=values if form and request.scope["path"].endswith("/days") else show_week(days.week),
        years=[(str(one), str(one)) for one in (year, year + 1)], states=states(),
    )  # fmt: skip


ROUTES: list[Any] = [show_days, post_days, post_holiday, post_public_holidays, post_no_holiday]

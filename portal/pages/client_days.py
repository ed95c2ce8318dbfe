"""What a manager agrees about a client's days: cut-off, working days, holidays, STAT hours."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.tenancy.calendars import add_holiday, get_days, remove_holiday, set_cut_off, set_stat_hours
from portal.tenancy.queries import find_service_lines, get_client
from portal.tenancy.rules import LONGEST_STAT
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@get("/clients/{client_id:uuid}/days", opt={"permission": Permission.CLIENT_MANAGE})
async def show_days(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """When a client's promises start, and how fast STAT is."""
    return await _page(request, client_id)


@post("/clients/{client_id:uuid}/days", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_days(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Agree on a cut-off and working days."""
    form = await read_form(request)
    working = [number for number in range(1, 8) if form.flag(f"day{number}")]
    try:
        minute = _minute(form)
        form.ensure()
        await set_cut_off(request.user, client_id=client_id, cut_off_minute=minute, working_days=working, now=utc_now())
    except Invalid as refusal:
        return await _page(request, client_id, form, refusal, "day1")
    said = "The cut-off holds for what comes from now on."
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


@post(
    "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/stat", status_code=200,
    opt={"permission": Permission.CLIENT_MANAGE},
)  # fmt: skip
async def post_stat_hours(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Agree in how many hours STAT is due."""
    form = await read_form(request)
    hours = form.integer("stat_hours", "STAT hours", low=1, high=LONGEST_STAT)
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, form, refusal)
    await set_stat_hours(request.user, client_id=client_id, service_line_id=line_id, hours=hours)
    return await see_other(request, f"/clients/{client_id}/days#stat", flash=f"STAT is due within {hours} hours.")


def _minute(form: Form) -> int | None:
    """The cut-off as minutes after midnight; None if there is none."""
    value = form.values.get("cut_off", "")
    if not value:
        return None
    hours, colon, minutes = value.partition(":")
    if not (colon and hours.isdecimal() and minutes[:2].isdecimal() and int(hours) < 24 and int(minutes[:2]) < 60):
        form.wrong("cut_off", "The cut-off is a time such as 17:00.")
        return None
    minute = int(hours) * 60 + int(minutes[:2])
    if minute == 0:
        form.wrong("cut_off", "With a cut-off at midnight nothing would ever count on its own day. Leave it empty.")
    return minute


async def _page(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None,
    refusal: Conflict | Invalid | None = None, field: str = "",
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        client = await get_client(client_id)
        days, lines = await get_days(client_id), await find_service_lines(client_id)
    errors = refusal.errors if isinstance(refusal, FormError) else {field: refusal.message} if refusal else {}
    minute = days.cut_off_minute
    cut_off = f"{minute // 60:02d}:{minute % 60:02d}" if minute is not None else ""
    return page(
        request, "portal/client_days.html", status=refusal.status if refusal else 200, client=client, days=days,
        lines=lines, week=list(enumerate(WEEK, start=1)), cut_off=cut_off, values=form.values if form else {},
        errors=errors, longest=LONGEST_STAT,
    )  # fmt: skip


ROUTES: list[Any] = [show_days, post_days, post_holiday, post_no_holiday, post_stat_hours]

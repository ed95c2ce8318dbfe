"""Sets that managers push to a specialty, a client or one of its service lines."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from assignments.favourites.sets import end_set, find_pushed_sets, push_set
from assignments.worklists.queries import find_choices
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import read_form
from portal.web.templating import page

MANAGER = {"permission": Permission.LINE_MANAGE}
SETS = "/line-sets"
EMPTY = {"name": "", "entries": "", "specialty": "", "client": "", "service_line": ""}


@get(SETS, opt=MANAGER)
async def show_pushed_sets(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every pushed set, and the form for another."""
    return await _show(request, EMPTY)


@post(SETS, status_code=200, opt=MANAGER)
async def post_pushed_set(request: Request[Any, Any, Any]) -> Response[Any]:
    """Push another set, or end one."""
    form = await read_form(request)
    verb, _, rest = form.values.get("op", "").partition(" ")
    values = {name: form.values.get(name, "") for name in EMPTY}
    try:
        if verb == "end":
            await end_set(request.user, set_id=_id(rest) or UUID(int=0), now=utc_now())
            return await see_other(request, SETS, flash="The set is offered no more. What it put on charts stays.")
        line, client = _id(values["service_line"]), _id(values["client"])
        if line is not None:
            client = await _client_of(request, line)
        await push_set(
            request.user, name=values["name"], entries=values["entries"], specialty=values["specialty"][:60],
            client_id=client, service_line_id=line, now=utc_now(),
        )  # fmt: skip
    except Invalid as refusal:
        return await _show(request, values, refusal)
    return await see_other(request, SETS, flash=f"“{values['name'].strip()}” is pushed.")


async def _show(
    request: Request[Any, Any, Any], values: dict[str, str], refusal: Invalid | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        sets, choices = await find_pushed_sets(), await find_choices()
    return page(
        request, "assignments/favourites/pushed.html", status=int(refusal.status) if refusal else 200, sets=sets,
        choices=choices, values=values, problem=refusal.message if refusal else "",
    )  # fmt: skip


async def _client_of(request: Request[Any, Any, Any], line: UUID) -> UUID:
    async with acting_as(request.user):
        client: UUID | None = await DB.value("SELECT client_id FROM service_line WHERE id = $1", line)
    if client is None:
        raise NotFound
    return client


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid("Choose from the list again.") from None


ROUTES = [show_pushed_sets, post_pushed_set]

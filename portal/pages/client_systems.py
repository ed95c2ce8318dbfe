"""The client's own systems: a manager's form for each service line that is coded there."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from portal.database import acting_as
from portal.identity.permissions import Permission
from portal.tenancy.ehr_rules import (
    LONGEST_INSTRUCTIONS,
    LONGEST_URL,
    refusal_of_instructions,
    refusal_of_url,
)
from portal.tenancy.own_systems import find_own_systems, set_own_system
from portal.tenancy.queries import get_client
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

MANAGER = {"permission": Permission.CLIENT_MANAGE}


@get("/clients/{client_id:uuid}/systems", opt=MANAGER)
async def show_systems(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Which service lines are coded in the client's own system, and how."""
    return await _show(request, client_id)


@post("/clients/{client_id:uuid}/service-lines/{line_id:uuid}/system", status_code=200, opt=MANAGER)
async def post_system(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Say where a service line is coded."""
    form = await read_form(request)
    url = form.text("url", "The link", required=False, most=LONGEST_URL)
    instructions = form.text("instructions", "The instructions", required=False, most=LONGEST_INSTRUCTIONS + 200)
    for name, sentence in (("url", refusal_of_url(url)), ("instructions", refusal_of_instructions(instructions, url))):
        if sentence:
            form.wrong(name, sentence)
    try:
        form.ensure()
        line = await set_own_system(
            request.user, client_id=client_id, service_line_id=line_id, url=url, instructions=instructions
        )
    except FormError as refusal:
        return await _show(request, client_id, form, refusal, line_id)
    said = f"{line.name} is coded in the client’s own system." if line.url else f"{line.name} is coded from documents."
    return await see_other(request, f"/clients/{client_id}/systems", flash=said)


async def _show(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None, refusal: FormError | None = None,
    line_id: UUID | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        client, lines = await get_client(client_id), await find_own_systems(client_id)
    return page(
        request, "portal/client_systems.html", status=422 if refusal else 200, client=client, lines=lines,
        values=form.values if form else {}, errors=refusal.errors if refusal else {}, wrong=line_id,
        longest=(LONGEST_URL, LONGEST_INSTRUCTIONS),
    )  # fmt: skip


ROUTES: list[Any] = [show_systems, post_system]

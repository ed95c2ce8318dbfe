"""What a client makes of the edits: how much each rule weighs, and which of CMS's tables its lines use."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.edits.levels import (
    CHOICES,
    LONGEST,
    SETTINGS,
    find_own_levels,
    find_settings,
    set_level,
    set_setting,
)
from assignments.edits.loading import find_loaded
from assignments.edits.registry import EDITS
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.tenancy.queries import get_client
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

MANAGER = {"permission": Permission.CLIENT_MANAGE}
HERE = "/clients/{client_id:uuid}/edits"


@get(HERE, opt=MANAGER)
async def show_edits(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Every rule with its level here, what was changed and why, and the tables in force."""
    return await _page(request, client_id)


@post(f"{HERE}/levels", status_code=200, opt=MANAGER)
async def post_edit_level(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let a rule weigh more or less for this client."""
    form = await read_form(request)
    rule = form.choice("rule", "a rule", [edit.number for edit in EDITS])
    level = form.choice("level", "how much it weighs", CHOICES)
    because = form.text("because", "The reason", most=LONGEST)
    try:
        form.ensure()
        await set_level(request.user, client_id=client_id, rule=rule, level=level, because=because, now=utc_now())
    except Invalid as refusal:
        return await _page(request, client_id, form, refusal)
    return await see_other(request, f"/clients/{client_id}/edits", flash=f"{rule}: {level}, from the next look on.")


@post(f"{HERE}/tables", status_code=200, opt=MANAGER)
async def post_edit_tables(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Say with which of CMS's tables a service line is checked, and whether it asks what was there at admission."""
    form = await read_form(request)
    line_id = form.uuid("line", "a service line")
    setting = form.choice("setting", "its tables", SETTINGS)
    form.ensure()
    await set_setting(
        request.user, client_id=client_id, service_line_id=line_id, setting=setting, asks_poa=form.flag("asks_poa")
    )
    return await see_other(request, f"/clients/{client_id}/edits", flash="Its tables are set, from the next look on.")


async def _page(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None, refusal: Invalid | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        client, versions = await get_client(client_id), await find_own_levels(client_id)
        lines, releases = await find_settings(client_id), await find_loaded()
    newest = {one.rule: one for one in reversed(versions)}
    errors = sentences_of(refusal, "rule")
    return page(
        request, "portal/client_edits.html", status=422 if refusal else 200, client=client, edits=EDITS, own=newest,
        versions=versions, lines=lines, releases=releases, choices=CHOICES, settings=SETTINGS,
        values=form.values if form else {}, errors=errors,
    )  # fmt: skip


ROUTES: list[Any] = [show_edits, post_edit_level, post_edit_tables]

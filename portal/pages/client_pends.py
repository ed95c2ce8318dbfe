"""When a client is reminded of what it has not answered, and what is done in the end: a form on the client's page."""

import re
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pends.rules import LAST_RESORTS, LONGEST_WAIT, LastResort, WaitRule, ensure_rule
from assignments.pends.waiting import get_rule, set_rule
from assignments.rules import LONGEST_KEPT_HOURS
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.tenancy.queries import get_client
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page


@get("/clients/{client_id:uuid}/pends", opt={"permission": Permission.CLIENT_MANAGE})
async def show_rule(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """What holds now."""
    async with acting_as(request.user):
        await get_client(client_id)
        rule = await get_rule(client_id)
    values = {
        "remind": ", ".join(str(day) for day in rule.remind_days), "last_day": str(rule.last_day or ""),
        "last_resort": rule.last_resort.value, "kept_hours": str(rule.kept_hours),
    }  # fmt: skip
    return await _show(request, client_id, Form(values))


@post("/clients/{client_id:uuid}/pends", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_rule(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let another rule hold for what is asked from now on."""
    form = await read_form(request)
    days = re.findall(r"\d{1,3}", form.values.get("remind", ""))
    if re.sub(r"[\d,;\s]", "", form.values.get("remind", "")):
        form.wrong("remind", "Write the days as numbers, such as 3, 7.")
    last = form.integer("last_day", "The last day", low=1, high=LONGEST_WAIT) if form.values.get("last_day") else None
    kept = form.integer("kept_hours", "The hours", low=1, high=LONGEST_KEPT_HOURS)
    resort = form.choice("last_resort", "what is done in the end", list(LastResort))
    try:
        form.ensure()
        rule = ensure_rule(WaitRule(tuple(int(day) for day in days), last, LastResort(resort), kept))
        await set_rule(request.user, client_id=client_id, rule=rule, now=utc_now())
    except Invalid as refusal:
        return await _show(request, client_id, form, refusal)
    return await see_other(request, f"/clients/{client_id}", flash="It holds for what is asked from now on.")


async def _show(
    request: Request[Any, Any, Any], client_id: UUID, form: Form, refusal: Invalid | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        client = await get_client(client_id)
    errors = sentences_of(refusal, "remind")
    return page(
        request, "portal/client_pends.html", status=422 if refusal else 200, client=client, values=form.values,
        errors=errors, resorts=[(one.value, words) for one, words in LAST_RESORTS.items()], longest=LONGEST_WAIT,
    )  # fmt: skip


ROUTES: list[Any] = [show_rule, post_rule]

"""The managed reasons for which charts wait or cannot be coded."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pends.reasons import USES, add_reason, list_reasons, retire_reason
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

MANAGES = {"permission": Permission.PEND_MANAGE}


@get("/pend-reasons", opt=MANAGES)
async def show_reasons(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every reason, those that are retired last."""
    return await _show(request, Form({}))


@post("/pend-reasons", status_code=200, opt=MANAGES)
async def post_reason(request: Request[Any, Any, Any]) -> Response[Any]:
    """Offer another reason."""
    form = await read_form(request)
    name = form.text("name", "The reason", most=80)
    use = form.choice("use", "what the reason is for", USES)
    client_id = form.uuid("client", "a client of the list") if form.values.get("client") else None
    try:
        form.ensure()
        await add_reason(
            request.user, client_id=client_id, use=use, name=name, wants_provider=form.flag("wants_provider"),
            wants_date=form.flag("wants_date"), now=utc_now(),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return await _show(request, form, refusal)
    return await see_other(request, "/pend-reasons", flash="Coders can choose it from now on.")


@post("/pend-reasons/{reason_id:uuid}/retire", status_code=200, opt=MANAGES)
async def post_retire(request: Request[Any, Any, Any], reason_id: FromPath[UUID]) -> Response[Any]:
    """Offer a reason no more."""
    await retire_reason(request.user, reason_id=reason_id, now=utc_now())
    return await see_other(request, "/pend-reasons", flash="Nobody can choose it any more; what was asked stays.")


async def _show(
    request: Request[Any, Any, Any], form: Form, refusal: Invalid | Conflict | None = None
) -> Response[Any]:
    reasons = await list_reasons(request.user)
    async with acting_as(request.user):
        clients = await DB.fetch("SELECT id, name FROM client WHERE closed_at IS NULL ORDER BY name")
    errors = sentences_of(refusal, "name")
    return page(
        request, "portal/pend_reasons.html", status=refusal.status if refusal else 200, reasons=reasons,
        clients=clients, uses=USES, values=form.values, errors=errors,
    )  # fmt: skip


ROUTES: list[Any] = [show_reasons, post_reason, post_retire]

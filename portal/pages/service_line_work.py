"""What the charts of a service line ask for: level, expected minutes, when everybody may take them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.skills import LEVELS
from assignments.worklists.weighing import Work, get_work, set_work
from portal.database import acting_as
from portal.identity.permissions import Permission
from portal.tenancy.queries import get_client
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

HERE = "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/work"
SHORTEST, LONGEST = Decimal("0.5"), Decimal(480)


@get(HERE, opt={"permission": Permission.CLIENT_MANAGE})
async def show_work(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """What its charts ask for now."""
    return await _page(request, client_id, line_id)


@post(HERE, status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_work(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Let them ask for something else; what waits is sorted anew."""
    form = await read_form(request)
    work = Work(
        level=form.integer("level", "The level", low=min(LEVELS), high=max(LEVELS)),
        minutes=form.decimal("minutes", "The minutes of coding", low=SHORTEST, high=LONGEST, places=1),
        audit_minutes=form.decimal("audit_minutes", "The minutes of an audit", low=SHORTEST, high=LONGEST, places=1),
        widen_minutes=form.integer("widen_minutes", "The minutes before it is due", low=5, high=10_080)
        if form.values.get("widen_minutes") else None,
    )  # fmt: skip
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, line_id, form, refusal)
    await set_work(request.user, client_id=client_id, service_line_id=line_id, work=work)
    said = "Saved. What waits is sorted anew within seconds."
    return await see_other(request, f"/clients/{client_id}#service-lines", flash=said)


async def _page(
    request: Request[Any, Any, Any], client_id: UUID, line_id: UUID, form: Form | None = None,
    refusal: FormError | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        client = await get_client(client_id)
        name, work = await get_work(client_id, line_id)
    known = {"level": work.level, "minutes": f"{work.minutes:f}", "audit_minutes": f"{work.audit_minutes:f}",
             "widen_minutes": work.widen_minutes or ""}  # fmt: skip
    return page(
        request, "portal/service_line_work.html", status=422 if refusal else 200, client=client, line_id=line_id,
        name=name, levels=LEVELS, values=form.values if form else known, errors=refusal.errors if refusal else {},
    )  # fmt: skip


ROUTES: list[Any] = [show_work, post_work]

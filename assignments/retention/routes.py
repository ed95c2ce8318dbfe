"""The compliance officer's page of retention: rules, legal holds, what is due, what clients were given."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.retention.holds import lift_hold, place_hold
from assignments.retention.queries import find_exports, find_holds, find_keeping, find_runs
from assignments.retention.rules import BASES, MOST_YEARS, SCOPES, Basis, Scope
from assignments.retention.ruling import set_retention
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.settings import get_settings
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page


@get("/retention", opt={"permission": Permission.RETENTION_MANAGE})
async def show_retention(request: Request[Any, Any, Any]) -> Response[Any]:
    """What is kept how long, what is held, what is due, what was exported."""
    return await _show(request)


@post("/retention/rules", status_code=200, opt={"permission": Permission.RETENTION_MANAGE})
async def post_rule(request: Request[Any, Any, Any]) -> Response[Any]:
    """Say how long a client's documents are kept."""
    form, floor = await read_form(request), get_settings().retention_floor_years
    client_id, basis = form.uuid("client", "a client"), form.choice("basis", "from when the years count", list(Basis))
    years = form.integer("years", "The years", low=floor, high=MOST_YEARS)
    try:
        form.ensure()
        await set_retention(request.user, client_id=client_id, years=years, basis=Basis(basis), floor=floor)
    except (Invalid, FormError) as refusal:
        return await _show(request, form, refusal, "client")
    return await see_other(request, "/retention", flash="The rule holds from now on. What it makes due is proposed.")


@post("/retention/holds", status_code=200, opt={"permission": Permission.RETENTION_MANAGE})
async def post_hold(request: Request[Any, Any, Any]) -> Response[Any]:
    """Place a legal hold."""
    form = await read_form(request)
    client_id, scope = form.uuid("held", "a client"), form.choice("scope", "what is held", list(Scope))
    chart = form.text("chart", "The chart number", most=20, required=scope in (Scope.CHART, Scope.PATIENT))
    reason = form.text("reason", "The matter", most=500)
    try:
        form.ensure()
        await place_hold(
            request.user, client_id=client_id, scope=Scope(scope), chart_number=chart, reason=reason, now=utc_now()
        )
    except (Invalid, FormError) as refusal:
        return await _show(request, form, refusal, "chart")
    return await see_other(request, "/retention", flash="The hold is in force: nothing under it is destroyed.")


@post("/retention/holds/{hold_id:uuid}/lift", status_code=200, opt={"permission": Permission.RETENTION_MANAGE})
async def post_lifting(request: Request[Any, Any, Any], hold_id: FromPath[UUID]) -> Response[Any]:
    """Lift a legal hold."""
    form = await read_form(request)
    reason = form.text("lift_reason", "The reason", most=500)
    try:
        form.ensure()
        await lift_hold(request.user, hold_id=hold_id, reason=reason, now=utc_now())
    except (Conflict, FormError) as refusal:
        # Each hold in force has such a field: the sentence and what was typed belong to this one.
        named = FormError({f"lift-{hold_id}": refusal.message}, form.values)
        return await _show(request, form, named, status=refusal.status)
    return await see_other(request, "/retention", flash="The hold is lifted. What is due is proposed again.")


async def _show(
    request: Request[Any, Any, Any], form: Form | None = None,
    refusal: Conflict | FormError | Invalid | None = None,
    field: str = "", status: int | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        keeping, holds = await find_keeping(), await find_holds()
        runs, exports = await find_runs(), await find_exports()
    errors = sentences_of(refusal, field)
    return page(
        request, "assignments/retention/retention.html", keeping=keeping,
        status=status or (refusal.status if refusal else 200),
        holds=holds, runs=runs, exports=exports, bases=BASES, scopes=SCOPES, errors=errors,
        floor=get_settings().retention_floor_years, values=form.values if form else {},
    )  # fmt: skip


ROUTES: list[Any] = [show_retention, post_rule, post_hold, post_lifting]

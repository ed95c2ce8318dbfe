"""The register of agreements with clients: what is in force, what ends soon, and putting one on file."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.tenancy.agreements import add_agreement, end_agreement, find_agreements, find_warnings
from portal.tenancy.queries import find_clients
from portal.tenancy.rules import LAST_WARNING, AgreementKind
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

KINDS = {AgreementKind.BAA: "Business associate agreement", AgreementKind.CONTRACT: "Contract"}
_HEADER = ("client", "kind", "reference", "signed_on", "effective_on", "expires_on", "ended_on", "standing",
           "recorded_by")  # fmt: skip
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


@get("/agreements", opt={"permission": Permission.AGREEMENT_MANAGE})
async def show_agreements(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every agreement, and what needs to be renewed."""
    return await _page(request, Form(dict(request.query_params)))


@get("/agreements.csv", opt={"permission": Permission.AGREEMENT_MANAGE})
async def export_agreements(request: Request[Any, Any, Any]) -> Response[Any]:
    """The register as CSV."""
    async with acting_as(request.user):
        found = await find_agreements(now=utc_now())
        await record(request.user, Action.AGREEMENT_LISTED, object_type="agreements", details={"lines": len(found)})
    rows = [
        (one.client, KINDS[one.kind], one.reference, one.signed_on, one.effective_on, one.expires_on, one.ended_on,
         one.standing.value, one.recorded_by)
        for one in found
    ]  # fmt: skip
    return csv_answer("agreements.csv", _HEADER, rows)


@post("/agreements", status_code=200, opt={"permission": Permission.AGREEMENT_MANAGE})
async def post_agreement(request: Request[Any, Any, Any]) -> Response[Any]:
    """Put a signed agreement on file."""
    form = await read_form(request)
    client_id = form.uuid("client", "a client")
    kind = form.choice("kind", "what it is", [one.value for one in AgreementKind])
    reference = form.text("reference", "Where the signed paper is kept", most=200)
    signed_on = form.date("signed_on", "Signed on", earliest=_EARLIEST, latest=_LATEST)
    effective_on = form.date("effective_on", "First day", earliest=_EARLIEST, latest=_LATEST)
    expires_on = None
    if form.values.get("expires_on"):
        expires_on = form.date("expires_on", "Last day", earliest=_EARLIEST, latest=_LATEST)
    try:
        form.ensure()
        await add_agreement(
            request.user, client_id=client_id, kind=AgreementKind(kind), reference=reference, signed_on=signed_on,
            effective_on=effective_on, expires_on=expires_on, now=utc_now(),
        )  # fmt: skip
    except Invalid as refusal:
        return await _page(request, form, refusal)
    return await see_other(request, "/agreements", flash="The agreement is on file.")


@post("/agreements/{agreement_id:uuid}/end", status_code=200, opt={"permission": Permission.AGREEMENT_MANAGE})
async def post_end(request: Request[Any, Any, Any], agreement_id: FromPath[UUID]) -> Response[Any]:
    """Note the last day of an agreement that ends early."""
    form = await read_form(request)
    ended_on = form.date("ended_on", "Last day", earliest=_EARLIEST, latest=_LATEST)
    try:
        if "ended_on" in form.errors:  # an agreement that is not there is not there, whatever was typed
            async with acting_as(request.user):
                known = any(one.id == agreement_id for one in await find_agreements(now=utc_now()))
            if known:
                form.ensure()
        await end_agreement(request.user, agreement_id=agreement_id, ended_on=ended_on)
    except (Conflict, Invalid) as refusal:
        return await _page(request, Form({}), refusal)
    return await see_other(request, "/agreements", flash=f"The agreement ends with {ended_on}.")


async def _page(
    request: Request[Any, Any, Any], form: Form, refusal: Conflict | Invalid | None = None
) -> Response[Any]:
    now = utc_now()
    async with acting_as(request.user):
        clients = await find_clients()
        agreements, warnings = await find_agreements(now=now), await find_warnings(now=now)
    errors = sentences_of(refusal, "")
    return page(
        request, "portal/agreements.html", status=refusal.status if refusal else 200, agreements=agreements,
        warnings=warnings, last_warning=LAST_WARNING, kinds=[(kind.value, words) for kind, words in KINDS.items()],
        clients=[(one.id, one.name) for one in clients], values=form.values, errors=errors, today=now.date(),
    )  # fmt: skip


ROUTES: list[Any] = [show_agreements, export_agreements, post_agreement, post_end]

"""One client with its contract, and what a manager changes about it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.retention.queries import get_keeping
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.identity.people import grant_client, revoke_client
from portal.identity.permissions import Permission
from portal.invoicing.queries import find_rates, find_ready, find_unrated
from portal.invoicing.rating import set_rate
from portal.invoicing.rules import HIGHEST_STAT_PERCENT, DatedRate, local_day, rate_in_force
from portal.pages.opening_clients import open_service_line
from portal.pages.service_line_form import read_rate, read_service_line
from portal.tenancy.agreements import has_agreement
from portal.tenancy.clients import open_location, retire_service_line
from portal.tenancy.guidelines import LONGEST, find_guidelines, write_guideline
from portal.tenancy.queries import find_locations, find_service_lines, find_specialties, get_client
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page


@get("/clients/{client_id:uuid}", opt={"permission": Permission.CLIENT_MANAGE})
async def show_client(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """A client with its locations, service lines, rates and people."""
    return await _client_page(request, client_id)


@post("/clients/{client_id:uuid}/locations", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_location(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Add a location."""
    form = await read_form(request)
    name = form.text("location", "The name", most=120)
    try:
        form.ensure()
        await open_location(request.user, client_id=client_id, name=name)
    except (Conflict, FormError) as refusal:
        return await _client_page(request, client_id, form, refusal, "location")
    return await see_other(request, f"/clients/{client_id}#locations", flash=f"{name} is added.")


@post("/clients/{client_id:uuid}/service-lines", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_service_line(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Add a service line, with its rate if there is one."""
    form = await read_form(request)
    line = read_service_line(form, "new_")
    async with acting_as(request.user):
        client = await get_client(client_id)
    try:
        form.ensure()
        await open_service_line(request.user, client_id=client_id, time_zone=client.time_zone, line=line, now=utc_now())
    except (Conflict, FormError) as refusal:
        return await _client_page(request, client_id, form, refusal, "new_name")
    return await see_other(request, f"/clients/{client_id}#service-lines", flash=f"{line.name} is added.")


@post(
    "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/retire", status_code=200,
    opt={"permission": Permission.CLIENT_MANAGE},
)  # fmt: skip
async def post_retirement(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Retire a service line."""
    await retire_service_line(request.user, client_id=client_id, service_line_id=line_id, now=utc_now())
    return await see_other(request, f"/clients/{client_id}#service-lines", flash="The service line is retired.")


@post(
    "/clients/{client_id:uuid}/service-lines/{line_id:uuid}/guideline", status_code=200,
    opt={"permission": Permission.CLIENT_MANAGE},
)  # fmt: skip
async def post_guideline(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Write the next version of a service line's guideline."""
    form = await read_form(request)
    body = form.text("guideline", "The guideline", required=False, most=LONGEST)
    effective_on, seen = None, None
    if form.values.get("guideline_from"):
        effective_on = form.date("guideline_from", "The day", earliest=date(2020, 1, 1), latest=date(2100, 1, 1))
    if form.values.get("seen"):
        seen = form.integer("seen", "The version", low=0, high=1_000_000)
    try:
        form.ensure()
        version = await write_guideline(
            request.user, client_id=client_id, service_line_id=line_id, body=body, now=utc_now(),
            effective_on=effective_on, seen=seen, ends=form.flag("ends"),
        )  # fmt: skip
    except (Conflict, Invalid) as refusal:
        form.values["line of guideline"] = str(line_id)
        return await _client_page(request, client_id, form, refusal, "guideline")
    said = f"Version {version} of the guideline is written: coders confirm it before their next chart once it holds."
    if version == seen:
        said = "Nothing was changed: the guideline reads as it did."
    return await see_other(request, f"/clients/{client_id}#guidelines", flash=said)


@post("/clients/{client_id:uuid}/rates", status_code=200, opt={"permission": Permission.RATE_MANAGE})
async def post_rate(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Set a rate from a day on."""
    form = await read_form(request)
    line_id, amount = form.uuid("line", "a service line"), read_rate(form, "amount")
    stat_percent = Decimal(0)
    if form.values.get("stat_percent"):
        stat_percent = form.decimal(
            "stat_percent", "The STAT surcharge", low=Decimal(0), high=HIGHEST_STAT_PERCENT, places=2
        )
    day = form.date("effective_on", "The first day", earliest=date(2015, 1, 1), latest=date(2100, 1, 1))
    try:
        form.ensure()
        await set_rate(
            request.user, client_id=client_id, service_line_id=line_id, amount=amount, effective_on=day, now=utc_now(),
            stat_percent=stat_percent,
        )  # fmt: skip
    except (Conflict, FormError) as refusal:
        return await _client_page(request, client_id, form, refusal, "effective_on")
    return await see_other(request, f"/clients/{client_id}#rates", flash=f"The rate of ${amount} holds from {day} on.")


@post("/clients/{client_id:uuid}/grants", status_code=200, opt={"permission": Permission.STAFFING_MANAGE})
async def post_grant(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let somebody work for this client."""
    form = await read_form(request)
    person_id = form.uuid("person", "a person")
    try:
        form.ensure()
    except FormError as refusal:
        return await _client_page(request, client_id, form, refusal, "person")
    await grant_client(request.user, person_id=person_id, client_id=client_id, now=utc_now())
    return await see_other(request, f"/clients/{client_id}#people", flash="They can pull this client’s charts now.")


@post(
    "/clients/{client_id:uuid}/grants/{person_id:uuid}/revoke", status_code=200,
    opt={"permission": Permission.STAFFING_MANAGE},
)  # fmt: skip
async def post_revocation(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], person_id: FromPath[UUID]
) -> Response[Any]:
    """Let somebody no longer work for this client."""
    await revoke_client(request.user, person_id=person_id, client_id=client_id, now=utc_now())
    return await see_other(request, f"/clients/{client_id}#people", flash="They pull this client’s charts no longer.")


async def _client_page(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None,
    refusal: Conflict | Invalid | None = None, field: str = "",
) -> Response[Any]:  # fmt: skip
    now, actor = utc_now(), request.user
    async with acting_as(actor):
        client = await get_client(client_id)
        today = local_day(now, client.time_zone)
        lines, rates = await find_service_lines(client_id), await find_rates(client_id)
        context = {
            "client": client,
            "locations": await find_locations(client_id),
            "service_lines": lines,
            "rates": rates,
            "guidelines": await find_guidelines(client_id),
            "unrated": await find_unrated(client_id),
            "ready": await find_ready(now=now, client_id=client_id),
            "specialties": await find_specialties(),
            "granted": await DB.fetch(_GRANTED, client_id),
            "others": await DB.fetch(_OTHERS, client_id),
            "coded": {row["specialty"] for row in await DB.fetch(_CODED, client_id)},
            "staff": await DB.fetch(_STAFF, client_id),
            "has_agreement": await has_agreement(client_id, now=now),
            "plan": await DB.fetch_one(_PLAN, client_id),
            "keeping": await get_keeping(client_id),
        }
    in_force = {
        line.id: rate_in_force(
            [DatedRate(rate.id, rate.effective_on, rate.amount) for rate in rates if rate.service_line_id == line.id],
            today,
        )
        for line in lines
    }
    errors = sentences_of(refusal, field)
    return page(
        request, "portal/client.html", status=refusal.status if refusal else 200, today=today, in_force=in_force,
        values=form.values if form else {}, errors=errors, **context,
    )  # fmt: skip


_GRANTED = (
    "SELECT p.id, p.name, p.kind, p.disabled_at, g.granted_at FROM client_grant g JOIN person p ON p.id = g.person_id"
    " WHERE g.client_id = $1 AND g.revoked_at IS NULL ORDER BY p.kind DESC, p.name"
)
_OTHERS = (
    "SELECT p.id, p.name, p.kind FROM person p WHERE p.kind IN ('coder', 'auditor') AND p.disabled_at IS NULL"
    " AND NOT EXISTS (SELECT FROM client_grant g WHERE g.client_id = $1 AND g.person_id = p.id"
    "  AND g.revoked_at IS NULL)"
    " ORDER BY p.kind DESC, p.name"
)
_STAFF = "SELECT p.id, p.name, p.email, p.disabled_at FROM person p WHERE p.client_id = $1 ORDER BY p.name"
#: The specialties of this client that some coder has: charts of any other would wait for nobody.
_CODED = (
    "SELECT DISTINCT k.specialty FROM skill k JOIN client_grant g ON g.person_id = k.person_id"
    " JOIN person p ON p.id = k.person_id"
    " WHERE g.client_id = $1 AND g.revoked_at IS NULL AND p.kind = 'coder' AND p.disabled_at IS NULL"
)
_PLAN = "SELECT percent, opened_at FROM sample_plan WHERE client_id = $1 AND closed_at IS NULL"


ROUTES: list[Any] = [
    show_client, post_location, post_service_line, post_retirement, post_guideline, post_rate, post_grant,
    post_revocation,
]  # fmt: skip

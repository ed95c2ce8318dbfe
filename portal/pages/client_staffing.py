"""Who may work on a client's charts, and how they stand in line: what is asked, from which countries, what weight."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.qualifying.countries import Effect, end_country_rule, find_effect, make_country_rule
from assignments.qualifying.queries import find_country_rules, find_known_names, find_payers, find_requirements
from assignments.qualifying.requiring import end_requirement, make_requirement
from assignments.qualifying.rules import read_countries, spell
from assignments.rules import Stage
from assignments.worklists.weighing import HEAVIEST, LIGHTEST, get_weight, set_weight
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.tenancy.queries import find_specialties, get_client
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page

HERE = "/clients/{client_id:uuid}/staffing"
STAFF = {"permission": Permission.STAFFING_MANAGE}


@get(HERE, opt=STAFF)
async def show_staffing(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """What is asked of whoever works for a client."""
    return await _page(request, client_id)


@post(f"{HERE}/requirements", status_code=200, opt=STAFF)
async def post_requirement(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Ask for any one of several qualifications."""
    form = await read_form(request)
    specialty = form.text("specialty", "The specialty", required=False, most=60)
    stage = form.choice("stage", "the work", ["", *Stage])
    names = form.text("names", "What is asked", most=1000)
    everywhere = form.flag("everywhere")
    try:
        form.ensure()
        await make_requirement(
            request.user, client_id=None if everywhere else client_id, specialty=specialty or None,
            stage=Stage(stage) if stage else None, names=names, now=utc_now(),
        )  # fmt: skip
    except Invalid as refusal:
        return await _page(request, client_id, form, refusal, "names")
    said = "It is asked from the next chart on. Who lacks it sees so on their own page."
    return await see_other(request, f"/clients/{client_id}/staffing", flash=said)


@post(f"{HERE}/requirements/end", status_code=200, opt=STAFF)
async def post_requirement_end(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Ask for it no longer."""
    form = await read_form(request)
    chosen = form.uuid("requirement", "what is asked")
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, form, refusal)
    of = None if form.flag("general") else client_id
    await end_requirement(request.user, client_id=of, requirement_id=chosen, now=utc_now())
    return await see_other(request, f"/clients/{client_id}/staffing", flash="It is asked no longer.")


@post(f"{HERE}/countries", status_code=200, opt=STAFF)
async def post_country_rule(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Show what a rule would do; make it once that very effect was seen."""
    form = await read_form(request)
    payer = form.text("payer", "The payer", required=False, most=120) or None
    countries: list[str] = []
    try:
        countries = read_countries(form.text("countries", "The countries", most=400))
    except Invalid as refusal:
        form.wrong("countries", refusal.message)
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, form, refusal)
    seen = form.values.get("seen_payer", ""), form.values.get("seen_countries", "")
    if form.values.get("op") != "make" or seen != (payer or "", form.values["countries"]):
        async with acting_as(request.user):
            effect = await find_effect(client_id=client_id, payer=payer, countries=countries)
        return await _page(request, client_id, form, effect=effect)
    taken = await make_country_rule(
        request.user, client_id=client_id, payer=payer, countries=countries, now=utc_now()
    )  # fmt: skip
    said = f"{payer or 'Every chart'}: only from {spell(countries)}, from this moment on."
    if taken.total:
        said += " 1 chart was taken back." if taken.total == 1 else f" {taken.total} charts were taken back."
    return await see_other(request, f"/clients/{client_id}/staffing", flash=said)


@post(f"{HERE}/countries/end", status_code=200, opt=STAFF)
async def post_country_rule_end(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let a rule hold no longer."""
    form = await read_form(request)
    chosen = form.uuid("rule", "a rule")
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, form, refusal)
    await end_country_rule(request.user, client_id=client_id, rule_id=chosen, now=utc_now())
    return await see_other(request, f"/clients/{client_id}/staffing", flash="The rule holds no longer.")


@post(f"{HERE}/weight", status_code=200, opt=STAFF)
async def post_weight(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let their charts weigh more or less in the line."""
    form = await read_form(request)
    weight = form.decimal("weight", "The weight", low=LIGHTEST, high=HEAVIEST, places=2)
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, client_id, form, refusal)
    await set_weight(request.user, client_id=client_id, weight=weight)
    said = f"Their charts weigh {weight}. What waits is sorted anew within seconds."
    return await see_other(request, f"/clients/{client_id}/staffing", flash=said)


async def _page(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None, refusal: Invalid | None = None,
    field: str = "", effect: Effect | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        context = {
            "client": await get_client(client_id),
            "requirements": await find_requirements(client_id),
            "country_rules": await find_country_rules(client_id),
            "specialties": await find_specialties(),
            "payers": await find_payers(client_id),
            "names": await find_known_names(),
            "weight": await get_weight(client_id),
        }
    errors = sentences_of(refusal, field)
    return page(
        request, "portal/client_staffing.html", status=refusal.status if refusal else 200, effect=effect,
        stages=list(Stage), values=form.values if form else {}, errors=errors, lightest=LIGHTEST, heaviest=HEAVIEST,
        **context,
    )  # fmt: skip


ROUTES: list[Any] = [
    show_staffing, post_requirement, post_requirement_end, post_country_rule, post_country_rule_end, post_weight,
]  # fmt: skip

"""The people who sign in: the list, and adding somebody."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from assignments.pausing import find_paused
from assignments.qualifying.queries import find_expiring
from portal.actor import PEOPLE, Kind
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.identity.passwords import SHORTEST, ensure_acceptable
from portal.identity.people import create_person, ensure_email
from portal.identity.permissions import Permission
from portal.pages.people_queries import SORTS, PeopleFilter, count_people, find_people
from portal.tenancy.agreements import find_warnings
from portal.tenancy.rules import LAST_WARNING
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, FormError, read_form
from portal.web.paging import kept, read_paging
from portal.web.templating import page

KINDS: dict[str, str] = {
    Kind.CLIENT: "Client staff",
    Kind.CODER: "Coder",
    Kind.AUDITOR: "Auditor",
    Kind.MANAGER: "Manager",
    Kind.COMPLIANCE: "Compliance officer",
    Kind.ADMINISTRATOR: "Administrator",
}


@get("/people", opt={"permission": Permission.PEOPLE_READ})
async def show_people(request: Request[Any, Any, Any]) -> Response[Any]:
    """Everybody, by name or as asked."""
    query = request.query_params
    wanted, sort = _read_filter(request)
    async with acting_as(request.user):
        paging = read_paging(query, await count_people(wanted))
        people = await find_people(wanted, sort=sort, limit=paging.limit, offset=paging.offset)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
        may_staff = request.user.may(Permission.STAFFING_MANAGE)
        paused = await find_paused() if may_staff else {}
        expiring = await find_expiring(today=utc_now().date())
        warnings = await find_warnings(now=utc_now()) if request.user.may(Permission.AGREEMENT_MANAGE) else []
    return page(
        request, "portal/people.html", paused=paused, expiring=expiring, may_staff=may_staff, warnings=warnings,
        last_warning=LAST_WARNING, people=people, clients=clients,
        paging=paging, query=query, sort=sort,
        kinds=KINDS, kept=kept(query), kept_but_sort=kept(query, "sort"),
        may_add=request.user.may(Permission.PEOPLE_MANAGE),
    )  # fmt: skip


@get("/people.csv", opt={"permission": Permission.PEOPLE_READ})
async def export_people(request: Request[Any, Any, Any]) -> Response[Any]:
    """Everybody of the filter on screen, as CSV."""
    wanted, sort = _read_filter(request)
    async with acting_as(request.user):
        people = await find_people(wanted, sort=sort)
    rows = [(p.name, p.email, p.kind, "; ".join(p.clients), p.created_at, p.disabled_at) for p in people]
    return csv_answer("people.csv", ("name", "email", "kind", "clients", "since", "disabled_at"), rows)


@get("/people/new", opt={"permission": Permission.PEOPLE_MANAGE})
async def show_new_person(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form for a new person."""
    return await _new_page(request, {})


@post("/people/new", status_code=200, opt={"permission": Permission.PEOPLE_MANAGE})
async def post_new_person(request: Request[Any, Any, Any]) -> Response[Any]:
    """Add a person, or show the form again with what is wrong; a password is never sent back."""
    form = await read_form(request)
    name, email = form.text("name", "The name", most=120), form.text("email", "The e-mail address", most=254)
    kind = form.choice("kind", "what the person does", PEOPLE)
    client_id = form.uuid("client", "the client they belong to") if kind == Kind.CLIENT else None
    if kind in PEOPLE and kind != Kind.CLIENT and form.values.get("client"):
        form.wrong("client", "Only client staff belong to a client. Choose None; a manager says for whom others work.")
    _check_email(form, email)
    password = (await request.form()).get("password", "")
    _check_password(form, password, email, name)
    try:
        form.ensure()
        person_id = await create_person(
            request.user, email=email, name=name, kind=Kind(kind), password=password, client_id=client_id, now=utc_now()
        )
    except FormError as refusal:
        return await _new_page(request, refusal.values, refusal.errors)
    except (Conflict, Invalid) as refusal:
        return await _new_page(request, form.values, {"email": refusal.message})
    return await see_other(request, f"/people/{person_id}", flash=f"{name} can sign in now.")


def _check_email(form: Form, email: str) -> None:
    try:
        if email:
            ensure_email(email)
    except Invalid as refusal:
        form.wrong("email", refusal.message)


def _check_password(form: Form, password: str, email: str, name: str) -> None:
    form.values.pop("password", None)
    try:
        ensure_acceptable(password, email, email.partition("@")[0], name)
    except Invalid as refusal:
        form.wrong("password", refusal.message)


async def _new_page(
    request: Request[Any, Any, Any], values: dict[str, str], errors: dict[str, str] | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        clients = await DB.fetch("SELECT id, name FROM client WHERE closed_at IS NULL ORDER BY name")
    return page(
        request, "portal/person_new.html", status=422 if errors else 200, values=values, errors=errors or {},
        kinds=KINDS, clients=clients, shortest=SHORTEST,
    )  # fmt: skip


def _read_filter(request: Request[Any, Any, Any]) -> tuple[PeopleFilter, str]:
    """What the query string asks for; what cannot be read asks for nothing."""
    query = request.query_params
    try:
        client_id = UUID(query.get("client", ""))
    except ValueError:
        client_id = None
    wanted = PeopleFilter(query.get("q", "").strip()[:100], query.get("kind", ""), client_id, query.get("state", ""))
    sort = query.get("sort", "name")
    return wanted, sort if sort in SORTS else "name"


ROUTES: list[Any] = [show_people, export_people, show_new_person, post_new_person]

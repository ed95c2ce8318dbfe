"""The company's clients: the list, and opening a new one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from litestar import Request, Response, get, post

from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.pages.opening_clients import open_client
from portal.pages.service_line_form import PARTS, read_service_line
from portal.tenancy.queries import count_clients, find_clients, find_specialties
from portal.tenancy.rules import ensure_code, ensure_zone, zones
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, FormError, read_form
from portal.web.paging import kept, read_paging
from portal.web.templating import page

#: Service lines that the form for a new client has room for; more are added on its page.
LINES = 4


@get("/clients", opt={"permission": Permission.CLIENT_MANAGE})
async def show_clients(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every client, by name."""
    query = request.query_params
    words = query.get("q", "").strip()[:100]
    async with acting_as(request.user):
        paging = read_paging(query, await count_clients(words))
        clients = await find_clients(words, limit=paging.limit, offset=paging.offset)
    return page(request, "portal/clients.html", clients=clients, paging=paging, query=query, kept=kept(query))


@get("/clients.csv", opt={"permission": Permission.CLIENT_MANAGE})
async def export_clients(request: Request[Any, Any, Any]) -> Response[Any]:
    """The clients of the filter on screen, as CSV."""
    async with acting_as(request.user):
        clients = await find_clients(request.query_params.get("q", "").strip()[:100])
    rows = [(c.code, c.name, c.time_zone, c.location_count, "; ".join(c.service_lines), c.created_at) for c in clients]
    return csv_answer("clients.csv", ("code", "name", "time_zone", "locations", "service_lines", "since"), rows)


@get("/clients/new", opt={"permission": Permission.CLIENT_MANAGE})
async def show_new_client(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form for a new client."""
    return await _new_page(request, {"zone": zones()[0], "percent": "10"})


@post("/clients/new", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_new_client(request: Request[Any, Any, Any]) -> Response[Any]:
    """Open a client, or show the form again with what is wrong."""
    form = await read_form(request)
    code, zone = form.text("code", "The code", most=5), form.text("zone", "The time zone", most=60)
    name, location = form.text("name", "The name", most=120), form.text("location", "The first location", most=120)
    percent = form.decimal("percent", "The share of charts", low=Decimal(0), high=Decimal(100), places=2)
    used = [n for n in range(1, LINES + 1) if n == 1 or any(form.values.get(f"line{n}_{part}") for part in PARTS)]
    lines = [read_service_line(form, f"line{n}_") for n in used]
    _check(form, "code", ensure_code, code)
    _check(form, "zone", ensure_zone, zone)
    if len({line.name.casefold() for line in lines}) < len(lines):
        form.wrong("line2_name", "Two service lines have the same name. Give each its own.")
    try:
        form.ensure()
        client_id = await open_client(
            request.user, code=code, name=name, time_zone=zone, location=location, service_lines=lines,
            sample_percent=percent, now=utc_now(),
        )  # fmt: skip
    except FormError as refusal:
        return await _new_page(request, refusal.values, refusal.errors)
    except Conflict as refusal:
        return await _new_page(request, form.values, {"code": refusal.message})
    return await see_other(request, f"/clients/{client_id}", flash=f"{name} is open. Let people work for it below.")


async def _new_page(
    request: Request[Any, Any, Any], values: dict[str, str], errors: dict[str, str] | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        specialties = await find_specialties()
    return page(
        request, "portal/client_new.html", status=422 if errors else 200, values=values, errors=errors or {},
        zones=zones(), specialties=specialties, lines=range(1, LINES + 1),
    )  # fmt: skip


def _check(form: Form, name: str, rule: Callable[[str], str], value: str) -> None:
    """Note under its field what a rule has against a value."""
    try:
        if value:
            rule(value)
    except Invalid as refusal:
        form.wrong(name, refusal.message)


ROUTES: list[Any] = [show_clients, export_clients, show_new_client, post_new_client]

"""The managers' side of queries: the list, one query, providers in figures, and what a client agreed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.querying.linking import Policy, end_link, get_agreed, link_provider, set_policy
from assignments.querying.queries import open_query
from assignments.querying.reports import Wanted, find_figures, list_queries
from assignments.querying.rules import CANCEL_REASONS, COUNTS, OUTCOMES, PURPOSES, STATES, Ageing, State
from portal.clock import utc_now
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, read_form
from portal.web.templating import page

MANAGER = {"permission": Permission.QUERY_MANAGE}
PERIODS = {"30": "30 days", "90": "90 days", "365": "a year"}
_HOURS = {"due_hours": "Due after", "remind_hours": "Reminded after", "escalate_hours": "Escalated after"}
_HEADER = ("Client", "Provider", "People who answer", "Sent", "Open", "Late", "Escalated", "Oldest open since",
           "Answered", "Answered in time", "Median hours to answer", "Cancelled")  # fmt: skip


@get("/queries", opt=MANAGER)
async def show_queries(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every query, narrowed by what the address says."""
    query, now = request.query_params, utc_now()
    wanted = _read_wanted(query)
    listed = await list_queries(request.user, wanted=wanted, query=dict(query), now=now)
    return page(
        request, "assignments/querying/queries.html", listed=listed, wanted=wanted, states=STATES, purposes=PURPOSES,
        now=now,
    )  # fmt: skip


@get("/queries/{query_id:uuid}", opt=MANAGER)
async def show_one(request: Request[Any, Any, Any], query_id: FromPath[UUID]) -> Response[Any]:
    """One query with its answer and what it changed."""
    shown = await open_query(request.user, query_id=query_id)
    return page(
        request, "assignments/querying/query.html", shown=shown, states=STATES, now=utc_now(), outcomes=OUTCOMES,
        reasons=CANCEL_REASONS, place="queries",
    )  # fmt: skip


@get("/queries/providers", opt=MANAGER)
async def show_providers(request: Request[Any, Any, Any]) -> Response[Any]:
    """Providers by number and age of their queries."""
    now, days = utc_now(), _days(request)
    figures = await find_figures(request.user, since=now - timedelta(days=int(days)), now=now)
    return page(request, "assignments/querying/providers.html", figures=figures, days=days, periods=PERIODS, now=now)


@get("/queries/providers.csv", opt=MANAGER)
async def export_providers(request: Request[Any, Any, Any]) -> Response[Any]:
    """The same as CSV."""
    now = utc_now()
    figures = await find_figures(request.user, since=now - timedelta(days=int(_days(request))), now=now)
    return csv_answer(
        "providers.csv", _HEADER,
        [
            (one.client, one.provider, one.people, one.sent, one.open, one.late, one.escalated, one.oldest_open,
             one.answered, one.in_time, None if one.median_hours is None else round(one.median_hours, 1), one.cancelled)
            for one in figures
        ],
    )  # fmt: skip


@get("/clients/{client_id:uuid}/queries", opt=MANAGER)
async def show_agreed(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """What a client agreed about queries, and who answers for whom."""
    return await _show_agreed(request, client_id)


@post("/clients/{client_id:uuid}/queries", status_code=200, opt=MANAGER)
async def post_policy(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let another policy hold."""
    form = await read_form(request)
    hours = [form.integer(name, label, low=1, high=2000) for name, label in _HOURS.items()]
    counts = form.choice("counts", "what counts as an answer", COUNTS)
    try:
        form.ensure()
        await set_policy(request.user, client_id=client_id, policy=Policy(Ageing(*hours), counts), now=utc_now())
    except Invalid as refusal:
        return await _show_agreed(request, client_id, form, refusal)
    return await see_other(request, f"/clients/{client_id}/queries", flash="It holds for every query sent from now on.")


@post("/clients/{client_id:uuid}/queries/links", status_code=200, opt=MANAGER)
async def post_link(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let somebody answer for a provider."""
    form = await read_form(request)
    provider = form.text("provider", "The provider", most=120)
    person_id = form.uuid("person", "who answers")
    try:
        form.ensure()
        await link_provider(request.user, client_id=client_id, provider=provider, answerer_id=person_id, now=utc_now())
    except Invalid as refusal:
        return await _show_agreed(request, client_id, form, refusal)
    return await see_other(request, f"/clients/{client_id}/queries", flash="Their queries stand in that inbox now.")


@post("/clients/{client_id:uuid}/queries/links/{link_id:uuid}/end", status_code=200, opt=MANAGER)
async def post_end_link(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], link_id: FromPath[UUID]
) -> Response[Any]:
    """Let somebody answer no more."""
    await end_link(request.user, client_id=client_id, link_id=link_id, now=utc_now())
    return await see_other(request, f"/clients/{client_id}/queries", flash="They no longer answer for this provider.")


async def _show_agreed(
    request: Request[Any, Any, Any], client_id: UUID, form: Form | None = None, refusal: Invalid | None = None
) -> Response[Any]:
    agreed = await get_agreed(request.user, client_id=client_id)
    return page(
        request, "assignments/querying/agreed.html", status=422 if refusal else 200, agreed=agreed, counts=COUNTS,
        values=form.values if form else {}, errors=form.errors if form else {},
        problem=refusal.message if refusal else "",
    )  # fmt: skip


def _read_wanted(query: Any) -> Wanted:
    """What the address asks for; what makes no sense asks for nothing."""
    try:
        client_id = UUID(query.get("client", ""))
    except ValueError:
        client_id = None
    state = query.get("state", "")
    return Wanted(
        state if state in set(State) else "", client_id, query.get("provider", "")[:120], query.get("late") == "1"
    )


def _days(request: Request[Any, Any, Any]) -> str:
    days: str = request.query_params.get("days", "90")
    return days if days in PERIODS else "90"


ROUTES: list[Any] = [
    show_queries, show_one, show_providers, export_providers, show_agreed, post_policy, post_link,
    post_end_link,
]  # fmt: skip

"""The floor's pends for managers: by reason, owner and age; withdrawn here, and charts that are coded after all."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pends.answering import withdraw_pend
from assignments.pends.reporting import (
    AGES,
    PendFilter,
    count_open_pends,
    count_pends,
    find_open_pends,
    find_open_reasons,
    owners,
)
from assignments.reopening import REOPENING_REASONS, have_coded_again
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import read_form
from portal.web.paging import kept, read_paging
from portal.web.templating import page

_COLUMNS = ("chart", "client", "waits_for", "reasons", "asked_by", "asked_at", "reminders", "last_day", "answered_at")


@get("/floor/pends", opt={"permission": Permission.FLOOR_READ})
async def show_floor_pends(request: Request[Any, Any, Any]) -> Response[Any]:
    """What waits for whom and since when."""
    wanted, now = _read_filter(request), utc_now()
    async with acting_as(request.user):
        counted = await count_pends(wanted, now=now)
        paging = read_paging(request.query_params, await count_open_pends(wanted, now=now))
        pends = await find_open_pends(wanted, now=now, limit=paging.limit, offset=paging.offset)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
        reasons = await find_open_reasons()
    return page(
        request, "portal/pends.html", counted=counted, pends=pends, paging=paging, wanted=wanted, clients=clients,
        reasons=reasons, owners=owners(), ages=[(word, words) for word, (words, _) in AGES.items()], now=now,
        kept=kept(request.query_params), may_withdraw=request.user.may(Permission.PEND_MANAGE),
    )  # fmt: skip


@get("/floor/pends.csv", opt={"permission": Permission.FLOOR_READ})
async def export_floor_pends(request: Request[Any, Any, Any]) -> Response[Any]:
    """The open pends of the filter on screen, as CSV."""
    async with acting_as(request.user):
        pends = await find_open_pends(_read_filter(request), now=utc_now())
    rows = [(one.number, one.client, one.owner, "; ".join(one.reasons), one.asked_by, one.opened_at, one.reminded,
             one.due_at, one.answered_at) for one in pends]  # fmt: skip
    return csv_answer("pends.csv", _COLUMNS, rows)


@post("/floor/pends/{pend_id:uuid}/withdraw", status_code=200, opt={"permission": Permission.PEND_MANAGE})
async def post_withdraw(request: Request[Any, Any, Any], pend_id: FromPath[UUID]) -> Response[Any]:
    """Take a question back; the chart goes to its coder."""
    await withdraw_pend(request.user, pend_id=pend_id, now=utc_now())
    return await see_other(request, "/floor/pends", flash="Withdrawn: the chart goes back to its coder.")


@post("/floor/charts/{chart_id:uuid}/code", status_code=200, opt={"permission": Permission.PEND_MANAGE})
async def post_reopen(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Have a finished chart coded again, or one that was closed as not codable."""
    form = await read_form(request)
    why = form.choice("why", "why it is coded again", REOPENING_REASONS)
    form.ensure()
    await have_coded_again(request.user, chart_id=chart_id, why=why, now=utc_now())
    return await see_other(request, f"/floor/charts/{chart_id}", flash="It is in line again; its promise runs anew.")


def _read_filter(request: Request[Any, Any, Any]) -> PendFilter:
    """What the query string asks for; what cannot be read asks for nothing."""
    query = request.query_params
    try:
        client_id = UUID(query.get("client", ""))
    except ValueError:
        client_id = None
    owner = query.get("owner", "")
    return PendFilter(
        client_id, owner if owner in owners() else "", query.get("reason", "")[:80],
        AGES.get(query.get("age", ""), ("", 0))[1],
    )  # fmt: skip


ROUTES: list[Any] = [show_floor_pends, export_floor_pends, post_withdraw, post_reopen]

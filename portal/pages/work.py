"""Who has what: the workload matrix, its people, and the filters that a manager keeps."""

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.handing_over.filters import find_filters, forget_filter, save_filter
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.pages.work_list import DUES, SORTS, STATES, count_work, find_work, read_work_filter
from portal.pages.work_people import RATE_OVER, average_minutes, find_people_at_work
from portal.tenancy.queries import find_specialties
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import read_form
from portal.web.paging import Paging, kept, read_paging
from portal.web.templating import page

WORK = "/floor/work"
_COLUMNS = ("chart", "client", "specialty", "for", "round", "state", "person", "kept_until", "list", "due_at",
            "minutes", "stat")  # fmt: skip
#: The parameters that a kept filter is made of.
_KEPT = ("q", "client", "specialty", "stage", "state", "due", "list", "person", "sort")
_PEOPLE_AT_ONCE = 25


@get(WORK, opt={"permission": Permission.FLOOR_READ})
async def show_work(request: Request[Any, Any, Any]) -> Response[Any]:
    """What waits and what is held, with who has it; above it the people and how much each has."""
    now, query = utc_now(), request.query_params
    wanted, sort = read_work_filter(query)
    async with acting_as(request.user):
        paging = read_paging(query, await count_work(wanted, now=now))
        rows = await find_work(wanted, now=now, sort=sort, limit=paging.limit, offset=paging.offset)
        people = await find_people_at_work(now=now)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
        lists = await DB.fetch(
            "SELECT id, name || CASE stage WHEN 'audit' THEN ' (audit)' ELSE '' END FROM worklist"
            " WHERE retired_at IS NULL ORDER BY stage DESC, position"
        )
        specialties, filters = await find_specialties(), await find_filters()
    turn = _people_paging(query, len(people))
    return page(
        request, "portal/work.html", rows=rows, people=people[turn.offset : turn.offset + turn.limit], turn=turn,
        everybody=people, averages={kind: average_minutes(people, kind) for kind in ("coder", "auditor")},
        clients=clients, lists=lists, specialties=specialties, filters=filters, states=STATES, dues=DUES,
        sorts=SORTS, paging=paging, query=query, sort=sort, now=now, kept=kept(query),
        kept_but_sort=kept(query, "sort"), rate_days=RATE_OVER.days, asked=_asked(query),
    )  # fmt: skip


@get(f"{WORK}.csv", opt={"permission": Permission.FLOOR_READ})
async def export_work(request: Request[Any, Any, Any]) -> Response[Any]:
    """The work of the filter on screen, as CSV."""
    wanted, sort = read_work_filter(request.query_params)
    async with acting_as(request.user):
        work = await find_work(wanted, now=utc_now(), sort=sort)
    rows = [(r.number, r.client, r.specialty, r.stage, r.round, r.state, r.person, r.preferred_until, r.worklist,
             r.due_at, round(r.minutes, 1), r.is_stat) for r in work]  # fmt: skip
    return csv_answer("work.csv", _COLUMNS, rows)


@post(f"{WORK}/filters", status_code=200, opt={"permission": Permission.FLOOR_READ})
async def post_filter(request: Request[Any, Any, Any]) -> Response[Any]:
    """Keep the filter on screen under a name."""
    form = await read_form(request)
    name = form.text("name", "The filter’s name", most=60)
    form.ensure()
    query = _asked(dict(parse_qsl(form.values.get("query", ""))))
    await save_filter(request.user, name=name, query=query, now=utc_now())
    return await see_other(request, f"{WORK}?{query}", flash=f"“{name}” is kept. Only you see it.")


@post(f"{WORK}/filters/{{filter_id:uuid}}/forget", status_code=200, opt={"permission": Permission.FLOOR_READ})
async def post_forgetting(request: Request[Any, Any, Any], filter_id: FromPath[UUID]) -> Response[Any]:
    """Forget a filter of one's own."""
    await forget_filter(request.user, filter_id=filter_id)
    return await see_other(request, WORK, flash="The filter is forgotten.")


def _asked(query: Any) -> str:
    """What a query string asks of this page, and nothing else."""
    return urlencode([(name, query[name][:60]) for name in _KEPT if query.get(name)])


def _people_paging(query: Any, total: int) -> Paging:
    turn = read_paging({"page": query.get("people", "1")}, total, limit=_PEOPLE_AT_ONCE)
    return Paging(turn.page, turn.pages, turn.total, turn.limit, f"?{kept(query, 'people')}people=")


ROUTES: list[Any] = [show_work, export_work, post_filter, post_forgetting]

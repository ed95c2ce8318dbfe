"""The floor: how much waits, how late, who is on it; every chart's state, without any patient."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from assignments.late_documents.queries import count_late_documents
from assignments.pends.asking_leads import count_questions
from assignments.preparing.backlogs import find_recognition_backlog, find_scan_backlog
from assignments.rules import ChartState
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.pages.floor_alarms import find_alarms
from portal.pages.floor_board import OPEN_STATES, find_lanes, get_totals
from portal.pages.floor_charts import (
    SORTS,
    ChartFilter,
    count_charts,
    find_charts,
)
from portal.tenancy.queries import find_specialties
from portal.web.csv import csv_answer
from portal.web.paging import kept, read_paging
from portal.web.templating import page

_COLUMNS = ("chart", "client", "service_line", "specialty", "state", "stat", "received_at", "due_at", "delivered_at",
            "held_by", "coder", "auditor")  # fmt: skip


@get("/floor", opt={"permission": Permission.FLOOR_READ})
async def show_floor(request: Request[Any, Any, Any]) -> Response[Any]:
    """The board."""
    now = utc_now()
    async with acting_as(request.user):
        lanes = await find_lanes(now=now)
        totals = await get_totals(lanes)
        questions = await count_questions()
        late = await count_late_documents()
        (unscanned, since), (unread, unread_since) = await find_scan_backlog(), await find_recognition_backlog()
    async with acting_as(request.user):
        alarms = await find_alarms(now=now)
    most = max((lane.total for lane in lanes), default=0)
    return page(
        request, "portal/floor.html", lanes=lanes, totals=totals, most=most, now=now, late_documents=late,
        unscanned=unscanned, unscanned_since=since, unread=unread, unread_since=unread_since, alarms=alarms,
        questions=questions,
    )  # fmt: skip


@get("/floor/charts", opt={"permission": Permission.FLOOR_READ})
async def show_floor_charts(request: Request[Any, Any, Any]) -> Response[Any]:
    """Charts by number, state and due time."""
    now, query = utc_now(), request.query_params
    wanted, sort = _read_filter(request)
    async with acting_as(request.user):
        paging = read_paging(query, await count_charts(wanted, now=now))
        charts = await find_charts(wanted, now=now, sort=sort, limit=paging.limit, offset=paging.offset)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
        specialties = await find_specialties()
    return page(
        request, "portal/floor_charts.html", charts=charts, clients=clients, specialties=specialties,
        states=tuple(ChartState), open_states=OPEN_STATES, paging=paging, query=query, sort=sort, now=now,
        kept=kept(query), kept_but_sort=kept(query, "sort"),
    )  # fmt: skip


@get("/floor/charts.csv", opt={"permission": Permission.FLOOR_READ})
async def export_floor_charts(request: Request[Any, Any, Any]) -> Response[Any]:
    """The charts of the filter on screen, as CSV."""
    wanted, sort = _read_filter(request)
    async with acting_as(request.user):
        charts = await find_charts(wanted, now=utc_now(), sort=sort)
    rows = [(c.number, c.client, c.service_line, c.specialty, c.state, c.is_stat, c.received_at, c.due_at,
             c.delivered_at, c.holder, c.coder, c.auditor) for c in charts]  # fmt: skip
    return csv_answer("charts.csv", _COLUMNS, rows)


def _read_filter(request: Request[Any, Any, Any]) -> tuple[ChartFilter, str]:
    """What the query string asks for; what cannot be read asks for nothing."""
    query = request.query_params
    try:
        client_id = UUID(query.get("client", ""))
    except ValueError:
        client_id = None
    wanted = ChartFilter(
        query.get("q", "").strip()[:40], client_id, query.get("state", ""), query.get("specialty", "")[:60],
        query.get("due", ""),
    )  # fmt: skip
    sort = query.get("sort", "due")
    return wanted, sort if sort in SORTS else "due"


ROUTES: list[Any] = [show_floor, show_floor_charts, export_floor_charts]

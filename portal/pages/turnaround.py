"""Turnaround: what deliveries took from receipt and from ready-to-code, and how many were on time, by service line."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from assignments.turnaround.queries import VERSIONS, Line, Wanted, find_lines
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.web.csv import csv_answer
from portal.web.paging import kept, read_paging
from portal.web.templating import page

_COLUMNS = ("client", "service_line", "deliveries", "from_receipt_median_hours", "from_receipt_p90_hours",
            "from_receipt_on_time", "from_ready_median_hours", "from_ready_p90_hours", "from_ready_on_time",
            "pended_hours_each", "query_hours_each", "hours", "versions", "first_on", "last_on")  # fmt: skip
#: How far back the report looks when it is opened.
_USUALLY = timedelta(days=29)


@get("/floor/turnaround", opt={"permission": Permission.FLOOR_READ})
async def show_turnaround(request: Request[Any, Any, Any]) -> Response[Any]:
    """The report of a period."""
    wanted = _read_wanted(request)
    async with acting_as(request.user):
        lines, whole = await find_lines(wanted)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
    paging = read_paging(request.query_params, len(lines))
    return page(
        request, "portal/turnaround.html", lines=lines[paging.offset : paging.offset + paging.limit], whole=whole,
        wanted=wanted, clients=clients, versions=list(VERSIONS.items()), paging=paging,
        kept=kept(request.query_params),
    )  # fmt: skip


@get("/floor/turnaround.csv", opt={"permission": Permission.FLOOR_READ})
async def export_turnaround(request: Request[Any, Any, Any]) -> Response[Any]:
    """The report of the filter on screen, as CSV."""
    wanted = _read_wanted(request)
    async with acting_as(request.user):
        lines, _ = await find_lines(wanted)
    return csv_answer("turnaround.csv", _COLUMNS, [_row(line, wanted) for line in lines])


def _row(line: Line, wanted: Wanted) -> tuple[object, ...]:
    return (
        line.client, line.service_line, line.count, _hours(line.median), _hours(line.ninth), f"{line.on_time:.4f}",
        _hours(line.ready_median), _hours(line.ready_ninth), f"{line.ready_on_time:.4f}", _hours(line.pended),
        _hours(line.queried), "working" if wanted.in_working_time else "elapsed", wanted.versions, wanted.first_on,
        wanted.last_on,
    )  # fmt: skip


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.2f}"


def _read_wanted(request: Request[Any, Any, Any]) -> Wanted:
    """What the query string asks for; what cannot be read asks for the usual."""
    query, today = request.query_params, utc_now().date()
    try:
        client_id = UUID(query.get("client", ""))
    except ValueError:
        client_id = None
    last_on = _day(query.get("to", ""), today)
    first_on = min(_day(query.get("from", ""), last_on - _USUALLY), last_on)
    versions = query.get("versions", "")
    return Wanted(
        first_on, last_on, client_id, versions if versions in VERSIONS else "first", query.get("hours") == "working"
    )


def _day(text: str, otherwise: date) -> date:
    """A day that somebody may have meant."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if date(2015, 1, 1) <= found <= date(2100, 1, 1) else otherwise


ROUTES: list[Any] = [show_turnaround, export_turnaround]

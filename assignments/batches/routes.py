"""Batches on screen: the list, one batch, and every encounter accounted for."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.batches.encounters import LISTS, Listed, Which, count_encounters, count_listed, find_listed
from assignments.batches.excusing import mark_coming, mark_not_coming
from assignments.batches.lists import SORTS, count_batches, find_batches, find_history, get_batch
from assignments.batches.moving import MustConfirm, close_batch, release_batch, reopen_batch
from assignments.batches.rules import FATES, NOT_COMING, REOPEN_REASONS, BatchState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Kind
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.tenancy.queries import find_locations
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import read_form
from portal.web.paging import kept, read_paging
from portal.web.templating import page

_BATCH_HEADER = ("Client", "Location", "Date of service", "State", "Expected", "Coded", "In work", "Pended",
                 "Not billable", "Missing", "Not coming", "Not on the schedule", "Charts", "Open charts")  # fmt: skip
_LISTED_HEADER = ("Date of service", "Location", "Encounter", "Patient", "Service line", "Provider", "Chart", "State",
                  "Account", "On the schedule", "Not coming because")  # fmt: skip


@get("/batches", opt={"permission": Permission.BATCH_READ})
async def list_batches(request: Request[Any, Any, Any]) -> Response[Any]:
    """Batches, the newest day first."""
    query, which, sort = request.query_params, _read_which(request), _read_sort(request)
    async with acting_as(request.user):
        paging = read_paging(query, await count_batches(which))
        batches = await find_batches(which, sort=sort, limit=paging.limit, offset=paging.offset)
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name")
        client_id = request.user.client_id or which.client_id
        locations = await find_locations(client_id) if client_id else []
    return page(
        request, "assignments/batches/batches.html", batches=batches, paging=paging, query=query, sort=sort,
        clients=clients, locations=locations, states=[(state.value, state.value.capitalize()) for state in BatchState],
        kept=kept(query), kept_but_sort=kept(query, "sort"), is_client=request.user.kind is Kind.CLIENT,
    )  # fmt: skip


@get("/batches.csv", opt={"permission": Permission.BATCH_READ})
async def export_batches(request: Request[Any, Any, Any]) -> Response[Any]:
    """The batches of the filter on screen, as CSV."""
    which = _read_which(request)
    async with acting_as(request.user):
        batches = await find_batches(which, sort=_read_sort(request))
        await record(
            request.user, Action.BATCH_LISTED, object_type="batches", client_id=request.user.client_id,
            details={"batches": len(batches)},
        )  # fmt: skip
    rows = [
        (one.client, one.location, one.service_on, one.state.value, one.account.expected, one.account.coded,
         one.account.in_work, one.account.pended, one.account.not_billable, one.account.missing, one.account.not_coming,
         one.account.unscheduled, one.charts, one.open_charts)
        for one in batches
    ]  # fmt: skip
    return csv_answer("batches.csv", _BATCH_HEADER, rows)


@get("/batches/{batch_id:uuid}", opt={"permission": Permission.BATCH_READ})
async def show_batch(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Response[Any]:
    """One batch: what was expected, what came, and what became of it."""
    return await _batch_page(request, batch_id)


@get("/batches/{batch_id:uuid}/encounters.csv", opt={"permission": Permission.BATCH_READ})
async def export_batch(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Response[Any]:
    """The list on screen, as CSV."""
    async with acting_as(request.user):
        batch = await get_batch(batch_id)
        listed = await find_listed(request.user, Which(batch_id=batch_id), _read_show(request), exported=True)
        await record(
            request.user, Action.BATCH_LISTED, object_type="batch", object_id=batch_id, client_id=batch.client_id
        )
    return csv_answer(f"batch-{batch.service_on}.csv", _LISTED_HEADER, map(_row, listed))


@get("/encounters", opt={"permission": Permission.CHART_READ})
async def list_encounters(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every encounter of the client's, whatever became of it, over all batches."""
    query, which, show = request.query_params, _read_which(request), _read_show(request)
    async with acting_as(request.user):
        paging = read_paging(query, await count_listed(which, show))
        account = await count_encounters(which)
        listed = await find_listed(request.user, which, show, limit=paging.limit, offset=paging.offset)
        locations = await find_locations(request.user.client_id)
    return page(
        request, "assignments/batches/encounters.html", listed=listed, paging=paging, query=query, show=show,
        account=account, lists=LISTS, locations=locations, kept=kept(query), kept_but_show=kept(query, "show"),
        reasons=NOT_COMING,
    )  # fmt: skip


@get("/encounters.csv", opt={"permission": Permission.CHART_READ})
async def export_encounters(request: Request[Any, Any, Any]) -> Response[Any]:
    """The encounters of the filter on screen, as CSV."""
    async with acting_as(request.user):
        listed = await find_listed(request.user, _read_which(request), _read_show(request), exported=True)
    return csv_answer("encounters.csv", _LISTED_HEADER, map(_row, listed))


@post("/batches/{batch_id:uuid}/release", status_code=200, opt={"permission": Permission.BATCH_RECONCILE})
async def post_release(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Response[Any]:
    """Release a batch; what is missing has to be confirmed."""
    form = await read_form(request)
    missing = form.values.get("missing", "") if form.flag("confirmed") else ""
    try:
        await release_batch(
            request.user, batch_id=batch_id, now=utc_now(),
            confirmed_missing=int(missing) if missing.isdecimal() and len(missing) < 7 else None,
        )  # fmt: skip
    except MustConfirm as refusal:
        return await _batch_page(request, batch_id, refusal)
    return await see_other(request, f"/batches/{batch_id}", flash="The batch is released.")


@post("/batches/{batch_id:uuid}/close", status_code=200, opt={"permission": Permission.BATCH_RECONCILE})
async def post_closing(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Response[Any]:
    """Close a batch of which nothing is in work."""
    try:
        await close_batch(request.user, batch_id=batch_id, now=utc_now())
    except Conflict as refusal:
        return await _batch_page(request, batch_id, refusal)
    return await see_other(request, f"/batches/{batch_id}", flash="The batch is closed.")


@post("/batches/{batch_id:uuid}/reopen", status_code=200, opt={"permission": Permission.BATCH_RECONCILE})
async def post_reopening(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Response[Any]:
    """Open a batch again, for a reason."""
    reason = (await read_form(request)).values.get("reason", "")
    try:
        await reopen_batch(request.user, batch_id=batch_id, reason=reason, now=utc_now())
    except Invalid as refusal:
        return await _batch_page(request, batch_id, refusal, "reason")
    return await see_other(request, f"/batches/{batch_id}", flash="The batch is open again.")


@post("/expected/{expected_id:uuid}/not-coming", status_code=200, opt={"permission": Permission.CHART_UPLOAD})
async def post_not_coming(request: Request[Any, Any, Any], expected_id: FromPath[UUID]) -> Response[Any]:
    """Say that documents of a scheduled encounter will not come."""
    reason = (await read_form(request)).values.get("reason", "")
    batch_id = await mark_not_coming(request.user, expected_id=expected_id, reason=reason, now=utc_now())
    said = f"No longer expected: {NOT_COMING[reason].lower()}."
    return await see_other(request, f"/batches/{batch_id}?show=without", flash=said)


@post("/expected/{expected_id:uuid}/coming", status_code=200, opt={"permission": Permission.CHART_UPLOAD})
async def post_coming(request: Request[Any, Any, Any], expected_id: FromPath[UUID]) -> Response[Any]:
    """Expect a scheduled encounter again."""
    batch_id = await mark_coming(request.user, expected_id=expected_id)
    return await see_other(request, f"/batches/{batch_id}?show=without", flash="It is expected again.")


async def _batch_page(
    request: Request[Any, Any, Any], batch_id: UUID, refusal: Conflict | Invalid | None = None, field: str = ""
) -> Response[Any]:
    show, which, query = _read_show(request), Which(batch_id=batch_id), request.query_params
    async with acting_as(request.user):
        batch = await get_batch(batch_id)
        paging = read_paging(query, await count_listed(which, show))
        listed = await find_listed(request.user, which, show, limit=paging.limit, offset=paging.offset)
        history = await find_history(batch_id)
        await record(
            request.user, Action.BATCH_OPENED, object_type="batch", object_id=batch_id, client_id=batch.client_id
        )
    return page(
        request, "assignments/batches/batch.html", status=refusal.status if refusal else 200, batch=batch,
        listed=listed, paging=paging, show=show, lists=LISTS, history=history, fates=FATES, reasons=NOT_COMING,
        reopen_reasons=REOPEN_REASONS, errors={field: refusal.message} if refusal else {},
        is_client=request.user.kind is Kind.CLIENT,
    )  # fmt: skip


def _read_which(request: Request[Any, Any, Any]) -> Which:
    """The batches that an address asks for; what cannot be read asks for nothing."""
    query = request.query_params
    state = query.get("state", "")
    return Which(
        client_id=_uuid(query.get("client", "")), location_id=_uuid(query.get("location", "")),
        state=state if state in tuple(BatchState) else "", first_on=_day(query.get("from", "")),
        last_on=_day(query.get("to", "")),
    )  # fmt: skip


def _read_show(request: Request[Any, Any, Any]) -> str:
    show = request.query_params.get("show", "")
    return show if show in LISTS else ""


def _read_sort(request: Request[Any, Any, Any]) -> str:
    sort = request.query_params.get("sort", "day")
    return sort if sort in SORTS else "day"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _row(one: Listed) -> tuple[object, ...]:
    return (
        one.service_on, one.location, one.encounter_number, one.patient, one.line, one.provider, one.chart_number,
        one.words, FATES[one.fate], one.expected_id is not None,
        NOT_COMING[one.not_coming_reason] if one.not_coming_reason else None,
    )  # fmt: skip


ROUTES: list[Any] = [
    list_batches, export_batches, show_batch, export_batch, list_encounters, export_encounters, post_release,
    post_closing, post_reopening, post_not_coming, post_coming,
]  # fmt: skip

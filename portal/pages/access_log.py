"""The access log for the compliance officer: find events, read each as a sentence, take a copy, check a record."""

import json
from collections.abc import AsyncIterator
from dataclasses import astuple, fields
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from auditing.access_log.actions import Action
from auditing.access_log.queries import SORTS, Filter, find_events, get_event, place_of, read_all
from auditing.access_log.recording import record
from auditing.access_log.verifying import verify_event
from portal.actor import Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.pages.access_log_filter import OUTCOMES, Asked, read_question, write_place
from portal.pages.access_log_words import Names, Told, find_names, tell_event, words_of
from portal.tenancy.agreements import find_warnings
from portal.tenancy.rules import LAST_WARNING
from portal.web.csv import csv_answer
from portal.web.templating import page

PAGE = 50

_ON_SCREEN = (("time", "Time, UTC"), ("action", "What happened"), ("patient", "Patient"), ("outcome", "Outcome"))
_COLUMNS = [field.name for field in fields(Told)]


@get("/access-log", opt={"permission": Permission.ACCESS_LOG_READ})
async def list_access_events(request: Request[Any, Any, Any]) -> Response[Any]:
    """One page of the log; looking at it is an event as well."""
    actor: Actor = request.user
    async with acting_as(actor):
        asked = await read_question(request.query_params)
        rows = [] if asked.errors else await find_events(asked.filter, after=asked.after, most=PAGE + 1)
        shown = rows[:PAGE]
        names = await find_names(shown)
        people = await DB.fetch("SELECT id, name, kind FROM person ORDER BY name, id")
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name, id")
        warnings = await find_warnings(now=utc_now())
        if not asked.errors:
            await _record_reading(actor, Action.ACCESS_LOG_READ, asked, shown=len(shown))
    more = asked.link(after=write_place(place_of(shown[-1], asked.filter))) if len(rows) > PAGE else None
    return page(
        request, "portal/access_log.html", status=422 if asked.errors else 200, asked=asked,
        events=[tell_event(row, names) for row in shown], more=more, clients=clients,
        people=[(person["id"], f"{person['name']} · {person['kind']}") for person in people],
        actions=[(action.value, words_of(action)[0]) for action in Action], outcomes=OUTCOMES, sorts=SORTS,
        columns=_sortable(asked), warnings=warnings, last_warning=LAST_WARNING,
    )  # fmt: skip


@get("/access-log.csv", opt={"permission": Permission.ACCESS_LOG_READ})
async def export_access_events(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every event of the filter on screen, as CSV."""
    actor: Actor = request.user
    async with acting_as(actor):
        asked = await read_question(request.query_params)
        if asked.errors:
            raise Invalid(next(iter(asked.errors.values())))
        await _record_reading(actor, Action.ACCESS_LOG_EXPORTED, asked)
    return csv_answer("access-log.csv", [*_COLUMNS, "leaf_hash"], _export(actor, asked.filter))


@get("/access-log/{event_id:uuid}", opt={"permission": Permission.ACCESS_LOG_READ})
async def show_access_event(request: Request[Any, Any, Any], event_id: FromPath[UUID]) -> Response[Any]:
    """One event as it was recorded, and whether its row still agrees with its record."""
    actor: Actor = request.user
    async with acting_as(actor):
        row = await get_event(event_id)
        names = await find_names([row])
        await record(
            actor, Action.ACCESS_LOG_READ, object_type="access event", object_id=event_id, client_id=row["client_id"],
            patient_id=row["patient_id"],
        )  # fmt: skip
    verdict = verify_event(row)
    return page(
        request, "portal/access_log_event.html", told=tell_event(row, names), verdict=verdict,
        leaf_hash=bytes(row["leaf_hash"]).hex(), recomputed=verdict.recomputed_hash.hex(),
        pretty=json.dumps(verdict.record, indent=2, ensure_ascii=False) if verdict.record else None,
    )  # fmt: skip


async def _record_reading(actor: Actor, action: Action, asked: Asked, shown: int | None = None) -> None:
    """What was asked for, by ids and the names of the filters; never what was found."""
    used = sorted(name for name, value in asked.values.items() if value and name not in ("sort", "order"))
    await record(
        actor, action, object_type="access log", client_id=asked.filter.client_id,
        patient_id=asked.filter.chart_patient_id,
        details={
            "filters": used,
            **({"person": str(asked.filter.person_id)} if asked.filter.person_id else {}),
            **({"about": str(asked.filter.about)} if asked.filter.about else {}),
            **({"chart": str(asked.filter.chart_id)} if asked.filter.chart_id else {}),
            **({} if shown is None else {"shown": shown}),
        },
    )  # fmt: skip


async def _export(actor: Actor, wanted: Filter) -> AsyncIterator[tuple[object, ...]]:
    async for rows in read_all(actor, wanted):
        async with acting_as(actor):
            names: Names = await find_names(rows)
        for row in rows:
            yield (*astuple(tell_event(row, names)), bytes(row["leaf_hash"]).hex())


def _sortable(asked: Asked) -> list[dict[str, str]]:
    """The columns on screen; a second click on one turns its order round."""
    current, descending = asked.filter.sort, asked.filter.descending
    columns = []
    for sort, label in _ON_SCREEN:
        turned = "up" if sort == current and descending else ""
        column = {"label": label, "sort": asked.link(sort=sort, order=turned)}
        if sort == current:
            column["sorted"] = "descending" if descending else "ascending"
        columns.append(column)
    return columns


ROUTES = [list_access_events, export_access_events, show_access_event]

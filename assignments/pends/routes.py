"""The client's inbox of charts that wait for it, and its answers."""

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pends.answering import answer_in_words
from assignments.pends.inbox import SHOWN, SORTS, InboxFilter, export_inbox, find_inbox, open_own_pend
from assignments.pends.rules import LONGEST_NOTE
from portal.clock import utc_now
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

ANSWERS = {"permission": Permission.PEND_ANSWER}
_HEADER = ("Chart", "Encounter", "Patient", "Service line", "Date of service", "Waits for", "Reasons", "Asked",
           "Reminders", "Last day", "Without an answer", "State")  # fmt: skip


@get("/pends", opt=ANSWERS)
async def list_pends(request: Request[Any, Any, Any]) -> Response[Any]:
    """The charts that wait for an answer, the oldest question first."""
    wanted, number = _read_filter(request), request.query_params.get("page", "")
    inbox = await find_inbox(request.user, wanted=wanted, page=int(number) if re.fullmatch("[0-9]{1,6}", number) else 1)
    return page(
        request, "assignments/pends/inbox.html", inbox=inbox, wanted=wanted, shown_options=list(SHOWN.items()),
        sort_options=list(SORTS.items()), now=utc_now(),
        query=urlencode({name: value for name, value in _query(wanted).items() if value}),
    )  # fmt: skip


@get("/pends.csv", opt=ANSWERS)
async def export_pends(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every pend of the filter on screen, as CSV."""
    pends = await export_inbox(request.user, wanted=_read_filter(request))
    rows = [
        (one.number, one.encounter_number, one.patient_name, one.line, one.service_on, one.owner.value,
         "; ".join(one.reasons), one.opened_at, one.reminded, one.due_at, one.unless, one.outcome_words)
        for one in pends
    ]  # fmt: skip
    return csv_answer("pends.csv", _HEADER, rows)


@get("/pends/{pend_id:uuid}", opt=ANSWERS)
async def show_pend(request: Request[Any, Any, Any], pend_id: FromPath[UUID]) -> Response[Any]:
    """What was asked about one chart, and the form for the answer."""
    return await _show(request, pend_id, Form({}))


@post("/pends/{pend_id:uuid}/answer", status_code=200, opt=ANSWERS)
async def post_answer(request: Request[Any, Any, Any], pend_id: FromPath[UUID]) -> Response[Any]:
    """Answer in words; the chart goes back to its coder."""
    form = await read_form(request)
    text = form.text("text", "The answer", most=LONGEST_NOTE)
    try:
        form.ensure()
        await answer_in_words(request.user, pend_id=pend_id, text=text, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return await _show(request, pend_id, form, refusal)
    return await see_other(request, "/pends", flash="Thank you: the chart goes back to its coder.")


async def _show(
    request: Request[Any, Any, Any], pend_id: UUID, form: Form, refusal: Invalid | Conflict | None = None
) -> Response[Any]:
    pend = await open_own_pend(request.user, pend_id=pend_id)
    errors = sentences_of(refusal, "text")
    return page(
        request, "assignments/pends/pend.html", status=refusal.status if refusal else 200, pend=pend, errors=errors,
        values=form.values, most=LONGEST_NOTE, now=utc_now(),
    )  # fmt: skip


def _read_filter(request: Request[Any, Any, Any]) -> InboxFilter:
    """What the address asks for; what makes no sense asks for nothing."""
    show, sort = request.query_params.get("show", ""), request.query_params.get("sort", "")
    return InboxFilter(
        show if show in SHOWN else "waiting",
        request.query_params.get("reason", "")[:80],
        sort if sort in SORTS else "age",
    )


def _query(wanted: InboxFilter) -> dict[str, str]:
    return {"show": wanted.show, "reason": wanted.reason, "sort": wanted.sort}


ROUTES: list[Any] = [list_pends, export_pends, show_pend, post_answer]

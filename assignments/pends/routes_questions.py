"""The leads' inbox: what coders ask about their charts, the answers, and the guideline that an answer becomes."""

import re
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pends.asking_leads import answer_lead, find_waiting, make_guideline, open_thread
from assignments.pends.rules import LONGEST_NOTE
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.tenancy.guidelines import LONGEST, find_guidelines
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

LEAD = {"permission": Permission.QUESTION_ANSWER}
PAGE = 50


@get("/questions", opt=LEAD)
async def list_questions(request: Request[Any, Any, Any]) -> Response[Any]:
    """What waits for an answer, the oldest first; or what was answered."""
    answered = request.query_params.get("show", "") == "answered"
    number = request.query_params.get("page", "")
    at = max(1, int(number)) if re.fullmatch("[0-9]{1,6}", number) else 1
    rows, total = await find_waiting(request.user, answered=answered, page=at, size=PAGE)
    return page(
        request, "assignments/pends/questions.html", rows=rows, total=total, answered=answered, page=at,
        pages=max(1, -(-total // PAGE)), now=utc_now(),
    )  # fmt: skip


@get("/questions/{chart_id:uuid}", opt=LEAD)
async def show_question(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """One thread, the box for the answer, and the words for a guideline."""
    return await _show(request, chart_id, Form({}))


@post("/questions/{chart_id:uuid}/answer", status_code=200, opt=LEAD)
async def post_answer(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Answer a coder."""
    form = await read_form(request)
    text = form.text("text", "The answer", most=LONGEST_NOTE)
    try:
        form.ensure()
        is_back = await answer_lead(request.user, chart_id=chart_id, text=text, now=utc_now())
    except Invalid as refusal:
        return await _show(request, chart_id, form, refusal)
    said = "Answered: the chart goes back to its coder." if is_back else "Answered: it stands on the coder’s desk."
    return await see_other(request, f"/questions/{chart_id}", flash=said)


@post("/questions/{chart_id:uuid}/guideline", status_code=200, opt=LEAD)
async def post_guideline(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Make an answer part of the client's rules."""
    form = await read_form(request)
    body = form.text("body", "The text of the client’s rules", most=LONGEST)
    seen = form.integer("version", "The version", low=0, high=1_000_000)
    try:
        form.ensure()
        version = await make_guideline(request.user, chart_id=chart_id, body=body, seen_version=seen, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return await _show(request, chart_id, form, refusal)
    said = f"Version {version} of the client’s rules is on every desk." if version != seen else "Nothing was changed."
    return await see_other(request, f"/questions/{chart_id}", flash=said)


async def _show(
    request: Request[Any, Any, Any], chart_id: UUID, form: Form, refusal: Invalid | Conflict | None = None
) -> Response[Any]:
    thread = await open_thread(request.user, chart_id=chart_id)
    async with acting_as(request.user):
        guideline = (await find_guidelines(thread.client_id)).get(thread.service_line_id)
    body = "\n".join(part for part in (guideline.body if guideline else "", thread.last_answer) if part)
    errors = sentences_of(refusal, None)
    return page(
        request, "assignments/pends/question.html", status=refusal.status if refusal else 200, thread=thread,
        version=guideline.version if guideline else 0, body=body, values=form.values, errors=errors,
        most=LONGEST_NOTE, longest=LONGEST, now=utc_now(),
    )  # fmt: skip


ROUTES: list[Any] = [list_questions, show_question, post_answer, post_guideline]

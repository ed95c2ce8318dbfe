"""The provider's side of queries: what is to be answered, and what was."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.querying.answering import Reply, answer_query
from assignments.querying.queries import Shown, answers_for_anybody, find_inbox, open_query
from assignments.querying.rules import LONGEST_WORDS, STATES
from portal.clock import utc_now
from portal.errors import Conflict, Invalid, TooMany
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

PROVIDER = {"permission": Permission.QUERY_ANSWER}


@get("/provider-queries", opt=PROVIDER)
async def show_inbox(request: Request[Any, Any, Any]) -> Response[Any]:
    """The queries that whoever is signed in is to answer; with ?view=over those that are over."""
    is_open = request.query_params.get("view") != "over"
    rows = await find_inbox(request.user, is_open=is_open)
    providers = await answers_for_anybody(request.user)
    return page(
        request, "assignments/querying/inbox.html", rows=rows, providers=providers, is_open=is_open, states=STATES,
        now=utc_now(),
    )  # fmt: skip


@get("/provider-queries/{query_id:uuid}", opt=PROVIDER)
async def show_query(request: Request[Any, Any, Any], query_id: FromPath[UUID]) -> Response[Any]:
    """One query as it was asked, and the form for its answer."""
    return _show(request, await open_query(request.user, query_id=query_id))


@post("/provider-queries/{query_id:uuid}/answer", status_code=200, opt=PROVIDER)
async def post_answer(request: Request[Any, Any, Any], query_id: FromPath[UUID]) -> Response[Any]:
    """Answer a query."""
    form = await read_form(request)
    try:
        await answer_query(request.user, query_id=query_id, reply=_read(form), now=utc_now())
    except (Conflict, FormError, Invalid, TooMany) as refusal:  # what was typed stands there again, whatever it is
        return _show(request, await open_query(request.user, query_id=query_id), form, refusal)
    return await see_other(request, "/provider-queries", flash="Answered. Thank you: the chart goes back to its coder.")


def _read(form: Form) -> Reply:
    position = form.integer("option", "The answer", low=1, high=100) if form.values.get("option") else None
    words = form.text("words", "Your answer", required=False, most=LONGEST_WORDS)
    signed_as = form.text("signed_as", "Your name", required=False)
    document_id = form.uuid("document", "the addendum") if form.values.get("document") else None
    form.ensure()
    return Reply(position, words, signed_as, form.values.get("password", ""), document_id)


def _show(
    request: Request[Any, Any, Any], shown: Shown, form: Form | None = None,
    refusal: Conflict | Invalid | TooMany | None = None,
) -> Response[Any]:  # fmt: skip
    values = {name: value for name, value in form.values.items() if name != "password"} if form else {}
    return page(
        request, "assignments/querying/to_answer.html", status=int(refusal.status) if refusal else 200, shown=shown,
        values=values, problem=refusal.message if refusal else "", states=STATES, now=utc_now(),
    )  # fmt: skip


ROUTES: list[Any] = [show_inbox, show_query, post_answer]

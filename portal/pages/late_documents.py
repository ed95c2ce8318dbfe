"""Documents that came after the delivery, with what they may change, and the decision on each."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.late_documents.deciding import DECISIONS, decide_late_document
from assignments.late_documents.queries import find_late_documents
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import read_form
from portal.web.templating import page


@get("/late-documents", opt={"permission": Permission.FLOOR_READ})
async def show_late_documents(request: Request[Any, Any, Any]) -> Response[Any]:
    """The worklist: what waits for a decision, and what was decided."""
    async with acting_as(request.user):
        late = await find_late_documents()
        billed = {row["chart_id"]: row for row in await DB.fetch(_BILLED, [one.chart_id for one in late])}
    return page(request, "portal/late_documents.html", late=late, billed=billed, decisions=DECISIONS)


@post("/late-documents/{late_document_id:uuid}/decision", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_decision(request: Request[Any, Any, Any], late_document_id: FromPath[UUID]) -> Response[Any]:
    """Decide what a late document means."""
    form = await read_form(request)
    decision = form.choice("decision", "what this document means for the chart", DECISIONS)
    form.ensure()
    await decide_late_document(request.user, late_document_id=late_document_id, decision=decision, now=utc_now())
    said = "The chart goes back to its coder." if decision == "recode" else "Noted: the codes stay as they are."
    return await see_other(request, "/late-documents", flash=said)


#: What each chart has cost so far, and on which invoice it stands.
_BILLED = (
    "SELECT r.chart_id, r.amount, i.number, n.position FROM rated_event r"
    " LEFT JOIN invoice_line n ON n.rated_event_id = r.id LEFT JOIN invoice i ON i.id = n.invoice_id"
    " WHERE r.chart_id = ANY($1::uuid[])"
)

ROUTES: list[Any] = [show_late_documents, post_decision]

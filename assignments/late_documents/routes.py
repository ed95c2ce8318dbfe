"""What new documents of a chart say that was not there, in the desk's drawer and as a page."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from assignments.late_documents.impact import open_impact
from assignments.late_documents.texts import WORDS, How, mark_words
from portal.identity.permissions import Permission
from portal.web.answers import wants_fragment
from portal.web.templating import page


@get("/desk/charts/{chart_id:uuid}/new-documents", opt={"permission": Permission.CODING_WORK})
async def show_new_documents(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """What is new, changed or no longer said, and which lines it touches."""
    impact = await open_impact(request.user, chart_id=chart_id)
    template = "_impact.html" if wants_fragment(request) else "impact.html"
    return page(
        request, f"assignments/late_documents/{template}", impact=impact, words=WORDS, how=How, mark_words=mark_words,
        back=f"/desk/charts/{chart_id}",
    )  # fmt: skip


ROUTES: list[Any] = [show_new_documents]

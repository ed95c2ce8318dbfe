"""The tree of codes, a tool of the desk; posted, so that no code of a chart ever stands in an address."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.codesets.tree import find_branch
from assignments.desk.queries import get_held_chart
from assignments.desk.work import get_work
from assignments.rules import Stage
from portal.identity.permissions import Permission
from portal.web.answers import wants_fragment
from portal.web.forms import read_form
from portal.web.templating import page

CHARTS = "/desk/charts"
CODER = {"permission": Permission.CODING_WORK}


@get(f"{CHARTS}/{{chart_id:uuid}}/tree", opt=CODER)
async def show_tree(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The tree at the last diagnosis of the chart, or at its root."""
    return await _show(request, chart_id, None)


@post(f"{CHARTS}/{{chart_id:uuid}}/tree", status_code=200, opt=CODER)
async def post_tree(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The tree at another place."""
    form = await read_form(request)
    return await _show(request, chart_id, form.values.get("at", "")[:40].strip())


async def _show(request: Request[Any, Any, Any], chart_id: UUID, at: str | None) -> Response[Any]:
    back = f"{CHARTS}/{chart_id}"
    await get_held_chart(request.user, chart_id=chart_id)  # a chart of somebody else's is not found
    work = await get_work(request.user, chart_id=chart_id, stage=Stage.CODING, prefix=back)
    if at is None:
        at = work.lines.diagnoses[-1].code if work.lines.diagnoses else ""
    template = "assignments/desk/_tree.html" if wants_fragment(request) else "assignments/desk/tree.html"
    return page(request, template, branch=find_branch(at, work.on), work=work, back=back, asked=at)


ROUTES = [show_tree, post_tree]

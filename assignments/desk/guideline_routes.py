"""The client's rules as a tool of the desk and of the worksheet: read them, confirm that they are read."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from assignments.acknowledging import acknowledge_guideline
from assignments.desk.guidelines import find_editions_for
from portal.identity.permissions import Permission
from portal.tenancy.guidelines import version_in_force
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import read_form
from portal.web.templating import page


def guideline_routes(prefix: str, *, permission: Permission) -> list[HTTPRouteHandler]:
    """Routes below `prefix`/{chart_id}: `guideline` shows the rules, and notes who has read them."""

    @get(f"{prefix}/{{chart_id:uuid}}/guideline", opt={"permission": permission}, name=f"{permission} guideline")
    async def show_rules(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
        """The rules that hold for a chart, with every version."""
        editions, today = await find_editions_for(request.user, chart_id=chart_id)
        template = "assignments/desk/_rules.html" if wants_fragment(request) else "assignments/desk/rules.html"
        return page(
            request, template, editions=editions, in_force=version_in_force(editions, today),
            back=f"{prefix}/{chart_id}",
        )  # fmt: skip

    @post(
        f"{prefix}/{{chart_id:uuid}}/guideline", status_code=200, opt={"permission": permission},
        name=f"{permission} acknowledges",
    )  # fmt: skip
    async def post_acknowledgement(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
        """Note that whoever acts has read a version, and open the lines."""
        form = await read_form(request)
        version = form.integer("version", "The version", low=1, high=1_000_000)
        form.ensure()
        await acknowledge_guideline(request.user, chart_id=chart_id, version=version)
        return await see_other(request, f"{prefix}/{chart_id}")

    return [show_rules, post_acknowledgement]

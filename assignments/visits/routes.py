"""The earlier visits of a chart's patient, in the desk's drawer and as a page, and copying from them."""

import re
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.desk.work import Typed, get_work
from assignments.drafting.operations import Refused
from assignments.rules import Stage
from assignments.visits.copying import copy_from_visits
from assignments.visits.queries import find_visits
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form
from portal.web.templating import page

CHART = "/desk/charts/{chart_id:uuid}"
CODER = {"permission": Permission.CODING_WORK}


@get(f"{CHART}/visits", opt=CODER)
async def show_visits(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """What the patient's earlier visits here were coded with."""
    found = await find_visits(request.user, chart_id=chart_id)
    template = "_visits.html" if wants_fragment(request) else "visits.html"
    return page(request, f"assignments/visits/{template}", found=found, back=f"/desk/charts/{chart_id}")


@post(f"{CHART}/copied", status_code=200, opt=CODER)
async def post_copied(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Copy the ticked lines, and show the lines as they then are."""
    form = await read_form(request)
    typed = await _copy(request, chart_id, form)
    back = f"/desk/charts/{chart_id}"
    if not wants_fragment(request):
        return await see_other(request, back, flash=typed.said, tone="good" if typed.status == 200 else "bad")
    work = await get_work(request.user, chart_id=chart_id, stage=Stage.CODING, prefix=back, typed=typed)
    return page(request, "assignments/desk/_changed.html", status=typed.status, work=work)


async def _copy(request: Request[Any, Any, Any], chart_id: UUID, form: Form) -> Typed:
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    revision = form.integer("revision", "The revision", low=0, high=2_000_000_000)
    form.ensure()
    ticks = [found for name in form.values if (found := re.fullmatch(r"copy-([0-9a-f-]{36})-([dp]\d{1,2})", name))]
    try:
        said = await copy_from_visits(
            request.user, chart_id=chart_id, fence=fence, revision=revision, fields=form.values,
            ticked=[(UUID(tick[1]), tick[2]) for tick in ticks],
        )  # fmt: skip
    except Refused as refusal:
        return Typed(form.values, refusal.errors, int(refusal.status), refusal.message)
    except (Conflict, Invalid) as refusal:
        return Typed(form.values, {}, int(refusal.status), refusal.message, notice=refusal.message)
    return Typed(said=said)


ROUTES = [show_visits, post_copied]

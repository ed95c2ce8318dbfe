"""Add documents to a chart that is there."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.intake.adding import add_documents, get_addition, was_added
from assignments.intake.limits import QuotaFull
from assignments.intake.parts import Parts
from assignments.intake.routes import (
    LARGEST_UPLOAD,
    open_or_new,
    read_checked_fields,
    show_with_rules,
    take_all,
    upload_id_of,
)
from assignments.intake.sending_staged import StillComing
from assignments.pends.rules import LONGEST_NOTE
from portal.clock import utc_now
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.bodies import boundary_of, read_body
from portal.web.forms import Form, FormError

_HOW = ("beside", "instead")


@get("/charts/{chart_id:uuid}/documents", opt={"permission": Permission.CHART_UPLOAD})
async def show_adding(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The form for more documents of a chart, and what they will mean for it."""
    form = Form({"upload_id": open_or_new(request), "how": "beside", "answers": "1"})
    return await _show_form(request, chart_id, form)


@post(
    "/charts/{chart_id:uuid}/documents", status_code=200,
    opt={"permission": Permission.CHART_UPLOAD, "checks_csrf_itself": True}, request_max_body_size=LARGEST_UPLOAD,
)  # fmt: skip
async def post_adding(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Take more documents of a chart, those of the open upload and those that come with the form."""
    parts = Parts(read_body(request), boundary_of(request, form="upload page"))
    form = Form(await read_checked_fields(request, parts))
    upload_id = upload_id_of(form)
    try:
        how = form.choice("how", "what the documents are", _HOW)
        words = form.text("words", "The answer", required=False, most=LONGEST_NOTE)
        form.ensure()
        await get_addition(request.user, chart_id=chart_id)
        if await was_added(request.user, upload_id=upload_id, chart_id=chart_id):
            await parts.skip()
        else:
            files = await take_all(request, form, parts, upload_id)
            await add_documents(
                request.user, chart_id=chart_id, upload_id=upload_id, files=files, instead=how == "instead",
                answers=form.flag("answers"), words=words, now=utc_now(),
            )  # fmt: skip
    except (FormError, QuotaFull, StillComing) as refusal:
        await parts.skip()
        return await _show_form(request, chart_id, form, refusal)
    return await see_other(request, f"/uploads/{upload_id}")


async def _show_form(
    request: Request[Any, Any, Any], chart_id: UUID, form: Form, refusal: Exception | None = None
) -> Response[Any]:
    chart = await get_addition(request.user, chart_id=chart_id)
    template = "assignments/intake/_adding.html" if wants_fragment(request) else "assignments/intake/adding.html"
    return await show_with_rules(request, template, form, refusal, chart=chart)


ROUTES: list[Any] = [show_adding, post_adding]

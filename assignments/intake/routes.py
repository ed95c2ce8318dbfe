"""Send documents, and read the receipt."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from litestar import Request, Response, get, post
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery

from assignments.intake.forms import read_new_chart
from assignments.intake.making import CannotReceive
from assignments.intake.parts import Parts
from assignments.intake.queries import get_choices, get_progress, get_receipt
from assignments.intake.receiving import begin_upload, record_upload
from assignments.intake.rules import MOST_FILES
from assignments.intake.taking_files import take_files
from portal.clock import utc_now
from portal.errors import Invalid, NotPermitted
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.cookies import csrf_is_right
from portal.web.forms import Form, FormError
from portal.web.templating import page
from storage.limits import MAX_FILE_BYTES

LARGEST_UPLOAD = 600_000_000  # bytes of one request
#: How often a receipt asks again, every two seconds, before it leaves that to its reader.
MOST_ASKED = 150


@get("/upload", opt={"permission": Permission.CHART_UPLOAD})
async def show_upload(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form for one encounter and its documents."""
    return await _show_form(request, Form({"upload_id": str(uuid4())}))


@post(
    "/upload",
    status_code=200,
    opt={"permission": Permission.CHART_UPLOAD, "checks_csrf_itself": True},
    request_max_body_size=LARGEST_UPLOAD,
)
async def post_upload(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take an encounter and its files in one request; nothing of a file is touched before the form is right."""
    parts = Parts(_body(request), _boundary(request))
    form = Form(await _read_checked_fields(request, parts))
    try:
        new = read_new_chart(form, choices=await get_choices(request.user), now=utc_now())
        upload = await begin_upload(request.user, upload_id=_upload_id(form), new=new, now=utc_now())
        if upload.is_repeated:
            await parts.skip()
            return await see_other(request, f"/uploads/{upload.id}")
        files = await take_files(request.user, parts, client_id=request.user.client_id)
        if not files:
            form.wrong("files", "Choose at least one file.")
            form.ensure()
        await record_upload(request.user, upload_id=upload.id, new=new, files=files, now=utc_now())
    except (FormError, CannotReceive) as refusal:
        await parts.skip()
        return await _show_form(request, form, refusal)
    return await see_other(request, f"/uploads/{upload.id}")


@get("/uploads/{upload_id:uuid}", opt={"permission": Permission.CHART_UPLOAD})
async def show_receipt(request: Request[Any, Any, Any], upload_id: FromPath[UUID]) -> Response[Any]:
    """What became of each file of an upload."""
    receipt = await get_receipt(request.user, upload_id)
    return page(request, "assignments/intake/receipt.html", receipt=receipt, asked=0, may_ask=not receipt.is_decided)


@get("/uploads/{upload_id:uuid}/progress", opt={"permission": Permission.CHART_UPLOAD})
async def show_progress(
    request: Request[Any, Any, Any], upload_id: FromPath[UUID], asked: FromQuery[int] = 0
) -> Response[Any]:
    """The parts of a receipt that change while its files are checked."""
    receipt = await get_progress(request.user, upload_id)
    return page(
        request, "assignments/intake/_progress.html", receipt=receipt, asked=asked,
        may_ask=not receipt.is_decided and asked < MOST_ASKED,
    )  # fmt: skip


async def _show_form(
    request: Request[Any, Any, Any], form: Form, refusal: FormError | CannotReceive | None = None
) -> Response[Any]:
    errors = refusal.errors if isinstance(refusal, FormError) else {refusal.field: refusal.message} if refusal else {}
    return page(
        request,
        "assignments/intake/_form.html" if wants_fragment(request) else "assignments/intake/upload.html",
        status=422 if refusal else 200, values=form.values, errors=errors, choices=await get_choices(request.user),
        existing=refusal if isinstance(refusal, CannotReceive) and refusal.chart_id else None,
        most_files=MOST_FILES, most_bytes=MAX_FILE_BYTES,
    )  # fmt: skip


async def _read_checked_fields(request: Request[Any, Any, Any], parts: Parts) -> dict[str, str]:
    """The form's fields; raises NotPermitted if neither the header nor a field says that the form is one of ours."""
    fields = await parts.read_fields()
    # A header was looked at before this route was reached; a plain form has the field instead, before any file.
    if "x-csrf-token" not in request.headers and not csrf_is_right(request.auth, fields.get("csrf_token")):
        raise NotPermitted("This page has been open since before you signed in. Reload it and send it again.")
    return fields


def _upload_id(form: Form) -> UUID:
    try:
        return UUID(form.values.get("upload_id", ""))
    except ValueError:
        raise Invalid("This did not come from the upload page. Open that page and send the files from there.") from None


def _boundary(request: Request[Any, Any, Any]) -> str:
    kind, options = request.content_type
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Invalid("This did not come from the upload page. Open that page and send the files from there.")
    return options["boundary"]


async def _body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:  # the sender has gone; that is no bug of ours
        raise Invalid("The connection broke off. Nothing was kept; send the files again.") from None


ROUTES: list[Any] = [show_upload, post_upload, show_receipt, show_progress]

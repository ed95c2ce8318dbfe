"""Send documents, and read the receipt."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from assignments.intake.forms import read_new_chart
from assignments.intake.limits import QuotaFull, find_limits
from assignments.intake.making import CannotReceive
from assignments.intake.page_rules import page_rules
from assignments.intake.parts import Parts
from assignments.intake.queries import get_choices, get_progress, get_receipt
from assignments.intake.receiving import begin_upload, record_upload
from assignments.intake.sending_staged import StillComing, find_staged
from assignments.intake.staging import find_open_uploads
from assignments.intake.taking_files import Accepted, Refused, take_files
from portal.clock import utc_now
from portal.errors import Invalid, NotPermitted, PortalError
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.bodies import boundary_of, read_body
from portal.web.cookies import csrf_is_right
from portal.web.csv import csv_answer
from portal.web.forms import Form, FormError
from portal.web.templating import page
from storage.sniffing import accepted_extensions

LARGEST_UPLOAD = 600_000_000  # bytes of one request
#: How often a receipt asks again, every two seconds, before it leaves that to its reader.
MOST_ASKED = 150
_RECEIPT_HEADER = ("Chart", "Position", "File", "Kind", "Bytes", "SHA-256", "Pages", "State", "Reason")


@get("/upload", opt={"permission": Permission.CHART_UPLOAD})
async def show_upload(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form for one encounter and its documents; `?open=` goes on with an upload that was not sent."""
    return await _show_form(request, Form({"upload_id": open_or_new(request)}))


@post(
    "/upload",
    status_code=200,
    opt={"permission": Permission.CHART_UPLOAD, "checks_csrf_itself": True},
    request_max_body_size=LARGEST_UPLOAD,
)
async def post_upload(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take an encounter and its files in one request; nothing of a file is touched before the form is right."""
    parts = Parts(read_body(request), boundary_of(request, form="upload page"))
    form = Form(await read_checked_fields(request, parts))
    try:
        new = read_new_chart(form, choices=await get_choices(request.user), now=utc_now())
        staged_id, now = upload_id_of(form), utc_now()
        upload = await begin_upload(request.user, upload_id=staged_id, new=new, now=now, size=body_size(request))
        if upload.is_repeated:
            await parts.skip()
            return await see_other(request, f"/uploads/{upload.id}")
        files = await take_all(request, form, parts, staged_id, needed=not new.in_own_system)
        await record_upload(request.user, upload_id=upload.id, new=new, files=files, now=utc_now(), staged_id=staged_id)
    except (FormError, CannotReceive, QuotaFull, StillComing) as refusal:
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


@get("/uploads/{upload_id:uuid}/receipt.csv", opt={"permission": Permission.CHART_UPLOAD})
async def export_receipt(request: Request[Any, Any, Any], upload_id: FromPath[UUID]) -> Response[Any]:
    """The receipt as CSV."""
    receipt = await get_receipt(request.user, upload_id)
    return csv_answer(
        "receipt.csv",
        _RECEIPT_HEADER,
        [
            (receipt.chart_number, line.position, line.name, line.kind, line.size, line.sha256, line.page_count,
             line.state, line.refusal)
            for line in receipt.lines
        ],
    )  # fmt: skip


async def take_all(
    request: Request[Any, Any, Any], form: Form, parts: Parts, staged_id: UUID, *, needed: bool = True
) -> list[Accepted | Refused]:
    """The files that arrived ahead of the form and those that come with it; FormError if some are needed, and none."""
    client_id = request.user.client_id
    staged = await find_staged(request.user, upload_id=staged_id)
    files = await take_files(
        request.user, parts, client_id=client_id, limits=await find_limits(request.user, client_id=client_id),
        before=staged,
    )  # fmt: skip
    if needed and not staged and not files:
        form.wrong("files", "Choose at least one file.")
        form.ensure()
    return [*staged, *files]


async def show_with_rules(
    request: Request[Any, Any, Any], template: str, form: Form, refusal: Exception | None, **context: Any
) -> Response[Any]:
    """A form that files are sent with: the client's limits, what the page checks by itself, and what was wrong."""
    limits = await find_limits(request.user, client_id=request.user.client_id)
    return page(
        request, template, status=422 if refusal else 200, values=form.values, errors=_errors(refusal), limits=limits,
        rules=page_rules(limits), accept=",".join(f".{name}" for name in accepted_extensions()), **context,
    )  # fmt: skip


def _errors(refusal: Exception | None) -> dict[str, str]:
    if isinstance(refusal, FormError):
        return refusal.errors
    if isinstance(refusal, CannotReceive):
        return {refusal.field: refusal.message}
    return {"files": refusal.message} if isinstance(refusal, PortalError) else {}


async def _show_form(request: Request[Any, Any, Any], form: Form, refusal: Exception | None = None) -> Response[Any]:
    return await show_with_rules(
        request,
        "assignments/intake/_form.html" if wants_fragment(request) else "assignments/intake/upload.html",
        form, refusal, choices=await get_choices(request.user),
        existing=refusal if isinstance(refusal, CannotReceive) and refusal.chart_id else None,
        open_uploads=[one for one in await find_open_uploads(request.user) if str(one.id) != form.values["upload_id"]],
    )  # fmt: skip


async def read_checked_fields(request: Request[Any, Any, Any], parts: Parts) -> dict[str, str]:
    """The form's fields; raises NotPermitted if neither the header nor a field says that the form is one of ours."""
    fields = await parts.read_fields()
    # A header was looked at before this route was reached; a plain form has the field instead, before any file.
    if "x-csrf-token" not in request.headers and not csrf_is_right(request.auth, fields.get("csrf_token")):
        raise NotPermitted("This page has been open since before you signed in. Reload it and send it again.")
    return fields


def upload_id_of(form: Form) -> UUID:
    """The id that the form was made with; raises Invalid without one."""
    try:
        return UUID(form.values.get("upload_id", ""))
    except ValueError:
        raise Invalid("This did not come from the upload page. Open that page and send the files from there.") from None


def body_size(request: Request[Any, Any, Any]) -> int:
    """How many bytes the request says it has; what comes with it is counted while it is taken."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 16 else 0


def open_or_new(request: Request[Any, Any, Any]) -> str:
    """The id of the open upload that the address goes on with, or a new one."""
    try:
        return str(UUID(request.query_params.get("open", "")))
    except ValueError:
        return str(uuid4())


ROUTES: list[Any] = [show_upload, post_upload, show_receipt, show_progress, export_receipt]

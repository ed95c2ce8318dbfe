"""What a client may send: a manager's form on the client's page."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.intake.limits import change_limits, find_limits
from assignments.intake.rules import MEGABYTE, Limits
from portal.clock import utc_now
from portal.database import acting_as
from portal.identity.permissions import Permission
from portal.tenancy.queries import get_client
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page
from storage.limits import MAX_FILE_BYTES, MAX_PAGES

#: Each field: its name, its label, the largest number and, for sizes, that it is in megabytes.
FIELDS: tuple[tuple[str, str, int, bool], ...] = (
    ("file_bytes", "Largest file, MB", MAX_FILE_BYTES // MEGABYTE, True),
    ("files", "Files of one upload", 100, False),
    ("pages", "Pages of one document", MAX_PAGES, False),
    ("upload_bytes", "One upload, MB", 5000, True),
    ("person_day_bytes", "One person within 24 hours, MB", 1024 * 1024, True),
    ("client_day_bytes", "The client within 24 hours, MB", 10 * 1024 * 1024, True),
    ("stored_bytes", "Stored for the client, MB", 100 * 1024 * 1024, True),
)


@get("/clients/{client_id:uuid}/limits", opt={"permission": Permission.CLIENT_MANAGE})
async def show_limits(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """What the client may send now."""
    limits = await find_limits(request.user, client_id=client_id)
    values = {name: str(getattr(limits, name) // (MEGABYTE if sized else 1)) for name, _, _, sized in FIELDS}
    return await _show(request, client_id, Form(values))


@post("/clients/{client_id:uuid}/limits", status_code=200, opt={"permission": Permission.CLIENT_MANAGE})
async def post_limits(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Let other limits hold."""
    form = await read_form(request)
    found = {
        name: form.integer(name, label, low=1, high=high) * (MEGABYTE if sized else 1)
        for name, label, high, sized in FIELDS
    }
    if found["upload_bytes"] < found["file_bytes"]:
        form.wrong("upload_bytes", "One upload must be able to hold the largest file.")
    try:
        form.ensure()
    except FormError as refusal:
        return await _show(request, client_id, form, refusal)
    await change_limits(request.user, client_id=client_id, limits=Limits(**found), now=utc_now())
    return await see_other(request, f"/clients/{client_id}", flash="The limits hold from now on.")


async def _show(
    request: Request[Any, Any, Any], client_id: UUID, form: Form, refusal: FormError | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        client = await get_client(client_id)
    return page(
        request, "portal/client_limits.html", status=422 if refusal else 200, client=client, fields=FIELDS,
        values=form.values, errors=refusal.errors if refusal else {},
    )  # fmt: skip


ROUTES: list[Any] = [show_limits, post_limits]

"""Import the expected-encounter schedule: choose a file, look at what it says, keep it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.batches.importing import discard_draft, draft_schedule, import_draft, open_draft
from assignments.batches.reading import COLUMNS, MOST_BYTES, MOST_LINES, Unreadable
from assignments.intake.parts import Parts
from portal.clock import utc_now
from portal.errors import NotPermitted
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.bodies import boundary_of, read_body
from portal.web.cookies import csrf_is_right
from portal.web.templating import page


@get("/schedule", opt={"permission": Permission.CHART_UPLOAD})
async def show_schedule(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form for a schedule."""
    return _form(request)


@post(
    "/schedule", status_code=200, opt={"permission": Permission.CHART_UPLOAD, "checks_csrf_itself": True},
    request_max_body_size=MOST_BYTES + 100_000,
)  # fmt: skip
async def post_schedule(request: Request[Any, Any, Any]) -> Response[Any]:
    """Read a schedule; nothing of it is kept but what is needed to look at it, sealed."""
    parts = Parts(read_body(request), boundary_of(request, form="schedule page"))
    fields = await parts.read_fields()
    if "x-csrf-token" not in request.headers and not csrf_is_right(request.auth, fields.get("csrf_token")):
        raise NotPermitted("This page has been open since before you signed in. Reload it and send it again.")
    data, chosen = bytearray(), False
    async for file in parts.files():
        chosen = bool(file.name)
        async for chunk in file:
            data += chunk
            if len(data) > MOST_BYTES:
                break
    if not data:
        said = "This file is empty. Export the schedule again" if chosen else "Choose the file that holds the schedule"
        return _form(request, Unreadable(f"{said}."))
    try:
        draft_id = await draft_schedule(request.user, data=bytes(data), now=utc_now())
    except Unreadable as refusal:
        return _form(request, refusal)
    return await see_other(request, f"/schedule/{draft_id}")


@get("/schedule/{draft_id:uuid}", opt={"permission": Permission.CHART_UPLOAD})
async def show_draft(request: Request[Any, Any, Any], draft_id: FromPath[UUID]) -> Response[Any]:
    """What a schedule says, line by line, before it is kept."""
    preview = await open_draft(request.user, draft_id=draft_id, now=utc_now())
    return page(request, "assignments/batches/preview.html", preview=preview)


@post("/schedule/{draft_id:uuid}/import", status_code=200, opt={"permission": Permission.CHART_UPLOAD})
async def post_import(request: Request[Any, Any, Any], draft_id: FromPath[UUID]) -> Response[Any]:
    """Keep the lines that can be used."""
    done = await import_draft(request.user, draft_id=draft_id, now=utc_now())
    said = f"{done.count('new')} new, {done.count('changed')} changed, {done.count('same')} as they were."
    days = [one.line.service_on for one in done.planned]
    return await see_other(request, f"/batches?from={min(days)}&to={max(days)}" if days else "/batches", flash=said)


@post("/schedule/{draft_id:uuid}/discard", status_code=200, opt={"permission": Permission.CHART_UPLOAD})
async def post_discard(request: Request[Any, Any, Any], draft_id: FromPath[UUID]) -> Response[Any]:
    """Forget a schedule that was only looked at."""
    await discard_draft(request.user, draft_id=draft_id)
    return await see_other(request, "/schedule", flash="Nothing of it was kept.")


def _form(request: Request[Any, Any, Any], refusal: Unreadable | None = None) -> Response[Any]:
    return page(
        request, "assignments/batches/schedule.html", status=refusal.status if refusal else 200,
        errors={"file": refusal.message} if refusal else {}, columns=COLUMNS, most_lines=MOST_LINES,
        most_bytes=MOST_BYTES,
    )  # fmt: skip


ROUTES: list[Any] = [show_schedule, post_schedule, show_draft, post_import, post_discard]

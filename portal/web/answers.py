"""What a route answers after a change: go somewhere else, with htmx or without."""

from typing import Any

from litestar import Request, Response

from portal.actor import Actor
from portal.database import acting_as
from portal.identity.sessions import leave_flash


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """True if htmx asks for a part of the page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


async def see_other(
    request: Request[Any, Any, Any], path: str, *, flash: str | None = None, tone: str = "good"
) -> Response[Any]:
    """Send the reader to `path`, optionally with a message for that page."""
    actor: Actor = request.scope["user"]
    if flash and actor.session_id:
        async with acting_as(actor):
            await leave_flash(actor, flash, tone)
    if wants_fragment(request):
        return Response(None, status_code=204, headers={"HX-Redirect": path})
    return Response(None, status_code=303, headers={"Location": path})

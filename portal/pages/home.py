"""The start page: where each kind of person does their work."""

from typing import Any

from litestar import Request, Response, get

from portal.actor import Actor, Kind
from portal.identity.permissions import Permission

START = {
    Kind.CLIENT: "/charts",
    Kind.CODER: "/desk",
    Kind.AUDITOR: "/audits",
    Kind.MANAGER: "/floor",
    Kind.COMPLIANCE: "/access-log",
    Kind.ADMINISTRATOR: "/people",
}


@get("/", opt={"permission": Permission.ACCOUNT_USE})
async def show_home(request: Request[Any, Any, Any]) -> Response[None]:
    """Send everybody to the page they work on."""
    actor: Actor = request.user
    return Response(None, status_code=303, headers={"Location": START[actor.kind]})

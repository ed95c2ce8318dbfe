"""One guideline of a client through its versions: what each changed, and who has read it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from portal.clock import utc_now
from portal.identity.permissions import Permission
from portal.tenancy.guidelines import get_history, version_in_force
from portal.web.templating import page


@get("/clients/{client_id:uuid}/service-lines/{line_id:uuid}/guideline", opt={"permission": Permission.CLIENT_MANAGE})
async def show_guideline_history(
    request: Request[Any, Any, Any], client_id: FromPath[UUID], line_id: FromPath[UUID]
) -> Response[Any]:
    """Every version of a service line's guideline, and the readers of each."""
    history = await get_history(request.user, client_id=client_id, service_line_id=line_id, now=utc_now())
    in_force = version_in_force(history.editions, history.today)
    return page(request, "portal/guideline_history.html", history=history, in_force=in_force, client_id=client_id)


ROUTES: list[Any] = [show_guideline_history]

"""What is noted of a coder or auditor, for themselves: what they have passed, what is missing, how they work."""

from typing import Any

from litestar import Request, Response, get

from assignments.pausing import get_workload
from assignments.qualifying.queries import find_missing, find_qualifications
from assignments.skills import LEVELS, find_skills
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.web.templating import page


@get("/me", opt={"permission": (Permission.CODING_WORK, Permission.AUDIT_WORK)})
async def show_own_work(request: Request[Any, Any, Any]) -> Response[Any]:
    """All that decides which work comes to whoever asks."""
    me = request.user.person_id
    async with acting_as(request.user):
        context: dict[str, Any] = {
            "workload": await get_workload(me),
            "qualifications": await find_qualifications(me, today=utc_now().date()),
            "missing": await find_missing(me),
            "skills": await find_skills(me),
            "clients": [row["name"] for row in await DB.fetch("SELECT name FROM client ORDER BY name")],
        }
    return page(request, "portal/own_work.html", levels=LEVELS, **context)


ROUTES: list[Any] = [show_own_work]

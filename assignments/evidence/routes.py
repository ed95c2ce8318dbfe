"""The evidence packet as a page to read and to print."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from assignments.evidence.packet import open_packet
from portal.identity.permissions import Permission
from portal.web.templating import page

#: Whoever works on the chart; row-level security says which charts those are.
READERS = {"permission": (Permission.CODING_WORK, Permission.AUDIT_WORK)}


@get("/charts/{chart_id:uuid}/evidence", opt=READERS)
async def show_packet(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Each code with the words that it rests on."""
    packet = await open_packet(request.user, chart_id=chart_id)
    return page(request, "assignments/evidence/packet.html", packet=packet)


ROUTES = [show_packet]

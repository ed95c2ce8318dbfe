"""One client as those see it who keep its papers and people: agreements, people, tokens, holds, certificates."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import SCOPES, Permission
from portal.pages.agreements import KINDS
from portal.tenancy.agreements import find_agreements, has_agreement
from portal.tenancy.queries import find_locations, find_service_lines, get_client
from portal.web.templating import page
from storage.certificates import find_certificates

_PEOPLE = "SELECT id, name, email, disabled_at FROM person WHERE client_id = $1 ORDER BY disabled_at NULLS FIRST, name"
_WORKING = (
    "SELECT p.id, p.name, p.kind FROM client_grant g JOIN person p ON p.id = g.person_id"
    " WHERE g.client_id = $1 AND g.revoked_at IS NULL AND p.disabled_at IS NULL ORDER BY p.kind, p.name"
)
_TOKENS = (
    "SELECT name, ending, scopes, expires_at, last_used_at FROM api_token"
    " WHERE client_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp() ORDER BY expires_at"
)
_HOLDS = "SELECT count(*) FROM legal_hold WHERE client_id = $1 AND lifted_at IS NULL"


@get("/agreements/clients/{client_id:uuid}", opt={"permission": Permission.AGREEMENT_MANAGE})
async def show_client_record(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Everything that is kept about a client itself; nothing of its charts."""
    now = utc_now()
    async with acting_as(request.user):
        found: dict[str, Any] = {
            "client": await get_client(client_id),
            "agreements": await find_agreements(now=now, client_id=client_id),
            "may_send": await has_agreement(client_id, now=now),
            "locations": [name for _, name in await find_locations(client_id)],
            "lines": [line.name for line in await find_service_lines(client_id) if not line.retired_at],
            "people": await DB.fetch(_PEOPLE, client_id),
            "working": await DB.fetch(_WORKING, client_id),
            "holds": await DB.value(_HOLDS, client_id),
            "certificates": await find_certificates(client_id),
        }
        tokens = await DB.fetch(_TOKENS, client_id) if request.user.may(Permission.API_MANAGE) else None
    return page(request, "portal/client_record.html", **found, tokens=tokens, kinds=KINDS, scopes=SCOPES)


ROUTES: list[Any] = [show_client_record]

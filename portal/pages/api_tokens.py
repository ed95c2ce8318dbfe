"""Tokens of the API: which there are, making one, taking one back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.permissions import SCOPES, Permission
from portal.identity.tokens import LONGEST_LIFE, create_token, revoke_token
from portal.web.answers import see_other
from portal.web.forms import FormError, read_form
from portal.web.templating import page

_MAY = {"permission": Permission.API_MANAGE}
_TOKENS = (
    "SELECT t.id, t.name, t.ending, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.revoked_at,"
    " c.name AS client, p.name AS created_by, t.expires_at < clock_timestamp() AS is_expired"
    " FROM api_token t JOIN client c ON c.id = t.client_id LEFT JOIN person p ON p.id = t.created_by"
    " ORDER BY t.revoked_at IS NOT NULL, c.name, t.created_at DESC LIMIT 500"
)


@get("/api-tokens", opt=_MAY)
async def show_api_tokens(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every token, those that work first."""
    return await _page(request)


@post("/api-tokens", status_code=200, opt=_MAY)
async def post_api_token(request: Request[Any, Any, Any]) -> Response[Any]:
    """Make a token and show it, this once."""
    form = await read_form(request)
    client_id = form.uuid("client", "the client it is for")
    name = form.text("name", "What it is for", most=60)
    days = form.integer("days", "Days until it expires", low=1, high=LONGEST_LIFE.days)
    scopes = frozenset(scope for scope in SCOPES if form.flag(scope))
    if not scopes:
        form.wrong(next(iter(SCOPES)), "Choose at least one thing that the token may do.")
    try:
        form.ensure()
    except FormError as refusal:
        return await _page(request, refusal)
    made = await create_token(request.user, client_id=client_id, name=name, scopes=scopes, days=days, now=utc_now())
    return await _page(request, secret=made.secret)


@post("/api-tokens/{token_id:uuid}/revoke", status_code=200, opt=_MAY)
async def post_token_revocation(request: Request[Any, Any, Any], token_id: FromPath[UUID]) -> Response[Any]:
    """Take a token back at once."""
    await revoke_token(request.user, token_id=token_id, now=utc_now())
    return await see_other(request, "/api-tokens", flash="Its next request will be refused.")


async def _page(
    request: Request[Any, Any, Any], refusal: FormError | None = None, secret: str | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        tokens = await DB.fetch(_TOKENS)
        clients = await DB.fetch("SELECT id, name FROM client WHERE closed_at IS NULL ORDER BY name")
    return page(
        request, "portal/api_tokens.html", status=refusal.status if refusal else 200, tokens=tokens, clients=clients,
        scopes=SCOPES, secret=secret, longest=LONGEST_LIFE.days, errors=refusal.errors if refusal else {},
        values=refusal.values if refusal else {"days": "90"},
    )  # fmt: skip


ROUTES: list[Any] = [show_api_tokens, post_api_token, post_token_revocation]

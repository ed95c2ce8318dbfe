"""Headers on every answer, also those that no route made (404, 405, errors)."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from portal.settings import get_settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",  # static files set their own, with a year
}


async def set_headers(message: Message, _scope: Scope) -> None:
    """Litestar's before_send hook."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if get_settings().secure_cookies:
        headers.setdefault("strict-transport-security", "max-age=63072000; includeSubDomains")

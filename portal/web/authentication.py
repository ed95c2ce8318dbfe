"""The one middleware: who is asking, and is the request forged; and the hook that records what was refused."""

import hashlib
from dataclasses import replace
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import structlog
from litestar.connection import ASGIConnection
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from auditing.access_log.recording import record_refusal
from portal.actor import NOBODY, Actor, Origin
from portal.errors import NotFound, NotPermitted, TooLarge
from portal.identity.sessions import resume_session
from portal.identity.tokens import resume_token
from portal.ids import new_id
from portal.settings import get_settings
from portal.web.cookies import csrf_is_right, session_token

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_FORM = 1_000_000  # bytes


class Authentication:
    """Sets `scope["user"]` to an Actor and refuses forged requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = cast("HTTPScope", scope)  # there are no web sockets here
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope, receive, send)
        request_id = new_id()
        origin = _origin(connection, request_id)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(request_id))
        scope["state"]["request_id"] = str(request_id)
        actor = replace(NOBODY, origin=origin)
        scope["auth"], scope["user"] = None, actor
        handler = scope["route_handler"]
        if handler.opt.get("static"):
            await self.app(scope, receive, send)
            return
        if handler.opt.get("token"):
            # The API has an authentication of its own: a cookie means nothing to it, so there is nothing to forge.
            secret = _bearer(connection)
            scope["user"] = (await resume_token(secret, origin) if secret else None) or actor
            await self.app(scope, receive, send)
            return
        token = session_token(connection)
        takes_message = scope["method"] == "GET" and _shows_a_page(connection)
        resumed = await resume_session(token, origin, takes_message=takes_message) if token else None
        if resumed:
            actor = resumed.actor
            scope["user"], scope["auth"], scope["state"]["flash"] = actor, token, resumed.flash
        if scope["method"] not in SAFE_METHODS:
            receive = await _refuse_forgery(connection, receive, token if resumed else None, handler.opt)
        await self.app(scope, receive, send)


def _bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token in the Authorization header (RFC 6750, section 2.1); it is taken from nowhere else."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip()[:200] if scheme.lower() == "bearer" and secret.isascii() else None


def _shows_a_page(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """True if the answer to a GET is a page of its own, which shows the message left for it; a picture is none."""
    if connection.headers.get("hx-request") == "true":
        return connection.headers.get("hx-boosted") == "true"
    return connection.headers.get("sec-fetch-dest", "document") == "document"


def _origin(connection: ASGIConnection[Any, Any, Any, Any], request_id: UUID) -> Origin:
    agent = connection.headers.get("user-agent")
    return Origin(
        ip=_address(connection),
        agent_hash=hashlib.sha256(agent.encode()).hexdigest() if agent else None,
        request_id=request_id,
    )


def _address(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The client's address: with n trusted proxies in front, the n-th X-Forwarded-For entry from the right.

    Anything further left was written by the client and can be forged.
    """
    hops = get_settings().proxy_hops
    address = connection.client.host if connection.client else None
    if hops:
        forwarded = [part.strip() for part in connection.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        address = forwarded[-hops] if len(forwarded) >= hops else address
    try:
        return str(ip_address(address)) if address else None
    except ValueError:
        return None


async def _refuse_forgery(
    connection: ASGIConnection[Any, Any, Any, Any], receive: Receive, token: str | None, opt: dict[str, Any]
) -> Receive:
    """Raise NotPermitted unless an unsafe request comes from our own pages; returns what the handler reads from.

    The browser's own word comes first (Sec-Fetch-Site, else Origin). Then the session's token, from the header or from
    a form's field; a form is small, so it is read here and handed on. A multipart request without the header is let
    through only to a route that says it checks the field itself, before it takes any file.
    """
    site = connection.headers.get("sec-fetch-site")
    came_from = connection.headers.get("origin")
    own = {get_settings().origin, f"{connection.url.scheme}://{connection.headers.get('host', '')}"}
    if site in ("cross-site", "same-site") or (site is None and came_from is not None and came_from not in own):
        raise NotPermitted("This request came from another site. Open Chartway in its own tab and try again.")
    if token is None:
        return receive  # nobody is signed in: the guard decides what that allows
    presented = connection.headers.get("x-csrf-token")
    content_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if presented is None and content_type == "application/x-www-form-urlencoded":
        body = await _read_form(receive)
        presented = parse_qs(body.decode("utf-8", "replace")).get("csrf_token", [""])[0]
        receive = _replay(body)
    elif presented is None and content_type == "multipart/form-data" and opt.get("checks_csrf_itself"):
        return receive
    if not csrf_is_right(token, presented):
        raise NotPermitted("This page has been open since before you signed in. Reload it and send it again.")
    return receive


async def _read_form(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        size += len(message["body"])
        if size > LARGEST_FORM:
            raise TooLarge
        parts.append(message["body"])
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Any:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def tell_the_access_log(error: Exception, scope: Scope) -> None:
    """What a signed-in person was refused; only the route's name and an id, never what they sent.

    Litestar's after_exception hook: a middleware would not see what a route raises, for each route answers its own
    exceptions.
    """
    actor: Actor = scope.get("user") or NOBODY
    if actor.person_id is None or not isinstance(error, (NotPermitted, NotFound)):
        return
    handler = scope["route_handler"]
    parameters: dict[str, Any] = scope.get("path_params", {})
    ids = [value for value in parameters.values() if isinstance(value, UUID)]
    await record_refusal(
        actor,
        object_type=f"{scope.get('method')} {handler.name or handler.handler_name}",
        object_id=ids[0] if ids else None,
        reason=type(error).__name__,
    )


def safe_next(path: str | None) -> str:
    """Where to go after signing in: a path of ours, else the start page (no open redirect).

    Browsers drop tabs and line ends and read a backslash as a slash, so none of them may stand in it.
    """
    if not path or not path.startswith("/") or path.startswith("//") or urlsplit(path).netloc:
        return "/"
    return path if all("!" <= character <= "~" and character != "\\" for character in path) else "/"

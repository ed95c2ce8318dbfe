"""One renderer for everything that goes wrong: a page for people, a fragment for htmx, a problem for machines."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from portal.errors import NotFound, NotSignedIn, PortalError, TooLarge
from portal.web.answers import wants_fragment
from portal.web.templating import page

log = structlog.get_logger()

#: What Litestar refuses before any code of ours runs, in our words.
_SENTENCES = {
    HTTPStatus.NOT_FOUND: NotFound.message,
    HTTPStatus.METHOD_NOT_ALLOWED: "This address cannot be used in that way. Go back to your start page.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge.message,
}

_TITLES = {
    HTTPStatus.NOT_FOUND: "Nothing here",
    HTTPStatus.FORBIDDEN: "Not for your role",
    HTTPStatus.CONFLICT: "It has moved on",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available right now",
}


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to any exception. A bug is logged with the request's id, and its text is shown to nobody."""
    request_id = str(request.scope.get("state", {}).get("request_id", "-"))
    if isinstance(error, PortalError):
        status, message = error.status, error.message
    elif isinstance(error, HTTPException) and error.status_code < 500:
        status = HTTPStatus(error.status_code)
        message = _SENTENCES.get(status, PortalError.message)
    else:
        log.error("bug", kind=type(error).__name__, where=_where(error), request_id=request_id)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        message = f"Something went wrong on our side. Nothing was lost. If it happens again, quote {request_id}."
    if request.scope["path"].startswith("/api/") or request.headers.get("accept") == "application/json":
        return _problem(status, message, request_id)
    if isinstance(error, NotSignedIn) and request.scope["path"] != "/sign-in" and not _typed_in_a_part(request):
        return _to_sign_in(request)
    return page(
        request, "error.html", status=status, title=_TITLES.get(status, "This did not work"), text=message,
        request_number=request_id if status >= 500 else None,
    )  # fmt: skip


def _typed_in_a_part(request: Request[Any, Any, Any]) -> bool:
    """What was typed into a part of a page stays on that page, which says that nobody is signed in."""
    return request.method != "GET" and wants_fragment(request)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    came_for = request.scope["path"] if request.method == "GET" else "/"
    target = f"/sign-in?next={quote(came_for)}" if came_for != "/" else "/sign-in"
    if wants_fragment(request):
        return Response(None, status_code=200, headers={"HX-Redirect": target})
    return Response(None, status_code=303, headers={"Location": target})


def _problem(status: HTTPStatus, message: str, request_id: str) -> Response[Any]:
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = "60"
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": message,
            "request": request_id}  # fmt: skip
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def _where(error: BaseException) -> str:
    """Files and lines of a bug, innermost last; no values, which could name a patient."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-8:]))

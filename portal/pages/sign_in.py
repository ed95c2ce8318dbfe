"""Sign in and out."""

from http import HTTPStatus
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from portal.errors import NotSignedIn, TooMany
from portal.identity.permissions import Permission
from portal.identity.signing_in import sign_in, sign_out
from portal.web.authentication import safe_next
from portal.web.cookies import csrf_token, session_cookie, session_token, spent_cookie
from portal.web.forms import read_form
from portal.web.templating import page


@get("/sign-in", opt={"public": True})
async def show_sign_in(request: Request[Any, Any, Any], next: FromQuery[str] = "/") -> Response[Any]:  # noqa: A002
    """The form; somebody who is signed in already goes on."""
    if request.user.person_id:
        return Response(None, status_code=303, headers={"Location": safe_next(next)})
    ended = NotSignedIn.message if session_token(request) else None  # they come with a session that holds no longer
    return page(request, "portal/sign_in.html", email="", error=ended, next=safe_next(next))


@post("/sign-in", status_code=200, opt={"public": True})
async def post_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Open a session, or show the form again with one sentence for every kind of failure."""
    form = await read_form(request)
    email, password = form.values.get("email", ""), (await request.form()).get("password", "")
    target = safe_next(form.values.get("next"))
    try:
        token = await sign_in(email, password, origin=request.user.origin, old_token=session_token(request))
    except (NotSignedIn, TooMany) as refusal:
        # 422, not 401: the form comes back with its message, as any other form does.
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(refusal, TooMany) else HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "portal/sign_in.html", status=status, email=email, error=refusal.message, next=target)
    return Response(None, status_code=303, headers={"Location": target}, cookies=[session_cookie(token)])


@get("/session", opt={"permission": Permission.ACCOUNT_USE})
async def show_session(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Whose session it is and its CSRF token, for a page that has been open for long."""
    return {"person": str(request.user.person_id), "csrf": csrf_token(request.auth)}


@post("/sign-out", status_code=200, opt={"permission": Permission.ACCOUNT_USE})
async def post_sign_out(request: Request[Any, Any, Any]) -> Response[Any]:
    """End the session and forget what the browser kept of it."""
    await sign_out(request.user, request.auth)
    return Response(
        None, status_code=303, cookies=[spent_cookie()],
        headers={"Location": "/sign-in", "Clear-Site-Data": '"cache", "storage"'},
    )  # fmt: skip

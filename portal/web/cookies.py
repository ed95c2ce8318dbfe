"""The session cookie and the CSRF token that is bound to it."""

import hashlib
import hmac
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from portal.settings import get_settings

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def cookie_name() -> str:
    """`__Host-` cookies need https; on the own machine, over plain http, the bare name."""
    return "__Host-chartway" if get_settings().secure_cookies else "chartway"


def session_token(connection: AnyConnection) -> str | None:
    """The session token that came with the request."""
    return connection.cookies.get(cookie_name())


def session_cookie(token: str) -> Cookie:
    """The cookie that carries a session: gone with the browser, invisible to scripts, never sent across sites."""
    secure = get_settings().secure_cookies
    return Cookie(key=cookie_name(), value=token, path="/", secure=secure, httponly=True, samesite="lax")


def spent_cookie() -> Cookie:
    """The cookie that removes the session's."""
    secure = get_settings().secure_cookies
    return Cookie(key=cookie_name(), value="", path="/", secure=secure, httponly=True, samesite="lax", max_age=0)


def csrf_token(token: str | None) -> str:
    """The CSRF token of a session: another session's never fits (OWASP CSRF cheat sheet, HMAC pattern)."""
    return hmac.new((token or "nobody").encode(), b"chartway csrf", hashlib.sha256).hexdigest()


def csrf_is_right(token: str | None, presented: str | None) -> bool:
    """True if what the form or header presents is this session's CSRF token."""
    return presented is not None and hmac.compare_digest(csrf_token(token).encode(), presented.encode())

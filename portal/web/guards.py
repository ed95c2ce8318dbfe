"""Denied unless declared: the one guard, set on the whole application."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from portal.actor import Kind
from portal.errors import NoToken, NotPermitted, NotSignedIn


def check_declared_permission(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request through if its route is public, or declares a permission (or several: any) that the actor has.

    A route that declares neither is a route that nobody can reach.
    """
    if handler.opt.get("public") or handler.opt.get("static"):
        return
    actor = connection.scope["user"]
    if actor.kind is Kind.NOBODY:
        raise NoToken if handler.opt.get("token") else NotSignedIn
    permission = handler.opt.get("permission")
    wanted = (permission,) if isinstance(permission, str) else permission or ()
    if not any(actor.may(one) for one in wanted):
        raise NotPermitted

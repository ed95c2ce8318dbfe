"""The API's own description, made of its routes alone: the pages of the portal are no part of it."""

from functools import cache
from typing import Any

from litestar import Litestar, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from portal.api import charts, deliveries, encounters, exports
from portal.api.problems import answer_problem
from portal.errors import PortalError
from portal.identity.permissions import SCOPES


def make_router(*more: ControllerRouterHandler) -> Router:
    """The routes of the API below its version."""
    return Router(
        "/api/v1", route_handlers=[*deliveries.ROUTES, *encounters.ROUTES, *charts.ROUTES, *exports.ROUTES, *more],
        exception_handlers={PortalError: answer_problem},
    )  # fmt: skip


@get(
    "/openapi.json", opt={"permission": tuple(SCOPES), "token": True}, include_in_schema=False,
    media_type="application/vnd.oai.openapi+json",
)  # fmt: skip
async def show_openapi() -> dict[str, Any]:
    """The description of the API, for whoever has a token."""
    return describe()


@cache
def describe() -> dict[str, Any]:
    """The OpenAPI document of the API."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token, made for one client and shown once")
    config = OpenAPIConfig(
        title="Chartway API", version="1", description="Send charts many at once, and ask how far they have come.",
        components=Components(security_schemes={"token": bearer}), security=[{"token": []}],
    )  # fmt: skip
    return Litestar([make_router()], openapi_config=config, logging_config=None).openapi_schema.to_schema()

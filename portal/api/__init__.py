"""The JSON API for clients' own systems: /api/v1, with a token for each client."""

from portal.api.openapi import make_router, show_openapi

ROUTES = [make_router(show_openapi)]

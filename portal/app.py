"""create_app(): the one place where the parts meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from assignments.codesets.index import load_index
from assignments.codesets.refreshing import keep_fresh, look_again
from assignments.codesets.spelling import prepare
from portal.api import ROUTES as API_ROUTES
from portal.database import DB
from portal.errors import PortalError
from portal.pages import ROUTES
from portal.settings import Settings, get_settings
from portal.web.authentication import Authentication, tell_the_access_log
from portal.web.errors import answer_error
from portal.web.guards import check_declared_permission
from portal.web.headers import set_headers
from portal.web.logs import set_up_logs
from portal.web.templating import STATIC
from storage.opening_vault import open_vault


def create_app(settings: Settings | None = None) -> Litestar:
    """The web application; its vault and database pool open with it."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def open_parts(_app: Litestar) -> AsyncIterator[None]:
        set_up_logs(settings.log_level)
        open_vault(settings)
        await DB.open(settings.database_url, size=settings.pool_size)
        # The code search takes a second to build: ready before the first coder types, and nobody waits for it here.
        building = asyncio.create_task(asyncio.to_thread(lambda: prepare(load_index())))
        await look_again()
        fresh = asyncio.create_task(keep_fresh())
        try:
            yield
        finally:
            fresh.cancel()
            await building
            await DB.close()

    static_files = create_static_files_router(
        "/static",
        directories=[STATIC],
        opt={"static": True},
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
    )
    return Litestar(
        route_handlers=[static_files, *ROUTES, *API_ROUTES],
        guards=[check_declared_permission],
        middleware=[Authentication],
        before_send=[set_headers],
        after_exception=[tell_the_access_log],
        exception_handlers={PortalError: answer_error, HTTPException: answer_error, Exception: answer_error},
        lifespan=[open_parts],
        openapi_config=None,
        request_max_body_size=1_000_000,
        logging_config=None,
    )

"""The managers' pages of the code sets: what is loaded, what answers today, what a release breaks; dropping one."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.codesets.licensing import count_readers, find_licence
from assignments.codesets.refreshing import refresh_code_sets
from assignments.codesets.release_queries import SYSTEMS, find_in_force, find_missing, find_releases, get_release
from assignments.codesets.releasing import drop_release
from assignments.releases.look_ahead import MOST, count_changes, find_changes, find_invalidated, look_ahead
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.paging import read_paging
from portal.web.templating import page

_KINDS = ("deleted", "revised", "added")


@get("/code-sets", opt={"permission": Permission.CODE_SET_MANAGE})
async def show_code_sets(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every release, which of them answer today, what is missing, and the licence."""
    await refresh_code_sets()
    today = utc_now().date()
    async with acting_as(request.user):
        releases, licence, readers = await find_releases(), await find_licence(), await count_readers()
    return page(
        request, "assignments/releases/releases.html", releases=releases, licence=licence, readers=readers,
        in_force=[(system, find_in_force(releases, system, today)) for system in SYSTEMS], today=today,
        missing=find_missing(releases, today),
    )  # fmt: skip


@get("/code-sets/{code_release_id:uuid}", opt={"permission": Permission.CODE_SET_MANAGE})
async def show_release(request: Request[Any, Any, Any], code_release_id: FromPath[UUID]) -> Response[Any]:
    """What a release changed, and what that breaks."""
    return await _show_release(request, code_release_id)


@post("/code-sets/{code_release_id:uuid}/drop", status_code=200, opt={"permission": Permission.CODE_SET_MANAGE})
async def post_drop(request: Request[Any, Any, Any], code_release_id: FromPath[UUID]) -> Response[Any]:
    """Take a release out again."""
    async with acting_as(request.user):
        release = await get_release(code_release_id)
    try:
        await drop_release(request.user, label=release.label, system=release.system, now=utc_now())
    except Conflict as refusal:
        return await _show_release(request, code_release_id, refusal)
    await refresh_code_sets()
    return await see_other(request, "/code-sets", flash=f"{release.label} is dropped. All is as it was before it.")


async def _show_release(
    request: Request[Any, Any, Any], release_id: UUID, refusal: Conflict | None = None
) -> Response[Any]:
    kind = request.query_params.get("kind", "")
    kind = kind if kind in _KINDS else ""
    async with acting_as(request.user):
        release = await get_release(release_id)
        found, invalid = await look_ahead(release, now=utc_now()), await find_invalidated(release)
        paging = read_paging(request.query_params, await count_changes(release_id, kind=kind))
        changes = await find_changes(release_id, kind=kind, limit=paging.limit, offset=paging.offset)
    return page(
        request, "assignments/releases/release.html", status=refusal.status if refusal else 200, release=release,
        found=found, invalid=invalid, changes=changes, paging=paging, kind=kind, most=MOST,
        refusal=refusal,
    )  # fmt: skip


ROUTES: list[Any] = [show_code_sets, show_release, post_drop]

"""One page of a chart, as a picture or as text. Nothing of it is ever kept by a browser."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from assignments.viewing.notes import has_columns, set_note
from assignments.viewing.queries import get_page_image, get_page_text
from portal.identity.permissions import Permission
from portal.web.templating import page

#: Whoever works on the chart, or whose chart it is; row-level security says which charts those are.
READERS = (Permission.CODING_WORK, Permission.AUDIT_WORK, Permission.CHART_READ)


@get("/pages/{page_id:uuid}/image", opt={"permission": READERS})
async def show_page_image(request: Request[Any, Any, Any], page_id: FromPath[UUID]) -> Response[bytes]:
    """The page as a picture with the viewer's watermark."""
    jpeg = await get_page_image(request.user, page_id=page_id)
    headers = {"Cache-Control": "no-store, private", "Content-Disposition": "inline"}
    return Response(jpeg, media_type="image/jpeg", headers=headers)


@get("/pages/{page_id:uuid}/text", opt={"permission": READERS})
async def show_page_text(request: Request[Any, Any, Any], page_id: FromPath[UUID]) -> Response[str]:
    """The words of the page on a page of their own."""
    text, mark = await get_page_text(request.user, page_id=page_id)
    return page(
        request, "assignments/viewer/text.html", blocks=set_note(text), columns=has_columns(text), mark=mark.text
    )


ROUTES = [show_page_image, show_page_text]

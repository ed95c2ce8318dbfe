"""One page of a chart: as a picture, small, as words with places, or as text. No browser keeps any of it."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Request, Response, get
from litestar.params import FromPath

from assignments.viewing.looking import get_page_image, get_page_layer, get_page_thumbnail
from portal.identity.permissions import Permission
from portal.web.templating import page
from storage.text_layer import pack_layer

#: Whoever works on the chart, or whose chart it is; row-level security says which charts those are.
READERS = {"permission": (Permission.CODING_WORK, Permission.AUDIT_WORK, Permission.CHART_READ)}
NEVER_KEPT = {"Cache-Control": "no-store, private", "Content-Disposition": "inline"}


@get("/pages/{page_id:uuid}/image", opt=READERS)
async def show_page_image(request: Request[Any, Any, Any], page_id: FromPath[UUID]) -> Response[bytes]:
    """The page as a picture with the viewer's watermark."""
    jpeg = await get_page_image(request.user, page_id=page_id)
    return Response(jpeg, media_type="image/jpeg", headers=NEVER_KEPT)


@get("/pages/{page_id:uuid}/thumbnail", opt=READERS)
async def show_page_thumbnail(request: Request[Any, Any, Any], page_id: FromPath[UUID]) -> Response[bytes]:
    """The page so small that its place is known again and nothing can be read."""
    jpeg = await get_page_thumbnail(request.user, page_id=page_id)
    return Response(jpeg, media_type="image/jpeg", headers=NEVER_KEPT)


@get("/pages/{page_id:uuid}/layer", opt=READERS)
async def show_page_layer(request: Request[Any, Any, Any], page_id: FromPath[UUID]) -> Response[bytes]:
    """The words of the page with their places on its picture, as JSON for the viewer."""
    layer, _ = await get_page_layer(request.user, page_id=page_id)
    return Response(pack_layer(layer), media_type=MediaType.JSON, headers=NEVER_KEPT)


@get("/pages/{page_id:uuid}/text", opt=READERS)
async def show_page_text(request: Request[Any, Any, Any], page_id: FromPath[UUID]) -> Response[str]:
    """The words of the page on a page of their own."""
    layer, mark = await get_page_layer(request.user, page_id=page_id)
    return page(request, "assignments/viewer/text.html", text=layer.text, mark=mark.text)


ROUTES = [show_page_image, show_page_thumbnail, show_page_layer, show_page_text]

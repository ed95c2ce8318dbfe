"""The desk's tool for bookmarks: keep the page or the selected words, find them again, take them out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.bookmarks.keeping import MOST_WORDS, keep_bookmark, open_bookmarks, remove_bookmark
from assignments.drafting.operations import read_pin
from portal.clock import utc_now
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.ids import new_id
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

CODER = {"permission": Permission.CODING_WORK}
PLACE = "/desk/charts/{chart_id:uuid}/bookmarks"


@get(PLACE, opt=CODER)
async def show_bookmarks(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The coder's bookmarks of the chart, and the form for one more."""
    return await _show(request, chart_id, Form({}))


@post(PLACE, status_code=200, opt=CODER)
async def post_bookmark(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Bookmark a page, or the words that were selected on one."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    request_id = form.uuid("request_id", "the button on the page again")
    form.ensure()
    page_id = form.uuid("page", "a page")
    words = form.text("words", "A few words", most=MOST_WORDS, required=False)
    try:
        form.ensure()
        await keep_bookmark(
            request.user, chart_id=chart_id, fence=fence, request_id=request_id, page_id=page_id, words=words,
            pin=read_pin(form.values), now=utc_now(),
        )  # fmt: skip
    except Invalid as refusal:
        return await _show(request, chart_id, form, refusal)
    if wants_fragment(request):
        return await _show(request, chart_id, Form({}))
    return await see_other(request, f"/desk/charts/{chart_id}", flash="Bookmarked. Only you see it.")


@post(f"{PLACE}/removed", status_code=200, opt=CODER)
async def post_bookmark_removed(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """Take a bookmark out."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    bookmark_id = form.uuid("bookmark", "the button on the page again")
    form.ensure()
    await remove_bookmark(request.user, chart_id=chart_id, fence=fence, bookmark_id=bookmark_id)
    if wants_fragment(request):
        return await _show(request, chart_id, Form({}))
    return await see_other(request, f"/desk/charts/{chart_id}/bookmarks", flash="The bookmark is gone.")


async def _show(
    request: Request[Any, Any, Any], chart_id: UUID, form: Form, refusal: Invalid | None = None
) -> Response[Any]:
    """The tool in the drawer, or as a page; what was typed stays."""
    bookmarks = await open_bookmarks(request.user, chart_id=chart_id)
    errors = sentences_of(refusal, None)
    template = "_drawer" if wants_fragment(request) else "page"
    return page(
        request, f"assignments/bookmarks/{template}.html", status=refusal.status if refusal else 200,
        bookmarks=bookmarks, values=form.values, errors=errors, back=f"/desk/charts/{chart_id}", request_id=new_id(),
        most=MOST_WORDS,
    )  # fmt: skip


ROUTES: list[Any] = [show_bookmarks, post_bookmark, post_bookmark_removed]

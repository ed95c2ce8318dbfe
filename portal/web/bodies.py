"""The body of a request as it comes: in pieces, kept nowhere."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

from portal.errors import Invalid


async def read_body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The bytes of a body in pieces; raises Invalid with a sentence if its sender has gone."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:  # the sender has gone; that is no bug of ours
        raise Invalid("The connection broke off. Nothing was kept; send it again.") from None


def boundary_of(request: Request[Any, Any, Any], *, form: str) -> str:
    """What stands between the parts of the body; raises Invalid for anything but a form with files.

    `form` names the page that such a request comes from, for a sentence.
    """
    kind, options = request.content_type
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Invalid(f"This did not come from the {form}. Open that page and send it from there.")
    return options["boundary"]

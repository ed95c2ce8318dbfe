"""What the API answers when something is wrong: problem details (RFC 9457) with the same sentences as the pages."""

from typing import Any

from litestar import Request, Response

from assignments.intake.making import CannotReceive
from portal.errors import PortalError
from portal.web.errors import answer_error
from portal.web.forms import FormError


def answer_problem(request: Request[Any, Any, Any], error: PortalError) -> Response[Any]:
    """The problem, with a sentence for each wrong field, and the chart that is there already."""
    answer = answer_error(request, error)
    if isinstance(error, FormError):
        answer.content["errors"] = error.errors
    elif isinstance(error, CannotReceive):
        answer.content["errors"] = {error.field: error.message}
        if error.chart_id:
            answer.content["chart"] = str(error.chart_id)
    return answer

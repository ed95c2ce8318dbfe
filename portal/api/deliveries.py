"""Deliveries by API: a ZIP in one request, its report in another."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, HeaderParameter

from assignments.bulk.queries import get_report
from assignments.bulk.receiving import receive_delivery
from assignments.bulk.rules import LARGEST_DELIVERY
from portal.api.bodies import takes
from portal.api.shapes import Delivery, ReportLine
from portal.clock import utc_now
from portal.identity.permissions import Permission
from portal.web.bodies import read_body

Key = Annotated[
    str | None,
    HeaderParameter(name="Idempotency-Key", description="Of your making, another for each; repeating it is safe"),
]


@post(
    "/deliveries", status_code=202, opt={"permission": Permission.API_DELIVER, "token": True},
    request_max_body_size=LARGEST_DELIVERY, operation_class=takes("application/zip"),
)  # fmt: skip
async def send_delivery(request: Request[Any, Any, Any], key: Key = None) -> Response[Delivery]:
    """Send a ZIP with a manifest.csv as the body; it is taken in afterwards. Sent again it is the same delivery."""
    received = await receive_delivery(
        request.user, read_body(request), kind="zip", name="delivery by API", now=utc_now(), key=key
    )
    return Response(
        await _told(request, received.id), status_code=200 if received.is_repeated else 202,
        headers={"Location": f"/api/v1/deliveries/{received.id}"},
    )  # fmt: skip


@get("/deliveries/{delivery_id:uuid}", opt={"permission": Permission.API_DELIVER, "token": True})
async def show_delivery_report(request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Delivery:
    """How far a delivery has come, and what became of each of its lines."""
    return await _told(request, delivery_id)


async def _told(request: Request[Any, Any, Any], delivery_id: UUID) -> Delivery:
    row, lines = await get_report(request.user, delivery_id)
    report = [
        ReportLine(one.position, one.name, one.state, one.refusal, one.chart_id, one.chart_number)
        for one in sorted(lines, key=lambda one: one.position)
    ]
    return Delivery(
        row.id, row.state, row.refusal, row.received_at, row.finished_at, row.total, row.taken, row.already,
        row.refused, row.waiting, report,
    )  # fmt: skip


ROUTES: list[Any] = [send_delivery, show_delivery_report]

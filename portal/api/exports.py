"""Charge exports by API: which there are, their files, and whether they were taken in."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody

from assignments.charges.queries import Export, answer_export, find_exports, take_file
from assignments.charts_for_clients.originals import attachment
from portal.api.shapes import ChargeExport, ExportAnswer
from portal.clock import utc_now
from portal.database import acting_as
from portal.identity.permissions import Permission

_MAY = {"permission": Permission.API_EXPORTS, "token": True}
_MOST = 100


@get("/exports", opt=_MAY)
async def show_exports(request: Request[Any, Any, Any]) -> list[ChargeExport]:
    """The newest charge exports, 100 at most, with their control totals."""
    async with acting_as(request.user):
        return [_told(export) for export in await find_exports(limit=_MOST)]


@get("/exports/{export_id:uuid}/file", opt=_MAY, media_type="text/plain")
async def fetch_export(request: Request[Any, Any, Any], export_id: FromPath[UUID]) -> Response[bytes]:
    """The file of an export, exactly as it was made."""
    export, content = await take_file(request.user, export_id=export_id)
    return Response(content, media_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": attachment(export.filename), "Cache-Control": "no-store, private",
    })  # fmt: skip


@post("/exports/{export_id:uuid}/answer", status_code=204, opt=_MAY)
async def send_answer(request: Request[Any, Any, Any], export_id: FromPath[UUID], data: JSONBody[ExportAnswer]) -> None:
    """Say whether an export was taken in. The same answer again changes nothing; another is refused (409)."""
    await answer_export(
        request.user, export_id=export_id, verdict=data.verdict, reason=data.reason, now=utc_now()
    )  # fmt: skip


def _told(export: Export) -> ChargeExport:
    return ChargeExport(
        export.id, export.number, export.corrects, export.filename, export.made_at, export.charts, export.lines,
        export.units, export.hash, export.byte_count, export.sha256.hex(), export.verdict, export.reason,
    )  # fmt: skip


ROUTES: list[Any] = [show_exports, fetch_export, send_answer]

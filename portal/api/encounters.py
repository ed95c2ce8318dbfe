"""One encounter by API: the facts as JSON, then each document's content in a request of its own."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post, put
from litestar.params import FromPath, JSONBody

from assignments.bulk.encounters import begin_encounter, put_document
from portal.api.bodies import takes
from portal.api.deliveries import Key
from portal.api.shapes import Awaited, DocumentTaken, Encounter, NewEncounter
from portal.clock import utc_now
from portal.identity.permissions import Permission
from portal.web.bodies import read_body
from storage.limits import MAX_FILE_BYTES
from storage.sniffing import MediaType

_MAY = {"permission": Permission.API_DELIVER, "token": True}


@post("/encounters", status_code=201, opt=_MAY)
async def send_encounter(
    request: Request[Any, Any, Any], data: JSONBody[NewEncounter], key: Key = None
) -> Response[Encounter]:
    """Announce an encounter. Its chart is made when the content of its last document has come."""
    said = msgspec.to_builtins(data)
    names, stat = said.pop("documents"), said.pop("stat")
    received = await begin_encounter(
        request.user, values={**said, "stat": "yes" if stat else ""}, names=names, key=key, now=utc_now()
    )
    here = f"/api/v1/encounters/{received.id}"
    awaited = [Awaited(name, f"{here}/documents/{position}") for position, name in enumerate(names, start=1)]
    return Response(
        Encounter(received.id, awaited), status_code=200 if received.is_repeated else 201,
        headers={"Location": f"/api/v1/deliveries/{received.id}"},
    )  # fmt: skip


@put(
    "/encounters/{delivery_id:uuid}/documents/{position:int}", status_code=200, opt=_MAY,
    # One byte more than a document may have, so that our own sentence says what to do about it.
    request_max_body_size=MAX_FILE_BYTES + 1_000_000, operation_class=takes(*MediaType),
)  # fmt: skip
async def send_document(
    request: Request[Any, Any, Any], delivery_id: FromPath[UUID], position: FromPath[int]
) -> DocumentTaken:
    """Send the content of one document as the body, within 15 minutes of the one before."""
    progress = await put_document(
        request.user, delivery_id=delivery_id, position=position, chunks=read_body(request), now=utc_now()
    )
    return DocumentTaken(progress.missing, progress.chart_id)


ROUTES: list[Any] = [send_encounter, send_document]

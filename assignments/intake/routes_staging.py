"""Files that go up before their form is sent: announced, sent in parts, put together, looked at, removed."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath

from assignments.intake.file_parts import put_together, take_part
from assignments.intake.proposing import propose_facts
from assignments.intake.rules import PART_BYTES
from assignments.intake.staging import StagedFile, announce_file, find_staged_files, remove_file
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.web.bodies import read_body

#: Room for what surrounds a part.
_SLACK = 65536


class Announced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page says of a file before it sends it."""

    name: str
    size: int
    modified: int


@get("/staged/{staged_upload_id:uuid}", opt={"permission": Permission.CHART_UPLOAD})
async def show_staged(request: Request[Any, Any, Any], staged_upload_id: FromPath[UUID]) -> Response[Any]:
    """The files of an open upload, and which of their parts are there."""
    files = await find_staged_files(request.user, upload_id=staged_upload_id)
    return Response({"files": [_shown(file) for file in files]})


@post("/staged/{staged_upload_id:uuid}/files", status_code=200, opt={"permission": Permission.CHART_UPLOAD})
async def post_file(request: Request[Any, Any, Any], staged_upload_id: FromPath[UUID]) -> Response[Any]:
    """Announce a file; the answer says where to go on, or why it is refused."""
    try:
        said = msgspec.json.decode(await request.body(), type=Announced)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("This did not come from the upload page. Reload the page and choose the file again.") from None
    if not 0 <= said.size < 1 << 50 or not 0 <= said.modified < 1 << 53 or len(said.name) > 4096:
        raise Invalid("This did not come from the upload page. Reload the page and choose the file again.")
    file = await announce_file(
        request.user, upload_id=staged_upload_id, name=said.name, size=said.size, modified=said.modified
    )
    return Response(_shown(file))


@put(
    "/staged/{staged_upload_id:uuid}/files/{staged_file_id:uuid}/parts/{number:int}",
    status_code=204,
    opt={"permission": Permission.CHART_UPLOAD},
    request_max_body_size=PART_BYTES + _SLACK,
)
async def put_part(
    request: Request[Any, Any, Any], staged_upload_id: FromPath[UUID], staged_file_id: FromPath[UUID],
    number: FromPath[int],
) -> None:  # fmt: skip
    """Take one part of a file, as raw bytes."""
    await take_part(
        request.user, upload_id=staged_upload_id, file_id=staged_file_id, number=number, chunks=read_body(request)
    )


@post(
    "/staged/{staged_upload_id:uuid}/files/{staged_file_id:uuid}/whole",
    status_code=200,
    opt={"permission": Permission.CHART_UPLOAD},
)
async def post_whole(
    request: Request[Any, Any, Any], staged_upload_id: FromPath[UUID], staged_file_id: FromPath[UUID]
) -> Response[Any]:
    """Put a file together once its last part is there."""
    refusal = await put_together(request.user, upload_id=staged_upload_id, file_id=staged_file_id)
    return Response({"state": "refused" if refusal else "arrived", "refusal": refusal})


@get("/staged/{staged_upload_id:uuid}/files/{staged_file_id:uuid}/facts", opt={"permission": Permission.CHART_UPLOAD})
async def show_facts(
    request: Request[Any, Any, Any], staged_upload_id: FromPath[UUID], staged_file_id: FromPath[UUID]
) -> Response[Any]:
    """What an arrived file says of its encounter, by the names of the form's fields."""
    facts = asdict(await propose_facts(request.user, upload_id=staged_upload_id, file_id=staged_file_id))
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items() if value}
    return Response({"facts": said})


@delete(
    "/staged/{staged_upload_id:uuid}/files/{staged_file_id:uuid}", status_code=204,
    opt={"permission": Permission.CHART_UPLOAD},
)  # fmt: skip
async def delete_file(
    request: Request[Any, Any, Any], staged_upload_id: FromPath[UUID], staged_file_id: FromPath[UUID]
) -> None:
    """Take a file out of an open upload."""
    await remove_file(request.user, upload_id=staged_upload_id, file_id=staged_file_id)


def _shown(file: StagedFile) -> dict[str, Any]:
    return {
        "id": str(file.id), "name": file.name, "size": file.size, "modified": file.modified, "state": file.state,
        "refusal": file.refusal, "parts": list(file.parts), "part_bytes": PART_BYTES,
    }  # fmt: skip


ROUTES: list[Any] = [show_staged, post_file, put_part, post_whole, show_facts, delete_file]

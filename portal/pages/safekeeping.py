"""What is stored, is it still whole? Runs through the stored documents, and certificates of destroyed keys."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.identity.permissions import Permission
from portal.web.templating import page
from storage.certificates import find_certificates, get_certificate

RUNS = 30
FAILURES = 50


@dataclass(frozen=True, slots=True)
class Run:
    """One run through the stored documents."""

    scope: str
    started_at: datetime
    finished_at: datetime | None
    checked: int
    failures: list[dict[str, str]]  # blob, client, reason
    strays: list[str]

    @property
    def holds(self) -> bool:
        """True if everything was as it should be."""
        return not (self.failures or self.strays)


@get("/safekeeping", opt={"permission": Permission.SAFEKEEPING_READ})
async def show_safekeeping(request: Request[Any, Any, Any]) -> Response[Any]:
    """The last runs, what the newest found wrong, and every certificate."""
    async with acting_as(request.user):
        rows = await DB.fetch(
            "SELECT scope, started_at, finished_at, checked, failures, strays FROM document_check"
            " ORDER BY started_at DESC, id DESC LIMIT $1",
            RUNS,
        )
        certificates = await find_certificates()
        clients = {row["id"]: row["name"] for row in await DB.fetch("SELECT id, name FROM client")}
    runs = [
        Run(row["scope"], row["started_at"], row["finished_at"], row["checked"], json.loads(row["failures"]),
            json.loads(row["strays"]))
        for row in rows
    ]  # fmt: skip
    return page(
        request, "portal/safekeeping.html", runs=runs, certificates=certificates, most=FAILURES,
        broken=next((run for run in runs if run.finished_at and not run.holds), None), clients=clients,
        names={str(client_id): name for client_id, name in clients.items()},
    )  # fmt: skip


@get("/safekeeping/certificates/{certificate_id:uuid}", opt={"permission": Permission.SAFEKEEPING_READ})
async def download_certificate(request: Request[Any, Any, Any], certificate_id: FromPath[UUID]) -> Response[bytes]:
    """A certificate as a file: what is signed, the signature, and the key to check it with."""
    actor: Actor = request.user
    async with acting_as(actor):
        certificate = await get_certificate(certificate_id)
        await record(
            actor, Action.CERTIFICATE_READ, object_type="client", object_id=certificate.client_id,
            client_id=certificate.client_id, details={"certificate": str(certificate_id)},
        )  # fmt: skip
    headers = {"content-disposition": f'attachment; filename="destruction-{certificate_id}.json"'}
    return Response(certificate.as_file(), media_type="application/json", headers=headers)


ROUTES = [show_safekeeping, download_certificate]

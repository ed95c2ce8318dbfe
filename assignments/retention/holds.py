"""Legal holds: placed and lifted by compliance with a reason; what is held is not destroyed, by anybody."""

from datetime import datetime
from uuid import UUID

from assignments.retention.rules import Scope
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id


class UnderHold(Conflict):
    """Something of this client is under legal hold."""

    message = "This client is under a legal hold, so nothing of it may be destroyed. Compliance can lift the hold."


async def place_hold(
    officer: Actor, *, client_id: UUID, scope: Scope, chart_number: str, reason: str, now: datetime
) -> UUID:
    """Hold a client, or the chart of that number, or every chart of its patient; returns the hold's id.

    Raises NotFound for an unknown client, Invalid for a chart number that this client does not have.
    """
    async with acting_as(officer):
        if await DB.value("SELECT id FROM client WHERE id = $1", client_id) is None:
            raise NotFound
        chart = None
        if scope is not Scope.CLIENT:
            chart = await DB.fetch_one(
                "SELECT id, patient_id FROM chart WHERE client_id = $1 AND number = upper($2)", client_id, chart_number
            )
            if chart is None:
                raise Invalid("This client has no chart of that number. Look the number up on the chart’s page.")
        hold_id = new_id()
        await DB.execute(
            "INSERT INTO legal_hold (id, client_id, patient_id, chart_id, reason, placed_by, placed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            hold_id, client_id, chart["patient_id"] if chart and scope is Scope.PATIENT else None,
            chart["id"] if chart and scope is Scope.CHART else None, reason, officer.person_id, now,
        )  # fmt: skip
        await record(
            officer, Action.HOLD_PLACED, object_type="chart" if chart else "client",
            object_id=chart["id"] if chart else client_id, client_id=client_id,
            patient_id=chart["patient_id"] if chart else None, details={"hold": str(hold_id), "scope": scope.value},
        )  # fmt: skip
    return hold_id


async def lift_hold(officer: Actor, *, hold_id: UUID, reason: str, now: datetime) -> None:
    """End a hold. Raises NotFound for an unknown one, Conflict for one that is lifted already."""
    async with acting_as(officer):
        hold = await DB.fetch_one("SELECT client_id, chart_id, patient_id FROM legal_hold WHERE id = $1", hold_id)
        if hold is None:
            raise NotFound
        lifted = await DB.execute(
            "UPDATE legal_hold SET lifted_by = $2, lifted_at = $3, lift_reason = $4"
            " WHERE id = $1 AND lifted_at IS NULL",
            hold_id, officer.person_id, now, reason,
        )  # fmt: skip
        if not lifted:
            raise Conflict("This hold has been lifted already. Place another one if it should go on.")
        await record(
            officer, Action.HOLD_LIFTED, object_type="client", object_id=hold["client_id"],
            client_id=hold["client_id"], patient_id=hold["patient_id"], details={"hold": str(hold_id)},
        )  # fmt: skip


async def ensure_not_held(client_id: UUID) -> None:
    """Raise UnderHold if anything of the client is under legal hold; inside the current transaction.

    For whoever destroys a client's documents or keys: the worker, administrators, compliance and managers may ask. The
    database refuses as well, in case a hold is placed at the same moment.
    """
    if await DB.value("SELECT 1 FROM legal_hold WHERE client_id = $1 AND lifted_at IS NULL LIMIT 1", client_id):
        raise UnderHold


async def find_hold_reasons(chart_id: UUID) -> list[str]:
    """Why a chart is held, the earliest hold first; inside the current transaction, empty if it is not."""
    rows = await DB.fetch(
        "SELECT h.reason FROM legal_hold h JOIN chart c ON c.client_id = h.client_id WHERE c.id = $1"
        " AND h.lifted_at IS NULL AND (h.chart_id = c.id OR h.patient_id = c.patient_id"
        "  OR (h.chart_id IS NULL AND h.patient_id IS NULL)) ORDER BY h.placed_at, h.id",
        chart_id,
    )
    return [row["reason"] for row in rows]

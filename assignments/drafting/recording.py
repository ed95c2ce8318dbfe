"""The access event of whatever is drafted beside the lines: a level, a mark, a bookmark, an answer to an edit."""

from assignments.pulling import Hold
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB


async def record_drafted(actor: Actor, hold: Hold, **details: str) -> None:
    """Record, inside the current transaction, what part of the draft its holder changed; `details` hold no PHI."""
    await record(
        actor, Action.CODING_DRAFTED, object_type="chart", object_id=hold.chart_id, client_id=hold.client_id,
        patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", hold.chart_id),
        details={"stage": hold.stage.value, **details},
    )  # fmt: skip

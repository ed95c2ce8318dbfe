"""Destroy what deliveries were sent as, a ZIP or a PDF with small pictures of its pages, once nobody needs it."""

from datetime import datetime
from uuid import UUID

from assignments.retention.rules import DELIVERY_KEPT
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER
from portal.database import DB, acting_as
from portal.errors import Conflict
from storage.deleting import destroy_blobs


async def destroy_finished_deliveries(*, now: datetime, at_most: int = 200) -> int:
    """Destroy the sealed files of deliveries that were finished DELIVERY_KEPT ago; returns of how many deliveries.

    What was taken in of them are documents of charts, with years of their own. A client of which anything is held
    keeps its deliveries: nobody can tell by their rows whom they speak of.
    """
    async with acting_as(WORKER):
        rows = await DB.fetch(_FINISHED, now - DELIVERY_KEPT, at_most)
        for row in rows:
            gone = await destroy_blobs([row["id"]])
            await record(
                WORKER, Action.DELIVERY_DESTROYED, object_type="delivery", object_id=row["id"],
                client_id=row["client_id"], details={"objects": gone.objects},
            )  # fmt: skip
    return len(rows)


async def ensure_nothing_is_taken_in(client_id: UUID) -> None:
    """Raise Conflict while the worker makes charts of a client's deliveries; inside the current transaction."""
    count = await DB.value(
        "SELECT count(*) FROM delivery WHERE client_id = $1 AND kind <> 'encounter' AND state IN ('received',"
        " 'working')",
        client_id,
    )
    if count:
        raise Conflict(f"{count} deliveries of this client are still being taken in. Try again when that is done.")


async def destroy_leftovers(client_id: UUID) -> int:
    """Destroy all that is stored for a leaving client beside its documents, which go one by one; returns objects.

    Those are deliveries, and files of uploads that nobody sent.
    """
    async with acting_as(WORKER):
        rows = await DB.fetch(_BESIDE_DOCUMENTS, client_id)
        return (await destroy_blobs([row["owner_id"] for row in rows])).objects


_FINISHED = """
  SELECT d.id, d.client_id FROM delivery d
   WHERE d.finished_at < $1
     AND EXISTS (SELECT FROM blob b WHERE b.client_id = d.client_id AND b.owner_id = d.id AND b.state = 'stored')
     AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.client_id = d.client_id AND h.lifted_at IS NULL)
   ORDER BY d.id LIMIT $2
"""
_BESIDE_DOCUMENTS = """
  SELECT DISTINCT b.owner_id FROM blob b WHERE b.client_id = $1 AND b.state = 'stored'
     AND NOT EXISTS (SELECT FROM document d WHERE d.client_id = b.client_id AND d.id = b.owner_id)
"""

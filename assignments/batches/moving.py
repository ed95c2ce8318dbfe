"""Release, close and reopen a batch: one decision, one transaction, in the batch's own history."""

from datetime import datetime
from uuid import UUID

from assignments.batches.encounters import Which, count_encounters
from assignments.batches.rules import DONE, REOPEN_REASONS, BatchState, ensure_can_move
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id


class MustConfirm(Conflict):
    """Something is missing, and nobody has said yet that the batch is released without it."""

    def __init__(self, missing: int) -> None:
        encounters = "1 expected encounter has" if missing == 1 else f"{missing} expected encounters have"
        super().__init__(
            f"{encounters} no documents. Mark who is not coming, or confirm that the batch is released without them."
        )
        self.missing = missing


async def release_batch(actor: Actor, *, batch_id: UUID, confirmed_missing: int | None, now: datetime) -> None:
    """Say that everything of the day is there, or that the rest will not hold it up. Calm if it is released already.

    With encounters missing, their number has to be confirmed: raises MustConfirm if `confirmed_missing` is another.
    Raises NotFound, and Conflict if the batch is closed.
    """
    async with acting_as(actor):
        client_id, state = await _lock(batch_id)
        if state is BatchState.RELEASED:
            return
        kind = ensure_can_move(state, BatchState.RELEASED)
        missing = (await count_encounters(Which(batch_id=batch_id))).missing
        if missing and confirmed_missing != missing:
            raise MustConfirm(missing)
        await DB.execute(
            "UPDATE batch SET state = 'released', released_at = $2, released_by = $3, missing_at_release = $4"
            " WHERE id = $1",
            batch_id, now, actor.person_id, missing,
        )  # fmt: skip
        await _tell(actor, client_id, batch_id, kind, now, missing=missing)


async def close_batch(actor: Actor, *, batch_id: UUID, now: datetime) -> None:
    """Close a released batch of which no chart is in work any more. Calm if it is closed already.

    Raises NotFound, and Conflict if it was not released or charts are open. A chart that arrives at the same moment
    waits for the batch's row, or this for it.
    """
    async with acting_as(actor):
        client_id, state = await _lock(batch_id)
        if state is BatchState.CLOSED:
            return
        open_charts = await DB.value(
            "SELECT count(*) FROM chart WHERE client_id = $1 AND batch_id = $2 AND NOT state = ANY ($3::text[])",
            client_id, batch_id, [one.value for one in DONE],
        )  # fmt: skip
        kind = ensure_can_move(state, BatchState.CLOSED, open_charts=open_charts)
        await DB.execute("UPDATE batch SET state = 'closed', closed_at = $2 WHERE id = $1", batch_id, now)
        await _tell(actor, client_id, batch_id, kind, now)


async def reopen_batch(actor: Actor, *, batch_id: UUID, reason: str, now: datetime) -> None:
    """Open a released or closed batch again, for one of REOPEN_REASONS. Calm if it is open.

    Raises Invalid without a reason, NotFound.
    """
    if reason not in REOPEN_REASONS:
        raise Invalid("Choose why this batch is opened again.")
    async with acting_as(actor):
        client_id, state = await _lock(batch_id)
        if state is BatchState.OPEN:
            return
        kind = ensure_can_move(state, BatchState.OPEN)
        await DB.execute(
            "UPDATE batch SET state = 'open', released_at = NULL, released_by = NULL, missing_at_release = NULL,"
            " closed_at = NULL WHERE id = $1",
            batch_id,
        )
        await _tell(actor, client_id, batch_id, kind, now, reason=reason)


async def _lock(batch_id: UUID) -> tuple[UUID, BatchState]:
    row = await DB.fetch_one("SELECT client_id, state FROM batch WHERE id = $1 FOR UPDATE", batch_id)
    if row is None:
        raise NotFound
    return row["client_id"], BatchState(row["state"])


async def _tell(
    actor: Actor, client_id: UUID, batch_id: UUID, kind: str, now: datetime, *, reason: str | None = None,
    missing: int | None = None,
) -> None:  # fmt: skip
    await DB.execute(
        "INSERT INTO batch_event (id, client_id, batch_id, kind, reason, missing, actor_id, happened_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new_id(), client_id, batch_id, kind, reason, missing, actor.person_id, now,
    )  # fmt: skip
    await record(
        actor, Action.BATCH_MOVED, object_type="batch", object_id=batch_id, client_id=client_id, reason=reason,
        details={"move": kind},
    )  # fmt: skip

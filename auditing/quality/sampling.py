"""Open a client's sample plan: which share of its charts is audited, under a seed that is committed and kept secret."""

import secrets
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.quality.tickets import commitment
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id

SEED_BYTES = 32


async def open_plan(manager: Actor, *, client_id: UUID, percent: Decimal, now: datetime) -> UUID:
    """Close the client's plan and open one that draws `percent` of its charts under a fresh seed; returns its id.

    Calm when the open plan draws that share already: it is kept, seed and all, so that nobody can roll seeds until
    one pleases. Raises NotFound for an unknown client, Conflict if somebody changed the plan at the same moment.
    """
    async with acting_as(manager):
        if not await DB.value("SELECT 1 FROM client WHERE id = $1", client_id):
            raise NotFound
        known = await DB.fetch_one(
            "SELECT id, percent FROM sample_plan WHERE client_id = $1 AND closed_at IS NULL", client_id
        )
        if known and known["percent"] == percent:
            return UUID(bytes=known["id"].bytes)
        return await begin_plan(manager, client_id=client_id, percent=percent, now=now)


async def begin_plan(manager: Actor, *, client_id: UUID, percent: Decimal, now: datetime) -> UUID:
    """Close the client's plan, if it has one, and open another inside the current transaction; returns its id.

    Raises Conflict if somebody changed the plan at the same moment.
    """
    plan_id, seed = new_id(), secrets.token_bytes(SEED_BYTES)
    # Another manager in the same moment: the second waits here for the first, and then breaks the index of open plans.
    await DB.execute("UPDATE sample_plan SET closed_at = $2 WHERE client_id = $1 AND closed_at IS NULL", client_id, now)
    try:
        await DB.execute(
            "INSERT INTO sample_plan (id, client_id, percent, commitment, opened_at, opened_by)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            plan_id, client_id, percent, commitment(seed), now, manager.person_id,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("Somebody changed this client’s sample plan just now. Reload the page to see it.") from None
    await DB.execute("INSERT INTO sample_seed (plan_id, client_id, seed) VALUES ($1, $2, $3)", plan_id, client_id, seed)
    await record(
        manager, Action.PLAN_OPENED, object_type="sample_plan", object_id=plan_id, client_id=client_id,
        details={"percent": str(percent)},
    )  # fmt: skip
    return plan_id

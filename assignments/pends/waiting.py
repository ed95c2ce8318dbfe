"""How long a client's charts wait for answers: its rule, and the steps of one pend by its calendar."""

from datetime import datetime
from uuid import UUID

from assignments.pends.rules import LastResort, Steps, WaitRule, ensure_rule, steps_of
from assignments.promising import get_terms
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.tenancy.clients import ensure_client


async def get_rule(client_id: UUID) -> WaitRule:
    """What was agreed with a client, or the default; inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT remind_days, last_day, last_resort, kept_hours FROM pend_rule WHERE client_id = $1", client_id
    )
    if row is None:
        return WaitRule()
    return WaitRule(tuple(row["remind_days"]), row["last_day"], LastResort(row["last_resort"]), row["kept_hours"])


async def get_steps(*, client_id: UUID, service_line_id: UUID, opened_at: datetime) -> tuple[Steps, WaitRule]:
    """When a question about a chart of this service line is followed by what; inside the current transaction."""
    rule = await get_rule(client_id)
    return steps_of(opened_at, rule, (await get_terms(service_line_id)).calendar), rule


async def set_rule(manager: Actor, *, client_id: UUID, rule: WaitRule, now: datetime) -> None:
    """Agree when a client is reminded and what is done in the end. Questions that are open keep their days.

    Raises NotFound for an unknown client, Invalid for days that cannot be kept.
    """
    ensure_rule(rule)
    async with acting_as(manager):
        await ensure_client(client_id)
        await DB.execute(
            "INSERT INTO pend_rule (client_id, remind_days, last_day, last_resort, changed_at, changed_by, kept_hours)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (client_id) DO UPDATE SET remind_days = $2,"
            " last_day = $3, last_resort = $4, changed_at = $5, changed_by = $6, kept_hours = $7",
            client_id, list(rule.remind_days), rule.last_day, rule.last_resort.value, now, manager.person_id,
            rule.kept_hours,
        )  # fmt: skip
        await record(
            manager, Action.CLIENT_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
            changes=["pends"],
        )  # fmt: skip

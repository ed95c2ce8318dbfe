"""Set a chart aside until somebody answers: its assignment ends, its draft is kept, and it waits in nobody's hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assignments.moving import move_chart
from assignments.pends.reasons import get_reason
from assignments.pends.rules import LONGEST_NOTE, MOST_REASONS, Owner, Steps, WaitRule, next_step
from assignments.pends.waiting import get_steps
from assignments.pulling import finish, lock_hold
from assignments.rules import ChartState, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from storage.client_keys import ClientKey, get_active_key
from storage.sealed_fields import seal_field


@dataclass(frozen=True, slots=True)
class Asked:
    """One reason for which a chart waits: from the managed list, with what is asked in words."""

    reason_id: UUID
    note: str = ""
    provider: str = ""
    about_on: date | None = None


async def pend_chart(
    coder: Actor, *, chart_id: UUID, fence: int, owner: Owner, asked: Sequence[Asked], now: datetime
) -> UUID:
    """Set a chart that the coder holds aside; the pend's id. Repeated with the same fence it changes nothing.

    Raises Conflict if the chart is no longer theirs or is being corrected, Invalid for reasons that cannot be used.
    """
    async with acting_as(coder):
        try:
            return await open_pend(coder, chart_id=chart_id, fence=fence, owner=owner, asked=asked, now=now)
        except Conflict:
            done = await DB.value(
                "SELECT id FROM pend WHERE chart_id = $1 AND fence = $2 AND opened_by = acting_person()",
                chart_id, fence,
            )  # fmt: skip
            if done is None:
                raise
            return UUID(bytes=done.bytes)


async def open_pend(
    coder: Actor, *, chart_id: UUID, fence: int, owner: Owner, asked: Sequence[Asked] = (), now: datetime
) -> UUID:
    """Like `pend_chart`, inside the current transaction. A client is asked for one reason at least.

    What is asked of a provider or a lead may stand elsewhere (a query, a thread). Raises as `pend_chart` does.
    """
    if not asked and owner is Owner.CLIENT:
        raise Invalid("Choose at least one reason why this chart has to wait.")
    if len(asked) > MOST_REASONS or len({one.reason_id for one in asked}) < len(asked):
        raise Invalid(f"Choose up to {MOST_REASONS} different reasons.")
    hold = await lock_hold(chart_id=chart_id, stage=Stage.CODING, fence=fence)
    chart = await DB.fetch_one("SELECT client_id, patient_id, service_line_id FROM chart WHERE id = $1", chart_id)
    if chart is None:
        raise NotFound
    steps, rule = (
        (Steps(), WaitRule())
        if owner is Owner.LEAD
        else await get_steps(client_id=hold.client_id, service_line_id=chart["service_line_id"], opened_at=now)
    )
    pend_id = new_id()
    await move_chart(
        coder, chart_id=chart_id, to=ChartState.PENDED, now=now,
        details={"owner": owner.value, "pend": str(pend_id), "reasons": [str(one.reason_id) for one in asked]},
    )  # fmt: skip
    await DB.execute(
        "INSERT INTO pend (id, client_id, chart_id, number, owner, queue_entry_id, fence, opened_by, opened_at,"
        " remind_at, due_at, last_resort, next_step_at) VALUES ($1, $2, $3,"
        " (SELECT 1 + count(*) FROM pend p WHERE p.chart_id = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        pend_id, hold.client_id, chart_id, owner.value, hold.entry_id, fence, coder.person_id, now,
        list(steps.remind_at), steps.due_at, rule.last_resort.value if steps.due_at else None,
        next_step(steps.remind_at, 0, steps.due_at),
    )  # fmt: skip
    key = await get_active_key(hold.client_id)
    for position, one in enumerate(asked, start=1):
        await _write(key, one, position=position, chart_id=chart_id, pend_id=pend_id)
    await record(
        coder, Action.PEND_OPENED, object_type="pend", object_id=pend_id, client_id=hold.client_id,
        patient_id=chart["patient_id"],
        details={"chart": str(chart_id), "owner": owner.value, "reasons": len(asked)},
    )  # fmt: skip
    await finish(hold, how="pended", reason=owner.value)
    return pend_id


async def _write(key: ClientKey, one: Asked, *, position: int, chart_id: UUID, pend_id: UUID) -> None:
    reason = await get_reason(one.reason_id, client_id=key.client_id, use="pend")
    note, provider = one.note.strip(), one.provider.strip()
    if reason.wants_provider and not provider:
        raise Invalid(f"“{reason.name}” needs the provider it is about.")
    if reason.wants_date and one.about_on is None:
        raise Invalid(f"“{reason.name}” needs the date it is about.")
    if len(note) > LONGEST_NOTE or len(provider) > 120:
        raise Invalid(f"Keep each note within {LONGEST_NOTE:,} characters, and a provider's name within 120.")
    item_id = new_id()
    await DB.execute(
        "INSERT INTO pend_item (id, client_id, chart_id, pend_id, position, reason_id, reason, note_sealed,"
        " provider_sealed, about_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        item_id, key.client_id, chart_id, pend_id, position, reason.id, reason.name,
        seal_field(key, "pend_item.note", item_id, note) if note else None,
        seal_field(key, "pend_item.provider", item_id, provider) if provider else None, one.about_on,
    )  # fmt: skip

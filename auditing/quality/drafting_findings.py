"""What an auditor has chosen and written so far: saved at once and sealed, to come back to."""

from collections.abc import Mapping
from uuid import UUID

from assignments.pulling import lock_hold
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.quality.choices import Choice, as_text, from_text
from auditing.quality.queries import get_audit
from portal.actor import Actor
from portal.database import DB, acting_as
from storage.client_keys import get_active_key, get_key
from storage.sealed_fields import key_of, open_field, seal_field

#: Where choices are sealed for.
CHOICES = "audit_draft.choices"
#: So many are kept, the newest; far above what any chart's lines can differ in.
MOST_CHOICES = 200


async def save_choices(auditor: Actor, *, audit_id: UUID, fence: int, made: Mapping[str, Choice | None]) -> None:
    """Keep these choices beside those of other lines; None takes one back to what is suggested.

    Raises NotFound, and Conflict if the audit is lost.
    """
    async with acting_as(auditor):
        audit = await get_audit(audit_id)
        await lock_hold(chart_id=audit.chart_id, stage=Stage.AUDIT, fence=fence)
        before = await find_choices(audit_id)
        merged = {key: choice for key, choice in {**before, **made}.items() if choice}
        after = dict(list(merged.items())[-MOST_CHOICES:])
        if after == before:
            return
        key = await get_active_key(audit.client_id)
        await DB.execute(
            "INSERT INTO audit_draft (audit_id, person_id, client_id, chart_id, choices_sealed)"
            " VALUES ($1, acting_person(), $2, $3, $4) ON CONFLICT (audit_id, person_id)"
            " DO UPDATE SET choices_sealed = $4, updated_at = clock_timestamp()",
            audit_id, audit.client_id, audit.chart_id, seal_field(key, CHOICES, audit_id, as_text(after)),
        )  # fmt: skip
        await record(
            auditor, Action.CODING_DRAFTED, object_type="chart", object_id=audit.chart_id, client_id=audit.client_id,
            patient_id=audit.patient_id, details={"stage": Stage.AUDIT.value, "choices": len(after)},
        )  # fmt: skip


async def find_choices(audit_id: UUID) -> dict[str, Choice]:
    """What whoever acts has chosen so far, by the difference's key; read inside the current transaction."""
    sealed = await DB.value(
        "SELECT choices_sealed FROM audit_draft WHERE audit_id = $1 AND person_id = acting_person()", audit_id
    )
    if sealed is None:
        return {}
    return from_text(open_field(await get_key(key_of(sealed)), CHOICES, audit_id, sealed))


async def discard_choices(audit_id: UUID) -> None:
    """Forget what whoever acts had chosen, inside the current transaction, because it has become findings."""
    await DB.execute("DELETE FROM audit_draft WHERE audit_id = $1 AND person_id = acting_person()", audit_id)

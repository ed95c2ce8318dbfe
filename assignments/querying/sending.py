"""Send a query: linted once more, sealed, and its chart set aside until the provider answers; one transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.drafting.editing import find_draft as find_coding_draft
from assignments.drafting.plain import to_plain as lines_to_plain
from assignments.drafting.rules import Lines
from assignments.pends.opening import open_pend
from assignments.pends.rules import Owner
from assignments.querying.drafts import find_draft
from assignments.querying.history import tell
from assignments.querying.linking import get_policy
from assignments.querying.linting import Remark, find_obstacles, lint
from assignments.querying.rules import to_plain
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field


@dataclass(frozen=True, slots=True)
class Sent:
    """A query that is on its way."""

    query_id: UUID
    number: str


class NotCompliant(Invalid):
    """The query cannot be sent as it is."""

    def __init__(self, obstacles: tuple[Remark, ...]) -> None:
        first = obstacles[0]
        what = "needs a reason" if first.level == "warning" else "keeps it from being sent"
        super().__init__(f"Not sent. {first.number} {what}: {first.message}")
        self.obstacles = obstacles


async def send_query(coder: Actor, *, chart_id: UUID, fence: int, now: datetime) -> Sent:
    """Send the coder's draft of a query; the chart is pended for the provider and leaves their hands.

    The same fence again changes nothing. Raises NotCompliant, Invalid without a recipient, Conflict if the chart is no
    longer theirs, or is being corrected.
    """
    async with acting_as(coder):
        try:
            return await _send(coder, chart_id, fence, now)
        except Conflict:
            # A second click waited for the first and finds its work done.
            done = await DB.fetch_one(
                "SELECT q.id, q.number FROM provider_query q JOIN pend p ON p.id = q.pend_id"
                " WHERE q.chart_id = $1 AND p.fence = $2 AND q.asked_by = acting_person()",
                chart_id, fence,
            )  # fmt: skip
            if done is None:
                raise
            return Sent(done["id"], done["number"])


async def _send(coder: Actor, chart_id: UUID, fence: int, now: datetime) -> Sent:
    draft = await find_draft(chart_id)
    if draft is None:
        raise Conflict("There is no query to send. Write it first.")
    if not draft.provider.strip():
        raise Invalid("Choose the provider whom you ask.")
    if obstacles := find_obstacles(lint(draft.content), draft.reasons):
        raise NotCompliant(obstacles)
    chart = await DB.fetch_one("SELECT number, client_id, patient_id FROM chart WHERE id = $1", chart_id)
    if chart is None:
        raise Conflict
    number = f"{chart['number']}-Q{1 + await DB.value(_EARLIER, chart_id)}"
    coding = await find_coding_draft(chart_id=chart_id, stage=Stage.CODING)
    await DB.execute("DELETE FROM query_draft WHERE chart_id = $1 AND person_id = acting_person()", chart_id)
    pend_id = await open_pend(coder, chart_id=chart_id, fence=fence, owner=Owner.PROVIDER, now=now)
    client_id, query_id = chart["client_id"], new_id()
    policy, key = await get_policy(client_id), await get_active_key(client_id)
    reasons = _used(draft.reasons, lint(draft.content))
    await DB.execute(
        "INSERT INTO provider_query (id, client_id, chart_id, patient_id, pend_id, number, asked_by, provider,"
        " template_key, template_version, purpose, content_sealed, reasons_sealed, affects_coding, lines_before,"
        " sent_at, remind_at, due_at, escalate_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16,"
        " $17, $18, $19)",
        query_id, client_id, chart_id, chart["patient_id"], pend_id, number, coder.person_id, draft.provider,
        draft.template_key or None,
        draft.template_version or None, draft.content.purpose.value,
        seal_field(key, "provider_query.content", query_id, json.dumps(to_plain(draft.content))),
        seal_field(key, "provider_query.reasons", query_id, json.dumps(reasons)) if reasons else None,
        draft.affects_coding, json.dumps(lines_to_plain(coding.lines if coding else Lines())), now,
        policy.ageing.remind_at(now), policy.ageing.due_at(now), policy.ageing.escalate_at(now),
    )  # fmt: skip
    await tell(coder, client_id=client_id, chart_id=chart_id, query_id=query_id, kind="sent", now=now)
    await record(
        coder, Action.QUERY_SENT, object_type="query", object_id=query_id, client_id=client_id,
        patient_id=chart["patient_id"],
        details={"chart": str(chart_id), "indicators": len(draft.content.indicators), "warnings": len(reasons)},
    )  # fmt: skip
    return Sent(query_id, number)


#: How many queries the chart has had; whoever holds the chart sees them all.
_EARLIER = "SELECT count(*) FROM provider_query WHERE chart_id = $1"


def _used(reasons: Mapping[str, str], remarks: tuple[Remark, ...]) -> dict[str, str]:
    """The reasons for warnings that the query really has."""
    warned = {remark.number for remark in remarks if remark.level == "warning"}
    return {number: reason.strip() for number, reason in reasons.items() if number in warned and reason.strip()}

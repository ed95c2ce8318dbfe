"""Keep what is filled in about a visit: with the draft while somebody works, with the coding for good."""

import json
from datetime import datetime
from uuid import UUID

from assignments.acknowledging import ensure_acknowledged
from assignments.drafting.recording import record_drafted
from assignments.leveling.rules import Answers, from_plain, level, to_plain
from assignments.pulling import Hold, extend_lease, lock_hold
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as


async def save_leveling(actor: Actor, *, chart_id: UUID, stage: Stage, fence: int, answers: Answers | None) -> None:
    """Keep the answers of whoever holds a chart, or forget them all; raises Conflict if it is no longer theirs."""
    async with acting_as(actor):
        hold = await lock_hold(chart_id=chart_id, stage=stage, fence=fence)
        await ensure_acknowledged(hold)
        await extend_lease(chart_id=chart_id, stage=stage, fence=fence)
        if answers == await find_draft(chart_id=chart_id, stage=stage):
            return
        if answers is None:
            await _discard(chart_id, stage)
        else:
            await DB.execute(
                "INSERT INTO leveling_draft (chart_id, stage, person_id, client_id, answers)"
                " VALUES ($1, $2, acting_person(), $3, $4::jsonb) ON CONFLICT (chart_id, stage, person_id)"
                " DO UPDATE SET answers = EXCLUDED.answers, updated_at = clock_timestamp()",
                chart_id, stage.value, hold.client_id, json.dumps(to_plain(answers)),
            )  # fmt: skip
        await record_drafted(actor, hold, part="level")


async def keep_leveling(author: Actor, *, hold: Hold, coding_id: UUID, now: datetime) -> None:
    """Make what its author has filled in part of a coding for good, inside the current transaction.

    A coder's coding takes over the answers of the version before it where nothing else was filled in; an auditor's
    answers belong to the coding that they looked at.
    """
    role = "coder" if hold.stage is Stage.CODING else "auditor"
    answers = await find_draft(chart_id=hold.chart_id, stage=hold.stage)
    if answers is None and hold.stage is Stage.CODING:
        answers = await find_last(hold.chart_id)
    if answers is None:
        return
    await DB.execute(
        "INSERT INTO leveling (coding_id, role, client_id, chart_id, author_id, answers, level, noted_at)"
        " VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) ON CONFLICT DO NOTHING",
        coding_id, role, hold.client_id, hold.chart_id, author.person_id, json.dumps(to_plain(answers)),
        level(answers).level, now,
    )  # fmt: skip
    await _discard(hold.chart_id, hold.stage)


async def find_draft(*, chart_id: UUID, stage: Stage) -> Answers | None:
    """What whoever acts has filled in so far, inside the current transaction."""
    kept = await DB.value(
        "SELECT answers FROM leveling_draft WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()",
        chart_id, stage.value,
    )  # fmt: skip
    return from_plain(json.loads(kept)) if kept else None


async def find_last(chart_id: UUID) -> Answers | None:
    """What the coder filled in with the newest coding of a chart, inside the current transaction."""
    kept = await DB.value(
        "SELECT l.answers FROM coding v LEFT JOIN leveling l ON l.coding_id = v.id AND l.role = 'coder'"
        " WHERE v.chart_id = $1 AND v.role = 'coder' ORDER BY v.version DESC LIMIT 1",
        chart_id,
    )
    return from_plain(json.loads(kept)) if kept else None


async def find_kept(coding_id: UUID) -> tuple[Answers | None, Answers | None]:
    """What coder and auditor filled in about a coding, inside the current transaction."""
    rows = await DB.fetch("SELECT role, answers FROM leveling WHERE coding_id = $1", coding_id)
    kept = {row["role"]: from_plain(json.loads(row["answers"])) for row in rows}
    return kept.get("coder"), kept.get("auditor")


async def _discard(chart_id: UUID, stage: Stage) -> None:
    await DB.execute(
        "DELETE FROM leveling_draft WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()",
        chart_id, stage.value,
    )  # fmt: skip

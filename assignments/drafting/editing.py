"""Change a draft: each change is saved at once, under the fence of the assignment that allows it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from assignments.acknowledging import ensure_acknowledged
from assignments.drafting import rules
from assignments.drafting.plain import from_plain, to_plain
from assignments.drafting.rules import Draft, Lines
from assignments.pulling import LOST, extend_lease, find_hold, lock_hold
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict

NOTHING = Lines()

#: What makes new lines out of the present ones and the date of service; raises PortalError to refuse.
Change = Callable[[Lines, date], Lines]


class Stale(Conflict):
    """The draft has been changed since the page was loaded: by another tab of the same person."""

    message = (
        "This chart was changed in another tab. Below are the lines as they stand now; "
        "what you typed is still in its box, so do it once more if it is still right."
    )


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it is kept. `revision` grows with each change; `page` is where its author was reading."""

    lines: Lines
    past: tuple[Lines, ...]
    revision: int
    page: int


async def open_draft(actor: Actor, *, chart_id: UUID, stage: Stage, start: Lines = NOTHING) -> StoredDraft:
    """The actor's draft of a chart that they hold; begun with `start` if there is none. Raises Conflict."""
    async with acting_as(actor):
        return await begin_draft(chart_id=chart_id, stage=stage, start=start)


async def begin_draft(*, chart_id: UUID, stage: Stage, start: Lines = NOTHING) -> StoredDraft:
    """`open_draft` inside the current transaction."""
    hold = await find_hold(chart_id=chart_id, stage=stage)
    if hold is None:
        raise Conflict(LOST)
    await DB.execute(
        "INSERT INTO coding_draft (chart_id, stage, person_id, client_id, lines)"
        " VALUES ($1, $2, acting_person(), $3, $4::jsonb) ON CONFLICT DO NOTHING",
        chart_id, stage.value, hold.client_id, json.dumps(to_plain(start)),
    )  # fmt: skip
    draft = await find_draft(chart_id=chart_id, stage=stage)
    assert draft is not None
    return draft


async def find_draft(*, chart_id: UUID, stage: Stage) -> StoredDraft | None:
    """The draft of whoever acts, read inside the current transaction."""
    row = await DB.fetch_one(_DRAFT, chart_id, stage.value)
    return _stored(row) if row else None


async def save_lines(
    actor: Actor, *, chart_id: UUID, stage: Stage, fence: int, revision: int, change: Change
) -> StoredDraft:
    """Change the lines and keep what they were for undo. Raises Conflict if the chart is lost, Stale if another tab
    was faster, and whatever `change` raises; then nothing is changed.
    """
    return await _write(
        actor, chart_id, stage, fence, revision,
        lambda draft, service_on: rules.change(draft, change(draft.lines, service_on)),
    )  # fmt: skip


async def undo_lines(actor: Actor, *, chart_id: UUID, stage: Stage, fence: int, revision: int) -> StoredDraft:
    """Take the last change back; calm when there is none. Raises Conflict and Stale."""
    return await _write(actor, chart_id, stage, fence, revision, lambda draft, _: rules.undo(draft))


async def stay(actor: Actor, *, chart_id: UUID, stage: Stage, fence: int, page: int) -> timedelta:
    """Keep the assignment because its holder is at work, and note the page they read; how long the lease now runs.

    Raises Conflict if the chart is lost.
    """
    async with acting_as(actor):
        left = await extend_lease(chart_id=chart_id, stage=stage, fence=fence)
        await DB.execute(
            "UPDATE coding_draft SET page = greatest($3, 1) WHERE chart_id = $1 AND stage = $2 AND person_id ="
            " acting_person()",
            chart_id, stage.value, page,
        )  # fmt: skip
    return left


async def discard_draft(*, chart_id: UUID, stage: Stage) -> None:
    """Forget the draft of whoever acts inside the current transaction, because it has become a coding."""
    await DB.execute(
        "DELETE FROM coding_draft WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()",
        chart_id, stage.value,
    )  # fmt: skip


_DRAFT = (
    "SELECT lines, past, revision, page FROM coding_draft"
    " WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()"
)


def _stored(row: asyncpg.Record) -> StoredDraft:
    past = tuple(from_plain(plain) for plain in json.loads(row["past"]))
    return StoredDraft(from_plain(json.loads(row["lines"])), past, row["revision"], row["page"])


async def _write(
    actor: Actor, chart_id: UUID, stage: Stage, fence: int, revision: int, change: Callable[[Draft, date], Draft]
) -> StoredDraft:
    async with acting_as(actor):
        # Two tabs of one person wait for each other here; the second then finds the revision gone on.
        await ensure_acknowledged(await lock_hold(chart_id=chart_id, stage=stage, fence=fence))
        found = await begin_draft(chart_id=chart_id, stage=stage)
        if found.revision != revision:
            raise Stale
        chart = await DB.fetch_one("SELECT client_id, patient_id, service_on FROM chart WHERE id = $1", chart_id)
        assert chart is not None  # whoever holds it sees it
        before = Draft(found.lines, found.past)
        after = change(before, chart["service_on"])
        await extend_lease(chart_id=chart_id, stage=stage, fence=fence)
        if after == before:
            return found
        await DB.execute(
            "UPDATE coding_draft SET lines = $3::jsonb, past = $4::jsonb, revision = revision + 1,"
            " updated_at = clock_timestamp() WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()",
            chart_id, stage.value, json.dumps(to_plain(after.lines)),
            json.dumps([to_plain(lines) for lines in after.past]),
        )  # fmt: skip
        await record(
            actor, Action.CODING_DRAFTED, object_type="chart", object_id=chart_id, client_id=chart["client_id"],
            patient_id=chart["patient_id"], details={"stage": stage.value, "revision": revision + 1},
        )  # fmt: skip
    return StoredDraft(after.lines, after.past, revision + 1, found.page)

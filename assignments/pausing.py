"""Pause somebody's work and let it go on; how many charts they may hold at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound

LONGEST_REASON = 200
LARGEST_CAP = 3


@dataclass(frozen=True, slots=True)
class Workload:
    """How somebody works: what they hold of what they may, and since when and why they are paused."""

    cap: int = 1
    held: int = 0
    paused_at: datetime | None = None
    paused_by: str | None = None  # None: nobody, but their figures
    paused_because: str | None = None


async def pause_person(manager: Actor, *, person_id: UUID, because: str, now: datetime) -> None:
    """Let no new chart come to somebody until a manager ends it; what they hold stays theirs.

    The reason is shown to them. Raises Invalid without a reason, or for somebody who does not work on charts.
    """
    if not 1 <= len(because.strip()) <= LONGEST_REASON:
        raise Invalid(f"Write why in at most {LONGEST_REASON} characters. They read it.")
    async with acting_as(manager):
        await _ensure_works(person_id)
        await note_pause(manager, person_id=person_id, because=because.strip(), now=now)


async def note_pause(actor: Actor, *, person_id: UUID, because: str, now: datetime) -> bool:
    """Pause somebody inside the current transaction; False, and nothing changed, if they are paused already."""
    paused = await DB.execute(
        "INSERT INTO workload AS w (person_id, paused_at, paused_by, paused_because) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (person_id) DO UPDATE SET paused_at = $2, paused_by = $3, paused_because = $4"
        " WHERE w.paused_at IS NULL",
        person_id, now, actor.person_id, because,
    )  # fmt: skip
    if paused:
        await record(actor, Action.PERSON_PAUSED, object_type="person", object_id=person_id)
    return bool(paused)


async def unpause_person(manager: Actor, *, person_id: UUID, now: datetime) -> None:
    """Let somebody go on. From now on only audits that are closed later count against them. Calm when repeated."""
    async with acting_as(manager):
        changed = await DB.execute(
            "UPDATE workload SET paused_at = NULL, paused_by = NULL, paused_because = NULL, judged_from = $2"
            " WHERE person_id = $1 AND paused_at IS NOT NULL",
            person_id, now,
        )  # fmt: skip
        if changed:
            await record(manager, Action.PERSON_UNPAUSED, object_type="person", object_id=person_id)


async def set_cap(manager: Actor, *, person_id: UUID, cap: int) -> None:
    """Let somebody hold up to `cap` charts at a time, from 1 to 3; calm when it is so already. Raises Invalid, and
    Conflict while they hold more.
    """
    if not 1 <= cap <= LARGEST_CAP:
        raise Invalid(f"Nobody holds fewer than 1 or more than {LARGEST_CAP} charts at a time.")
    async with acting_as(manager):
        await _ensure_works(person_id)
        try:
            changed = await DB.execute(
                "INSERT INTO workload AS w (person_id, cap) VALUES ($1, $2)"
                " ON CONFLICT (person_id) DO UPDATE SET cap = $2 WHERE w.cap <> $2",
                person_id, cap,
            )  # fmt: skip
        except asyncpg.CheckViolationError:
            raise Conflict("They hold more charts than that now. Set it when they have finished one.") from None
        if changed:
            await record(
                manager, Action.PERSON_CHANGED, object_type="person", object_id=person_id, changes=["cap"],
                details={"cap": cap},
            )  # fmt: skip


async def get_workload(person_id: UUID) -> Workload:
    """How somebody works, inside the current transaction of a manager or of themselves."""
    row = await DB.fetch_one(
        "SELECT w.cap, w.open_count AS held, w.paused_at, p.name AS paused_by, w.paused_because"
        " FROM workload w LEFT JOIN person p ON p.id = w.paused_by WHERE w.person_id = $1",
        person_id,
    )
    return Workload(**row) if row else Workload()


async def find_paused() -> dict[UUID, Workload]:
    """Everybody who is paused, inside the current transaction of a manager."""
    rows = await DB.fetch(
        "SELECT w.person_id, w.cap, w.open_count AS held, w.paused_at, p.name AS paused_by, w.paused_because"
        " FROM workload w LEFT JOIN person p ON p.id = w.paused_by WHERE w.paused_at IS NOT NULL"
    )
    return {row["person_id"]: Workload(*list(row.values())[1:]) for row in rows}


async def _ensure_works(person_id: UUID) -> None:
    kind = await DB.value("SELECT kind FROM person WHERE id = $1", person_id)
    if kind is None:
        raise NotFound
    if kind not in (Kind.CODER, Kind.AUDITOR):
        raise Invalid("Only coders and auditors work on charts.")

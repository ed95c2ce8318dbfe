"""Filters that a manager keeps for themselves; nobody sees another's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id

#: How many one person keeps.
MOST = 20


async def save_filter(manager: Actor, *, name: str, query: str, now: datetime) -> None:
    """Keep a filter under a name; one of that name is replaced. Raises Invalid when there are too many."""
    async with acting_as(manager):
        known = {row["name"] for row in await DB.fetch("SELECT name FROM saved_filter")}
        if name not in known and len(known) >= MOST:
            raise Invalid(f"You keep {MOST} filters already. Forget one that you no longer need.")
        await DB.execute(
            "INSERT INTO saved_filter (id, person_id, name, query, saved_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (person_id, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at",
            new_id(), manager.person_id, name, query, now,
        )  # fmt: skip


async def forget_filter(manager: Actor, *, filter_id: UUID) -> None:
    """Forget one of the manager's own filters; raises NotFound if there is none."""
    async with acting_as(manager):
        if not await DB.execute("DELETE FROM saved_filter WHERE id = $1", filter_id):
            raise NotFound


async def find_filters() -> list[dict[str, Any]]:
    """The filters of whoever acts, by name; inside the current transaction."""
    return [dict(row) for row in await DB.fetch("SELECT id, name, query FROM saved_filter ORDER BY lower(name)")]

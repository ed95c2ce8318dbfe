"""Chart events: one row for each move, in its transaction; each is handed at most once to each who reacts to it."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.jobs import put_in_line

HAND_OUT = "hand out chart event"


@dataclass(frozen=True, slots=True)
class ChartEvent:
    """Something that happened to a chart."""

    id: UUID
    kind: str
    client_id: UUID
    chart_id: UUID
    actor_id: UUID | None
    happened_at: datetime
    details: Mapping[str, Any]


#: A reaction runs inside the worker's transaction; what it does and the mark that it was done stand or fall together.
Reaction = Callable[[Actor, ChartEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who reacts to which kind of event. The name is kept for ever: it marks what was done."""

    name: str
    kind: str
    react: Reaction


async def tell(
    actor: Actor, *, kind: str, client_id: UUID, chart_id: UUID, from_state: str | None, to_state: str, now: datetime,
    details: Mapping[str, Any] | None = None,
) -> UUID:  # fmt: skip
    """Write a chart event inside the current transaction and put its handing-out in line."""
    event_id = new_id()
    await DB.execute(
        "INSERT INTO chart_event (id, client_id, chart_id, kind, from_state, to_state, actor_id, happened_at, details)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)",
        event_id, client_id, chart_id, kind, from_state, to_state, actor.person_id, now, json.dumps(details or {}),
    )  # fmt: skip
    await put_in_line(HAND_OUT, event_id)
    return event_id


async def hand_out(event_id: UUID, subscriptions: Sequence[Subscription]) -> None:
    """Hand one event to everybody who subscribed to its kind; calm when repeated."""
    async with acting_as(WORKER):
        row = await DB.fetch_one(
            "SELECT id, kind, client_id, chart_id, actor_id, happened_at, details FROM chart_event WHERE id = $1",
            event_id,
        )
    if row is None:
        return
    event = ChartEvent(
        row["id"], row["kind"], row["client_id"], row["chart_id"], row["actor_id"], row["happened_at"],
        json.loads(row["details"]),
    )  # fmt: skip
    for subscription in subscriptions:
        if subscription.kind == event.kind:
            async with acting_as(WORKER):
                # A second worker with the same event waits here for the first, then finds the mark.
                is_ours = await DB.execute(
                    "INSERT INTO reaction (chart_event_id, name, client_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    event.id, subscription.name, event.client_id,
                )  # fmt: skip
                if is_ours:
                    await subscription.react(WORKER, event)

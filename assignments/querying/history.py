"""The history of a query: one row for each thing that happened to it, in the transaction that did it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id

Kind = Literal["sent", "reminded", "escalated", "answered", "closed", "cancelled"]


async def tell(actor: Actor, *, client_id: UUID, chart_id: UUID, query_id: UUID, kind: Kind, now: datetime) -> None:
    """Write what happened to a query, inside the current transaction."""
    await DB.execute(
        "INSERT INTO query_event (id, client_id, chart_id, query_id, kind, actor_id, happened_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new_id(), client_id, chart_id, query_id, kind, actor.person_id, now,
    )  # fmt: skip

"""What the line knows of a client and a service line: weight, level, minutes. A change sorts the line anew."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from assignments.worklists.jobs import WHOLE_STAGE
from assignments.worklists.placing import SORT_ANEW
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from portal.jobs import put_in_line

LIGHTEST, HEAVIEST = Decimal("0.2"), Decimal(5)


@dataclass(frozen=True, slots=True)
class Work:
    """What a chart of a service line asks for; minutes of expected work, `widen_minutes` before due (None: never)."""

    level: int
    minutes: Decimal
    audit_minutes: Decimal
    widen_minutes: int | None


async def get_work(client_id: UUID, service_line_id: UUID) -> tuple[str, Work]:
    """A service line's name and what its charts ask for, inside the current transaction; raises NotFound."""
    row = await DB.fetch_one(
        "SELECT name, level, minutes, audit_minutes, widen_minutes FROM service_line WHERE client_id = $1 AND id = $2",
        client_id, service_line_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return row["name"], Work(*list(row.values())[1:])


async def get_weight(client_id: UUID) -> Decimal:
    """How much a client's contract weighs in the line, inside the current transaction; raises NotFound."""
    weight: Decimal | None = await DB.value("SELECT weight FROM client WHERE id = $1", client_id)
    if weight is None:
        raise NotFound
    return weight


async def set_work(manager: Actor, *, client_id: UUID, service_line_id: UUID, work: Work) -> None:
    """Say what a service line's charts ask for, waiting ones included. Calm when it is so already; raises NotFound."""
    async with acting_as(manager):
        _, before = await get_work(client_id, service_line_id)
        changed = [name for name in Work.__slots__ if getattr(before, name) != getattr(work, name)]
        if not changed:
            return
        await DB.execute(
            "UPDATE service_line SET level = $3, minutes = $4, audit_minutes = $5, widen_minutes = $6"
            " WHERE client_id = $1 AND id = $2",
            client_id, service_line_id, work.level, work.minutes, work.audit_minutes, work.widen_minutes,
        )  # fmt: skip
        await record(
            manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id,
            client_id=client_id, changes=changed,
        )  # fmt: skip
        await _sort_everything()


async def set_weight(manager: Actor, *, client_id: UUID, weight: Decimal) -> None:
    """Let a client's charts weigh more or less in the line, waiting ones included. Calm; raises NotFound."""
    async with acting_as(manager):
        if await get_weight(client_id) == weight:
            return
        await DB.execute("UPDATE client SET weight = $2 WHERE id = $1", client_id, weight)
        await record(
            manager, Action.CLIENT_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
            changes=["weight"],
        )  # fmt: skip
        await _sort_everything()


async def _sort_everything() -> None:
    for subject in WHOLE_STAGE:
        await put_in_line(SORT_ANEW, subject)

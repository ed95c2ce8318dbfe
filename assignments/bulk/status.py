"""How far a chart has come, for a client's system: no codes, nothing of the patient."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class ChartStatus:
    """Where a chart of the client is."""

    id: UUID
    number: str
    state: str
    is_stat: bool
    received_at: datetime
    due_at: datetime
    delivered_at: datetime | None


async def get_chart_status(person: Actor, *, chart_id: UUID) -> ChartStatus:
    """The state of a chart of the person's client; the look is recorded. NotFound else."""
    async with acting_as(person):
        row = await DB.fetch_one(
            "SELECT id, number, state, is_stat, received_at, due_at, delivered_at, patient_id, client_id FROM chart"
            " WHERE id = $1",
            chart_id,
        )
        if row is None:
            raise NotFound
        await record(
            person, Action.CHART_OPENED, object_type="chart", object_id=chart_id, client_id=row["client_id"],
            patient_id=row["patient_id"],
        )  # fmt: skip
    return ChartStatus(**{name: row[name] for name in ChartStatus.__slots__})

"""A chart's visit in the client's own system: noted by its sender, read by whoever works on the chart."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB
from storage.client_keys import ClientKey
from storage.sealed_fields import seal_field

_PLACE = "ehr_visit.reference"


@dataclass(frozen=True, slots=True)
class EhrVisit:
    """Where a chart is coded: the client's system, the way to the visit, and the number that finds it."""

    reference: str
    url: str | None  # None: the link was taken away since the chart was sent
    instructions: str

    @property
    def steps(self) -> list[str]:
        """The instructions, line by line."""
        return [line for line in self.instructions.splitlines() if line]


async def note_ehr_visit(
    person: Actor, key: ClientKey, *, chart_id: UUID, patient_id: UUID, reference: str, now: datetime
) -> None:
    """Write down that a new chart is coded in the client's own system, inside the current transaction."""
    await DB.execute(
        "INSERT INTO ehr_visit (chart_id, client_id, reference_sealed, noted_at, noted_by) VALUES ($1, $2, $3, $4, $5)",
        chart_id, key.client_id, seal_field(key, _PLACE, chart_id, reference), now, person.person_id,
    )  # fmt: skip
    await record(
        person, Action.CHART_SENT, object_type="chart", object_id=chart_id, client_id=key.client_id,
        patient_id=patient_id, details={"in_own_system": True},
    )  # fmt: skip


async def find_ehr_visit(chart_id: UUID) -> EhrVisit | None:
    """A chart's visit in the client's own system, if it is coded there, inside the transaction that records the look.

    Only for whom the chart is open to: client staff, its coder and its auditor.
    """
    row = await DB.fetch_one(
        "SELECT v.reference_sealed, s.ehr_url, s.ehr_instructions FROM ehr_visit v JOIN chart c ON c.id = v.chart_id"
        " LEFT JOIN service_line s ON s.client_id = c.client_id AND s.id = c.service_line_id WHERE v.chart_id = $1",
        chart_id,
    )
    if row is None:
        return None
    opened = await open_fields(_PLACE, {chart_id: row["reference_sealed"]})
    return EhrVisit(opened[chart_id], row["ehr_url"], row["ehr_instructions"] or "")

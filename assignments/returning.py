"""Take back what people hold: from those who leave, and from those who may not see it where they work."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back: charts by stage, and how many that were kept for somebody are everybody's now."""

    coding: int
    audit: int
    opened: int

    @property
    def total(self) -> int:
        """All that somebody had in hand."""
        return self.coding + self.audit


async def take_back(
    actor: Actor, *, people: Sequence[UUID] | None, why: str, now: datetime, everything: bool
) -> TakenBack:
    """Put back in line what these people (None: anybody) hold, inside the current transaction.

    Everything, or only what its holder may not hold: they are disabled, or work from where the chart may not be seen.
    Assignments end as revoked, charts are ready again, drafts are kept; what was kept for them is opened.
    """
    whom = None if people is None else list(people)
    rows = await DB.fetch("SELECT * FROM take_back_from($1, $2, $3, $4)", whom, why, everything, now)
    for row in rows:
        await record(
            actor, Action.ASSIGNMENT_REVOKED, object_type="chart", object_id=row["chart_id"],
            client_id=row["client_id"], patient_id=row["patient_id"], reason=why,
            details={"stage": row["stage"], "fence": row["fence"], "holder": str(row["person_id"])},
        )  # fmt: skip
    opened = await DB.value("SELECT open_what_is_kept_for($1, $2, $3, $4)", whom, why, everything, now)
    stages = Counter(row["stage"] for row in rows)
    return TakenBack(stages["coding"], stages["audit"], opened)


async def take_back_strays(*, now: datetime) -> int:
    """Take back what its holder may not hold, whatever let them get it; returns how many. For the worker.

    Off-boarding and new rules take everything back themselves; a pull that was under way in that instant is found here.
    """
    async with acting_as(WORKER):
        taken = await take_back(WORKER, people=None, why="may not hold it", now=now, everything=False)
    return taken.total

"""What a service line promises: in how many hours, which hours, and when somebody is warned."""

from dataclasses import dataclass
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.tenancy.clients import ensure_service_line
from portal.tenancy.rules import (
    LONGEST_PROMISE,
    LONGEST_STAT,
    LONGEST_WARNING,
    LONGEST_WIDENING,
    SHORTEST_PROMISE,
    SHORTEST_WIDENING,
)


@dataclass(frozen=True, slots=True)
class LineTerms:
    """Hours of the promise (elapsed, or working hours of its calendar), STAT hours, and minutes before the due time."""

    promise_hours: int
    stat_hours: int
    in_working_hours: bool = False
    at_risk_minutes: int | None = None  # None: the usual warning
    widen_minutes: int | None = None  # before it is due, a chart that waits is opened to more people; None: never


async def set_terms(manager: Actor, *, client_id: UUID, service_line_id: UUID, terms: LineTerms) -> None:
    """Agree what a service line promises. Charts that are there keep their due time; warning and opening hold for all.

    Raises NotFound for a service line that is not the client's, Invalid for hours that nobody would promise.
    """
    if not SHORTEST_PROMISE <= terms.promise_hours <= LONGEST_PROMISE:
        raise Invalid(f"A chart is promised within {SHORTEST_PROMISE} to {LONGEST_PROMISE} hours.")
    if not 1 <= terms.stat_hours <= LONGEST_STAT:
        raise Invalid(f"STAT is promised within 1 to {LONGEST_STAT} hours.")
    if terms.at_risk_minutes is not None and not 1 <= terms.at_risk_minutes <= LONGEST_WARNING:
        raise Invalid(f"A warning comes 1 to {LONGEST_WARNING} minutes before a chart is due.")
    if terms.widen_minutes is not None and not SHORTEST_WIDENING <= terms.widen_minutes <= LONGEST_WIDENING:
        raise Invalid(f"A chart is opened to more people {SHORTEST_WIDENING} to {LONGEST_WIDENING} minutes before.")
    async with acting_as(manager):
        await ensure_service_line(client_id, service_line_id)
        await DB.execute(
            "UPDATE service_line SET promise_hours = $3, stat_hours = $4, in_working_hours = $5, at_risk_minutes = $6,"
            " widen_minutes = $7 WHERE client_id = $1 AND id = $2",
            client_id, service_line_id, terms.promise_hours, terms.stat_hours, terms.in_working_hours,
            terms.at_risk_minutes, terms.widen_minutes,
        )  # fmt: skip
        await record(
            manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id, client_id=client_id,
            changes=["promise"],
        )  # fmt: skip

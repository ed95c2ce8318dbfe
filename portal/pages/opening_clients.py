"""Open a client with everything it needs to send charts: one decision, one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from auditing.quality.sampling import begin_plan
from portal.actor import Actor
from portal.database import acting_as
from portal.errors import Invalid
from portal.invoicing.rating import add_rate
from portal.invoicing.rules import local_day, month_of
from portal.tenancy.clients import add_client, add_location, add_service_line, ensure_client
from storage.client_keys import create_client_key


@dataclass(frozen=True, slots=True)
class NewServiceLine:
    """A service line as it is agreed: promise in hours after receipt, rate in US dollars per chart (None: not yet)."""

    name: str
    specialty: str
    promise_hours: int
    rate: Decimal | None
    stat_percent: Decimal = Decimal(0)


async def open_client(
    manager: Actor, *, code: str, name: str, time_zone: str, location: str, service_lines: Sequence[NewServiceLine],
    sample_percent: Decimal, now: datetime,
) -> UUID:  # fmt: skip
    """Make a client with its first location, service lines, rates, key and sample plan, and return its id.

    Rates hold from the first day of the month that it is in the client's zone, so that nothing early is left unrated.
    Raises Invalid for an unusable code, zone or rate or if there is no service line, Conflict for a code that is taken.
    """
    if not service_lines:
        raise Invalid("Give at least one service line: it says what is coded, by when and for how much.")
    async with acting_as(manager):
        client_id = await add_client(manager, code=code, name=name, time_zone=time_zone, now=now)
        await create_client_key(client_id)
        await add_location(manager, client_id=client_id, name=location)
        for line in service_lines:
            await _add_line(manager, client_id, time_zone, line, now)
        await begin_plan(manager, client_id=client_id, percent=sample_percent, now=now)
    return client_id


async def open_service_line(
    manager: Actor, *, client_id: UUID, time_zone: str, line: NewServiceLine, now: datetime
) -> UUID:  # fmt: skip
    """Add a service line, with its rate if there is one, to a client and return its id.

    Raises NotFound for an unknown client, Conflict if the name is taken, Invalid for an unusable rate.
    """
    async with acting_as(manager):
        await ensure_client(client_id)
        return await _add_line(manager, client_id, time_zone, line, now)


async def _add_line(manager: Actor, client_id: UUID, zone: str, line: NewServiceLine, now: datetime) -> UUID:
    line_id = await add_service_line(
        manager, client_id=client_id, name=line.name, specialty=line.specialty, promise_hours=line.promise_hours,
        now=now,
    )  # fmt: skip
    if line.rate is not None:
        await add_rate(
            manager, client_id=client_id, service_line_id=line_id, amount=line.rate,
            effective_on=month_of(local_day(now, zone)), now=now, stat_percent=line.stat_percent,
        )  # fmt: skip
    return line_id

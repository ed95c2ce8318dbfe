"""Rates and what they make of delivered charts: one immutable rated event for each."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from assignments.events import ChartEvent
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from portal.invoicing.rules import DatedRate, ensure_rate, local_day, price, rate_in_force, stat_surcharge

ONE_CHART = Decimal(1)
NO_SURCHARGE = Decimal(0)


async def set_rate(
    manager: Actor, *, client_id: UUID, service_line_id: UUID, amount: Decimal, effective_on: date, now: datetime,
    stat_percent: Decimal = NO_SURCHARGE,
) -> UUID:  # fmt: skip
    """Let a rate (US dollars per chart) hold from a day on, and return its id; calm when it does already.

    `stat_percent` of it is charged on top of a chart that is STAT when it is delivered. Rates are only ever added, and
    what is rated keeps its rate. Delivered charts that waited for a rate are rated in the same transaction. Raises
    NotFound for a service line that is not the client's, Invalid for an unusable amount, Conflict if another rate
    starts on that day.
    """
    async with acting_as(manager):
        return await add_rate(
            manager, client_id=client_id, service_line_id=service_line_id, amount=amount, effective_on=effective_on,
            now=now, stat_percent=stat_percent,
        )  # fmt: skip


async def add_rate(
    manager: Actor, *, client_id: UUID, service_line_id: UUID, amount: Decimal, effective_on: date, now: datetime,
    stat_percent: Decimal = NO_SURCHARGE,
) -> UUID:  # fmt: skip
    """What `set_rate` does, inside the current transaction."""
    ensure_rate(amount)
    # Waits for reactions that are rating this client's charts: a chart delivered meanwhile either sees this rate, or
    # is seen below.
    await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", _lock_name(client_id))
    if not await DB.value("SELECT 1 FROM service_line WHERE client_id = $1 AND id = $2", client_id, service_line_id):
        raise NotFound
    known = await DB.fetch_one(
        "SELECT id, amount, stat_percent FROM rate WHERE service_line_id = $1 AND effective_on = $2",
        service_line_id, effective_on,
    )  # fmt: skip
    if known:
        if (known["amount"], known["stat_percent"]) == (amount, stat_percent):
            return UUID(bytes=known["id"].bytes)
        raise Conflict(
            f"A rate of ${known['amount']} from {effective_on} on is set already, and rates are never changed."
            " Let the new one start on another day."
        )
    rate_id = new_id()
    await DB.execute(
        "INSERT INTO rate (id, client_id, service_line_id, amount, effective_on, created_at, created_by, stat_percent)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        rate_id, client_id, service_line_id, amount, effective_on, now, manager.person_id, stat_percent,
    )  # fmt: skip
    await record(
        manager, Action.RATE_CHANGED, object_type="rate", object_id=rate_id, client_id=client_id,
        details={"service_line": str(service_line_id)},
    )  # fmt: skip
    await rate_delivered(client_id=client_id, now=now)
    return rate_id


async def rate_chart(worker: Actor, event: ChartEvent) -> None:  # noqa: ARG001 - a reaction gets the worker as well
    """React to a delivery: rate the chart at the rate in force on that day in the client's time zone.

    With no rate in force the chart stays unrated, and is rated when one is set or the month is invoiced.
    """
    await DB.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", _lock_name(event.client_id))
    await rate_delivered(client_id=event.client_id, now=event.happened_at, chart_id=event.chart_id)


async def rate_delivered(*, client_id: UUID, now: datetime, chart_id: UUID | None = None) -> int:
    """Rate a client's delivered charts (or one of them) that are not rated yet; how many could be.

    Runs inside the current transaction. Calm when repeated, and when somebody else rates the same chart meanwhile.
    """
    waiting = await DB.fetch(
        "SELECT c.id, c.client_id, c.service_line_id, c.is_stat, k.time_zone, d.id AS event_id, d.happened_at"
        " FROM chart c JOIN client k ON k.id = c.client_id"
        " JOIN LATERAL (SELECT e.id, e.happened_at FROM chart_event e WHERE e.client_id = c.client_id"
        "   AND e.chart_id = c.id AND e.kind = 'delivered' ORDER BY e.happened_at, e.id LIMIT 1) d ON true"
        " WHERE c.client_id = $1 AND ($2::uuid IS NULL OR c.id = $2)"
        "   AND NOT EXISTS (SELECT FROM rated_event r WHERE r.chart_id = c.id AND r.kind = 'chart')"
        " ORDER BY d.happened_at, c.id",
        client_id, chart_id,
    )  # fmt: skip
    rates = await _rates_of(client_id) if waiting else {}
    rated = 0
    for row in waiting:
        earned_on = local_day(row["happened_at"], row["time_zone"])
        rate = rate_in_force(rates.get(row["service_line_id"], ()), earned_on)
        if rate is None:
            continue
        rated += await _write(row, rate, "chart", rate.amount, earned_on, now)
        if row["is_stat"] and rate.stat_percent:
            await _write(row, rate, "stat", stat_surcharge(rate), earned_on, now)
    return rated


async def _write(
    chart: asyncpg.Record, rate: DatedRate, kind: str, amount: Decimal, earned_on: date, now: datetime
) -> int:
    return await DB.execute(
        "INSERT INTO rated_event (id, client_id, chart_id, kind, chart_event_id, rate_id, quantity, amount,"
        " earned_on, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        new_id(), chart["client_id"], chart["id"], kind, chart["event_id"], rate.id, ONE_CHART,
        price(amount, ONE_CHART), earned_on, now,
    )  # fmt: skip


async def _rates_of(client_id: UUID) -> dict[UUID, list[DatedRate]]:
    found: dict[UUID, list[DatedRate]] = defaultdict(list)
    for row in await DB.fetch(
        "SELECT id, service_line_id, effective_on, amount, stat_percent FROM rate WHERE client_id = $1", client_id
    ):
        found[row["service_line_id"]].append(
            DatedRate(row["id"], row["effective_on"], row["amount"], row["stat_percent"])
        )
    return found


def _lock_name(client_id: UUID) -> str:
    return f"rates of {client_id}"

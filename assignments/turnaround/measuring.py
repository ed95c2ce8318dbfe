"""Measure how long a chart took: as it stands now, and once for good when it is delivered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from assignments.promising import get_terms
from assignments.rules import ChartState
from assignments.turnaround.rules import Cycle, Move, Turnaround, cycles_of, measure, ready_due_at
from portal.database import DB
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Measured:
    """One cycle of a chart, and what it took."""

    cycle: Cycle
    turnaround: Turnaround


async def find_turnaround(chart_id: UUID, *, now: datetime) -> Sequence[Measured]:
    """Every cycle of a chart by both clocks, the first one first; inside the current transaction."""
    chart = await DB.fetch_one("SELECT service_line_id, received_at FROM chart WHERE id = $1", chart_id)
    if chart is None:
        raise NotFound
    calendar = (await get_terms(chart["service_line_id"])).calendar
    cycles = cycles_of(await _find_moves(chart_id), received_at=chart["received_at"])
    return [Measured(cycle, measure(cycle, calendar, now=now)) for cycle in cycles]


async def measure_delivery(*, chart_id: UUID, chart_event_id: UUID) -> None:
    """Write what the delivery took that has just been made by this chart event, inside the current transaction.

    A due time that a manager agreed is due by both clocks.
    """
    chart = await DB.fetch_one(
        "SELECT client_id, service_line_id, is_stat, stat_requested_at, received_at, due_at, agreed_due_at FROM chart"
        " WHERE id = $1",
        chart_id,
    )
    if chart is None:
        raise RuntimeError("a chart was delivered that cannot be seen")
    terms = await get_terms(chart["service_line_id"])
    cycle = cycles_of(await _find_moves(chart_id), received_at=chart["received_at"])[-1]
    if cycle.ready_at is None:  # it was ready from the first moment on
        cycle = replace(cycle, ready_at=cycle.started_at)
    delivered_at = cycle.ended_at or cycle.started_at
    took = measure(cycle, terms.calendar, now=delivered_at)
    stat_since = chart["stat_requested_at"] if chart["is_stat"] else None
    due_by_ready = chart["agreed_due_at"] or ready_due_at(cycle, terms, stat_requested_at=stat_since)
    await DB.execute(
        "INSERT INTO turnaround (chart_event_id, client_id, chart_id, service_line_id, cycle, is_stat, received_at,"
        " ready_at, delivered_at, due_at, ready_due_at, working_seconds, ready_working_seconds, pended_seconds,"
        " query_seconds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        chart_event_id, chart["client_id"], chart_id, chart["service_line_id"], cycle.number, chart["is_stat"],
        cycle.started_at, cycle.ready_at, delivered_at, chart["due_at"], due_by_ready,
        _seconds(took.from_receipt.working), _seconds(took.from_ready.working) if took.from_ready else 0,
        _seconds(took.pended.elapsed), _seconds(took.queried.elapsed),
    )  # fmt: skip


async def _find_moves(chart_id: UUID) -> list[Move]:
    rows = await DB.fetch(
        "SELECT from_state, to_state, happened_at, details FROM chart_event WHERE chart_id = $1"
        " ORDER BY recorded_at, id",
        chart_id,
    )
    return [
        Move(
            ChartState(row["from_state"]) if row["from_state"] else None, ChartState(row["to_state"]),
            row["happened_at"], json.loads(row["details"]).get("owner", ""),
        )
        for row in rows
    ]  # fmt: skip


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
